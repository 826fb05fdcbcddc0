"""An import that is killed in the middle goes on where it stopped: nothing lost, nothing doubled."""

import json
import os
import random
import signal
import subprocess
import sys
import time

import pytest

from loopline.connectors.event_files.tests.support import stored
from loopline.warehouse import segments
from loopline.warehouse.tail import Tail
from tests.quick import furnish

ROWS = 30_000
# The real command, with chunks so small that a short file has many.
CHILD = """
import sys
from loopline.connectors.event_files import windows
windows.BYTES = 100_000
from loopline.entry.cli.main import main
main(sys.argv[1:])
"""


def child(home, *arguments, **options):
    hidden = ("LOOPLINE_TESTING", "LOOPLINE_DATABASE_URL", "LOOPLINE_HOME")
    environment = {k: v for k, v in os.environ.items() if k not in hidden}
    return subprocess.Popen(
        [sys.executable, "-c", CHILD, "import", *arguments, "--home", str(home), "--json"],
        env={**environment, "PYTHONPATH": os.pathsep.join(sys.path)}, text=True, **options,
    )  # fmt: skip


def finished(home, *arguments):
    process = child(home, *arguments, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    out, _ = process.communicate(timeout=300)
    assert process.returncode == 0
    [found] = json.loads(out)["files"]
    return found


def killed(home, *arguments, after):
    """Kill a child once so many segments are there, or a little later; how many there were."""
    process = child(home, *arguments, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    until = time.monotonic() + 120
    while len(segments.paths(home / "events" / "segments")) < after and process.poll() is None:
        assert time.monotonic() < until
        time.sleep(0.005)
    time.sleep(random.random() * 0.15)
    process.send_signal(signal.SIGKILL)
    process.wait()
    return len(segments.paths(home / "events" / "segments"))


@pytest.mark.slow
@pytest.mark.parametrize("with_ids", [True, False])
def test_kills_lose_and_double_nothing(tmp_path, with_ids):
    path, home = tmp_path / "a.csv", furnish(tmp_path / "home").path
    with path.open("w") as file:
        file.write(f"event,person,anonymous_id,time{',id' if with_ids else ''}\n")
        for n in range(ROWS):
            end = f",id-{n}" if with_ids else ""
            file.write(f"view,u{n % 700},a{n % 700},2026-01-0{1 + n % 3}T00:00:00Z{end}\n")
            if n % 1000 == 0:
                file.write(f",u,,2026-01-01{',' if with_ids else ''}\n")
    before = 0
    for _ in range(4):
        before = killed(home, "events-csv", str(path), after=before + 2)
    found = finished(home, "events-csv", str(path))
    assert (found["created"], found["same"], found["bad_count"]) == (ROWS, 0, ROWS // 1000)
    assert (found["persons"], dict(found["names"])) == (700, {"view": ROWS})
    events = stored(home / "events")
    assert len(events) == len({event["id"] for event in events}) == ROWS
    facts = [(fact.subject, fact.object) for _, fact in Tail(home / "events").facts()]
    assert sorted(facts) == sorted((f"a{n}", f"u{n}") for n in range(700))
    assert segments.verify(home / "events" / "segments") == []
    assert not (home / "events" / "importing").exists()
    again = finished(home, "events-csv", str(path))
    assert (again["created"], again["same"]) == (0, ROWS)
    assert len(stored(home / "events")) == ROWS
