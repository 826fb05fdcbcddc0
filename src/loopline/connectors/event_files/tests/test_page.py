"""The page /import offers event files: look, try, take, read the report; who may and who may not."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from loopline.connectors.event_files.tests.support import stored as events_in
from loopline.core.problems import NotAllowed
from loopline.platform.audit.models import AuditEntry
from loopline.platform.imports.models import Import
from loopline.platform.imports.registry import kinds
from loopline.platform.imports.running import run
from loopline.platform.progress.models import Progress

CSV = b"user_id,event,timestamp,plan\nu1,view,2026-01-02,pro\nu2,view,soon,free\nu3,buy,2026-01-03,<b>\n"
KINDS = {"events-csv", "events-parquet", "amplitude", "mixpanel", "posthog"}


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.LOOPLINE_EVENTS = tmp_path / "events"
    return settings.LOOPLINE_EVENTS


def upload(client, kind="events-csv", name="a.csv", data=CSV):
    return client.post("/imports", {"kind": kind, "file": SimpleUploadedFile(name, data)})


def test_a_file_is_looked_at_tried_taken_and_reported(signed_in, cast, run_jobs, folder):
    client = signed_in(cast.bo)
    page = upload(client)["Location"]
    shown = client.get(page).content.decode()
    assert "Times without a zone are read as UTC" in shown
    assert '<option value="user_id" selected>' in shown
    given = {"event": "event", "person": "user_id", "time": "timestamp"}
    client.post(page, {**given, "act": "dry"})
    assert Import.objects.get().state == "trying"
    assert "nothing is taken in" in client.get(page).content.decode()
    run_jobs()
    tried = client.get(page).content.decode()
    assert "2026-01-02T00:00:00Z" in tried
    assert "is not a time" in tried
    assert not folder.exists()
    client.post(page, {**given, "act": "go"})
    run_jobs()
    done = client.get(page).content.decode()
    assert "2 new, 0 changed, 0 here already" in done
    assert [event["event"] for event in events_in(folder)] == ["view", "buy"]
    progress = Progress.objects.latest("pk")
    assert (progress.state, progress.done, progress.total) == ("done", len(CSV), len(CSV))
    entry = AuditEntry.objects.filter(action="events.imported").get()
    assert entry.content["after"]["events"] == 2


def test_an_export_needs_no_mapping_and_what_is_broken_is_said(signed_in, cast, run_jobs, folder):
    client = signed_in(cast.bo)
    line = b'{"event":"view","properties":{"time":1767323045,"distinct_id":"u","$insert_id":"i"}}\n'
    page = upload(client, "mixpanel", "a.jsonl", line)["Location"]
    assert "there is nothing to choose" in client.get(page).content.decode()
    client.post(page, {"act": "go"})
    run_jobs()
    assert len(events_in(folder)) == 1
    broken = upload(client, "events-parquet", "a.parquet", b"PAR1 no")["Location"]
    assert "is not a Parquet file" in client.get(broken).content.decode()
    empty = upload(client, "events-csv", "b.csv", b"\n")["Location"]
    assert "The file is empty" in client.get(empty).content.decode()


def test_a_member_neither_sees_nor_takes_event_files(signed_in, cast, tmp_path, now):
    client = signed_in(cast.ann)
    shown = client.get("/imports").content.decode()
    assert not any(f'value="{kind}"' in shown for kind in KINDS)
    assert upload(client).status_code in (403, 422)
    assert not Import.objects.exists()
    path = tmp_path / "a.csv"
    path.write_bytes(CSV)
    with pytest.raises(NotAllowed):
        run(actor=cast.ann, kind_key="events-csv", path=path, now=now)


def test_every_kind_is_offered():
    assert {kind.key for kind in kinds()} >= KINDS
