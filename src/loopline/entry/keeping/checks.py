"""Does what is there fit together: database, product events, audit chain, search and lines?"""

from collections.abc import Callable, Iterator

from django.apps import apps
from django.db import DatabaseError, connection

from loopline.entry.keeping import product_events

Finding = str


def _database() -> Iterator[Finding]:
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA integrity_check(20)")
            yield from (f"SQLite: {row[0]}." for row in cursor.fetchall() if row[0] != "ok")
            cursor.execute("PRAGMA foreign_key_check")
            yield from (
                f"A row of {r[0]} points to a row of {r[2]} that is gone."
                for r in cursor.fetchall()[:20]
            )
        else:
            cursor.execute("SELECT count(*) FROM pg_constraint WHERE NOT convalidated")
            if (row := cursor.fetchone()) and row[0]:
                yield f"{row[0]} constraints are not validated."


def _events() -> Iterator[Finding]:
    yield from product_events.findings()


def _audit() -> Iterator[Finding]:
    from loopline.platform.audit.queries import broken_links

    yield from broken_links()


_SEARCHED = {
    "feedback": "feedback.Feedback", "opportunity": "roadmap.Opportunity", "bet": "roadmap.Bet",
    "release": "releases.Release", "work-item": "work.WorkItem", "account": "customers.Account",
    "action-item": "actions.ActionItem",
}  # fmt: skip


def _search() -> Iterator[Finding]:
    rows = apps.get_model("search.SearchRow")._default_manager
    for kind, label in _SEARCHED.items():
        objects = apps.get_model(label)._default_manager
        indexed = set(rows.filter(object_type=kind).values_list("object_id", flat=True))
        there = set(objects.values_list("pk", flat=True))
        if missing := len(there - indexed):
            yield f"{missing} objects of kind {kind} are not in the search."
        if extra := len(indexed - there):
            yield f"The search knows {extra} objects of kind {kind} that are gone."


def _lines() -> Iterator[Finding]:
    from loopline.platform.thread.queries import stored_marks
    from loopline.platform.thread.registry import stored_types
    from loopline.platform.thread.store import marks_of

    for kind in stored_types():
        label = _SEARCHED[kind]
        ids = list(
            apps.get_model(label)._default_manager.order_by("pk").values_list("pk", flat=True)
        )
        wrong = 0
        for start in range(0, len(ids), 300):
            part = ids[start : start + 300]
            stored, fresh = stored_marks(kind, part), marks_of(kind, part)
            wrong += sum(
                [m.as_json() for m in stored.get(i, [])] != [m.as_json() for m in fresh[i]]
                for i in part
            )
        if wrong:
            yield f"{wrong} lines of kind {kind} are out of date."


CHECKS: dict[str, Callable[[], Iterator[Finding]]] = {
    "database": _database, "events": _events, "audit": _audit, "search": _search, "lines": _lines,
}  # fmt: skip


def _findings(check: Callable[[], Iterator[Finding]]) -> list[Finding]:
    """A check that cannot read what it needs is a finding too, not a crash."""
    found: list[Finding] = []
    try:
        found.extend(check())
    except DatabaseError as broken:
        found.append(f"It cannot be read: {str(broken).splitlines()[0]}.")
    return found


def verify() -> dict[str, list[Finding]]:
    """Findings by check; an empty list is good."""
    return {name: _findings(check) for name, check in CHECKS.items()}
