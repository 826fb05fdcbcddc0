"""Links that would run something, and files that grow when read."""

import time

import pytest

from loopline.core.problems import Invalid
from loopline.core.text.addresses import checked_link, link_or_nothing
from loopline.slices.feedback.models import Feedback
from loopline.slices.playbook import services as playbook
from loopline.slices.work.models import WorkItem

RUNNING = [
    "javascript:alert(1)", " javascript:alert(1)", "JaVaScRiPt:alert(1)", "java\nscript:alert(1)",
    "\x01javascript:alert(1)", "data:text/html,<script>alert(1)</script>", "vbscript:x", "//evil.example/x",
    "/\\evil.example", "file:///etc/passwd", "https://a b", "javascript://x.example/%0aalert(1)", "blob:https://x.example/1",
]  # fmt: skip
FINE = ["", "https://x.example/a?b=c#d", "HTTP://x.example", "/prepare/questions/3#improvements"]


@pytest.mark.parametrize("url", RUNNING)
def test_a_link_that_runs_something_is_no_link(url):
    assert link_or_nothing(url) == ""
    with pytest.raises(Invalid):
        checked_link(url)


@pytest.mark.parametrize("url", FINE)
def test_a_plain_link_stays(url):
    assert checked_link(url) == link_or_nothing(url) == url


@pytest.mark.parametrize("url", RUNNING[:6])
def test_no_door_takes_a_link_that_runs_something(client, token, url):
    sent = {"content_type": "application/json", "headers": token("product")}
    said = {"source": "api", "verbatim": "a b c"}
    assert client.post("/api/v1/feedback", {**said, "url": url}, **sent).status_code == 422
    assert client.post("/api/v1/work-items", {"title": "a", "url": url}, **sent).status_code == 422
    item = client.post("/api/v1/feedback", said, **sent).json()["id"]
    work = client.post("/api/v1/work-items", {"title": "a"}, **sent).json()["id"]
    for address in (f"/api/v1/feedback/{item}", f"/api/v1/work-items/{work}"):
        assert client.patch(address, {"url": url}, **sent).status_code == 422
    assert not Feedback.objects.exclude(url="").exists()
    assert not WorkItem.objects.exclude(url="").exists()


def test_an_imported_row_goes_in_without_its_bad_link(cast, now, tmp_path):
    from loopline.platform.imports.running import run

    file = tmp_path / "f.csv"
    file.write_text("external_id,verbatim,url\n1,words here,javascript:alert(1)\n")
    run(actor=cast.bo, kind_key="feedback-csv", path=file, now=now)
    assert Feedback.objects.get().url == ""


def test_yaml_that_repeats_itself_is_refused_at_once(cast, now):
    lines = ["a0: &a0 [" + ",".join(["lol"] * 10) + "]"]
    lines += [f"a{i}: &a{i} [{','.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 9)]
    text = "\n".join([*lines, "questions:", " - question: hello there", "   avoid: *a8"])
    started = time.monotonic()
    with pytest.raises(Invalid, match="aliases"):
        playbook.import_questions(actor=cast.bo, text=text, now=now)
    assert time.monotonic() - started < 2


def test_yaml_nested_without_end_is_refused_in_words(cast, now):
    with pytest.raises(Invalid):
        playbook.import_questions(actor=cast.bo, text="[" * 5_000, now=now)


@pytest.mark.parametrize("odd", ["2026-01-01", "!!set {a, b}", "!!binary aGk="])
def test_what_yaml_knows_and_json_does_not_becomes_words(cast, now, odd):
    text = f"- question: hello there\n  avoid: [{odd}]"
    assert playbook.import_questions(actor=cast.bo, text=text, now=now) == 1


def test_a_number_that_is_none_is_refused(cast, now):
    text = "- question: hello there\n  avoid: [.nan]"
    with pytest.raises(Invalid):
        playbook.import_questions(actor=cast.bo, text=text, now=now)
