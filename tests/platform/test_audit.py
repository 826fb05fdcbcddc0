"""The chain holds, and says where it was broken."""

from loopline.platform.audit.models import AuditEntry
from loopline.platform.audit.queries import broken_links, entries
from loopline.platform.audit.record import Change, record, record_many


def _some(cast, now, n=5):
    for i in range(n):
        record(actor=cast.bo, now=now, change=Change("x.done", "thing", i, {"a": 1}, {"a": i}))


def test_an_untouched_chain_fits(cast, now):
    _some(cast, now)
    record_many(actor=cast.ann, now=now, changes=[Change("y.done", "thing", i) for i in range(700)])
    assert list(broken_links()) == []


def test_changed_content_a_removed_entry_and_a_cut_end_are_each_named(cast, now):
    _some(cast, now)
    first, second = AuditEntry.objects.order_by("id")[:2]
    AuditEntry.objects.filter(pk=first.pk).update(content={"before": {}, "after": {"a": 99}})
    assert f"entry {first.pk}" in next(iter(broken_links()))
    AuditEntry.objects.filter(pk=second.pk).delete()
    assert len(list(broken_links())) >= 2
    AuditEntry.objects.order_by("-id").first().delete()
    assert any("cut off" in s for s in broken_links())


def test_erasing_an_entrys_words_keeps_the_chain(cast, now):
    _some(cast, now)
    AuditEntry.objects.filter(object_id="2").update(content=None, salt="")
    assert list(broken_links()) == []


def test_the_log_filters_by_action_person_and_door(cast, now):
    _some(cast, now)
    record(actor=cast.ann, now=now, change=Change("y.done", "thing", 9))
    assert [e.action for e in entries(actor=cast.ada, person=cast.ann.user_id)] == ["y.done"]
    assert len(entries(actor=cast.ada, action="x.")) == 5
    assert entries(actor=cast.ada, via="cli") == []
