"""The drills in short; and what they would say if something were lost."""

import json

import pytest

from loopline.entry.drills import ingest_kill, server_kill, worker_kill
from loopline.entry.drills.rig import ThrowAway


def test_the_judge_of_jobs_sees_lost_doubled_and_half_effects():
    assert worker_kill.judge(3, [(0, 1), (1, 1), (2, 1)]) == {"lost": 0, "doubled": 0, "half": 0}
    assert worker_kill.judge(4, [(0, 1), (1, 1), (1, 1), (2, 0)]) == {
        "lost": 1,
        "doubled": 1,
        "half": 1,
    }


def test_the_judge_of_writes_sees_lost_doubled_and_exchanged_ones():
    good = server_kill.judge({"a": "1"}, [(1, "a"), (2, "never acknowledged")])
    assert good == {"lost": 0, "doubled": 0, "other_id": 0}
    bad = server_kill.judge({"a": "1", "b": "2", "c": "3"}, [(1, "a"), (4, "a"), (5, "c")])
    assert bad == {"lost": 1, "doubled": 1, "other_id": 2}


def test_the_judge_of_events_sees_lost_and_doubled_ones():
    good = ingest_kill.judge({"a"}, ["a", "never acknowledged"])
    assert good == {"lost": 0, "doubled": 0}
    bad = ingest_kill.judge({"a", "b"}, ["a", "a"])
    assert bad == {"lost": 1, "doubled": 1}


@pytest.mark.slow
@pytest.mark.parametrize("name", ["worker-kill", "server-kill", "ingest-kill", "seal-kill"])
def test_three_kills_lose_and_double_nothing(tmp_path, name):
    done = ThrowAway(tmp_path).call("dev", "drill", name, "--rounds", "3", "--json")
    assert done.returncode == 0, done.stderr
    figures = json.loads(done.stdout)["drills"][0]
    assert figures["ok"] is True
    assert figures["rounds"] == 3
    assert figures["lost"] == figures["doubled"] == 0
