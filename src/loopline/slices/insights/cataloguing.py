"""Reading the catalogue from the store: which events there are, what they carry, which rules their names break."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import transaction

from loopline.core.naming import private, rules, words
from loopline.core.problems import Problem
from loopline.platform.search import index
from loopline.slices.insights import asking, conventions
from loopline.slices.insights.models import EventName, PropertyName

MOST = 5_000  # events in the catalogue
LOOKED_AT = 150  # events whose properties one refresh reads
SAMPLE = 4_000  # newest events of a name that are read for its properties
DAYS = 30
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
FACTS = ("state", "first_seen", "last_seen", "volume", "volume_30d", "days", "broken_rules")


@dataclass(frozen=True, slots=True)
class Refreshed:
    """What a refresh found: events in the store, new ones in the catalogue, events whose properties were read."""

    events: int
    new: int
    read: int


def moment(micros: int) -> datetime:
    """A time of the store as one of the database."""
    return EPOCH + timedelta(microseconds=micros)


def refresh(now: datetime) -> Refreshed:
    """Bring the catalogue up to the store. What people wrote about an event stays. Raises as `asking.look` does."""
    since = (now - timedelta(days=DAYS - 1)).replace(hour=0, minute=0, second=0, microsecond=0)
    found = [
        one
        for one in asking.look("names", days_from=asking.micros(since))
        if 0 < len(one["event"]) <= 200
    ][:MOST]
    seen = {row.name: row.last_seen for row in EventName.objects.only("name", "last_seen")}
    with transaction.atomic():
        new = _keep_events({one["event"]: one for one in found}, since, now)
    changed = [one["event"] for one in found if seen.get(one["event"]) != moment(one["last"])]
    unread = set(
        EventName.objects.filter(properties=None, name__in=[o["event"] for o in found[:500]])
        .values_list("name", flat=True)
    )  # fmt: skip
    wanted = list(dict.fromkeys([*changed, *(o["event"] for o in found if o["event"] in unread)]))
    for name in wanted[:LOOKED_AT]:
        _keep_properties(name, now)
    _keep_person_properties(now)
    recheck()
    return Refreshed(len(found), new, min(len(wanted), LOOKED_AT))


def recheck() -> None:
    """Hold every name in the catalogue to the conventions as they are now."""
    rows = list(EventName.objects.all())
    breaches = _breaches({row.name: row.volume_30d for row in rows})
    _mark(rows, lambda row: breaches[row.name])
    house = conventions.for_properties()
    _mark(
        list(PropertyName.objects.all()),
        lambda row: [asdict(b) for b in rules.check(row.name, house)],
    )


def _mark[M: (EventName, PropertyName)](
    rows: list[M], broken: Callable[[M], list[dict[str, Any]]]
) -> None:
    changed = []
    for row in rows:
        found = broken(row)
        if found != row.broken_rules:
            row.broken_rules = found
            changed.append(row)
    if changed:
        type(changed[0])._default_manager.bulk_update(changed, ["broken_rules"], batch_size=200)


def _breaches(names: Mapping[str, int]) -> dict[str, list[dict[str, Any]]]:
    house, near = conventions.for_events(), rules.near(names)
    return {
        name: [asdict(b) for b in [*rules.check(name, house), *([near[name]] if name in near else [])]]
        for name in names
    }  # fmt: skip


def breaches_of(name: str, volume: int = 0) -> list[dict[str, Any]]:
    """What is wrong with one name beside those there are."""
    others = dict(EventName.objects.values_list("name", "volume_30d"))
    return _breaches(others | {name: volume})[name]


def _keep_events(found: Mapping[str, dict[str, Any]], since: datetime, now: datetime) -> int:
    rows = {row.name: row for row in EventName.objects.select_for_update()}
    fresh = [
        EventName(name=name, created_at=now, updated_at=now) for name in found if name not in rows
    ]
    for row in fresh:
        rows[row.name] = row
    volumes = {name: sum(one["days"].values()) for name, one in found.items()}
    breaches = _breaches({name: volumes.get(name, 0) for name in rows})
    changed = [
        row for row in rows.values() if _put(row, found.get(row.name), since, breaches[row.name])
    ]
    new = [row for row in fresh if row.pk is None]
    EventName.objects.bulk_create(new, batch_size=200)
    EventName.objects.bulk_update([r for r in changed if r not in new], FACTS, batch_size=200)
    index.put([entry(row) for row in EventName.objects.filter(name__in=[r.name for r in new])])
    return len(new)


def _put(
    row: EventName, one: Mapping[str, Any] | None, since: datetime, breaches: list[dict[str, Any]]
) -> bool:
    """Write what the store says into a row; whether anything differs."""
    days = [0] * DAYS
    first = asking.micros(since)
    for day, count in (one["days"] if one else {}).items():
        place = (int(day) - first) // 86_400_000_000
        if 0 <= place < DAYS:
            days[place] += count
    facts = {
        "state": "live" if one and row.state == "planned" else row.state,
        "first_seen": moment(one["first"]) if one else row.first_seen,
        "last_seen": moment(one["last"]) if one else row.last_seen,
        "volume": one["count"] if one else 0,
        "volume_30d": sum(days),
        "days": days,
        "broken_rules": breaches,
    }
    differs = any(getattr(row, name) != value for name, value in facts.items())
    for name, value in facts.items():
        setattr(row, name, value)
    return differs


def entry(row: EventName) -> index.Entry:
    """How an event is found by its words."""
    body = f"{row.description} {' '.join(words.words(row.name))}"
    return index.Entry(
        "event-name", row.pk, row.name, row.updated_at, f"EV-{row.pk}", body, row.state, bool(row.archived_at)
    )  # fmt: skip


def _keep_properties(name: str, now: datetime) -> None:
    event = EventName.objects.filter(name=name).only("pk").first()
    if event is None:
        return
    found = asking.look("properties", event=name, most=SAMPLE)
    _write(event, found, now)


def _keep_person_properties(now: datetime) -> None:
    """Properties of persons, from the persons themselves."""
    at = "'/' || replace(replace(key, '~', '~0'), '/', '~1')"
    text = (
        f"select key, any_value(json_type(properties, {at})) as kind, count(*) as many,"
        f" any_value(json_extract_string(properties, {at})) as example,"
        f" count(distinct json_extract_string(properties, {at})) as different from"
        f" (select unnest(json_keys(properties)) as key, properties from people limit {SAMPLE * 5})"
        " group by key order by many desc limit 200"
    )
    try:
        table, _ = asking.sql(text, limit=200)
        total = asking.sql("select count(*) from people", limit=1)[0].rows[0][0]
    except Problem:
        return  # the catalogue of events is worth more than that of persons
    kinds = {"VARCHAR": "text", "BOOLEAN": "yes or no", "OBJECT": "object", "ARRAY": "list"}
    found = [
        {
            "property": key, "type": kinds.get(kind, "number"), "share": many / total if total else 0,
            "example": example or "", "distinct": different,
        }
        for key, kind, many, example, different in table.rows
    ]  # fmt: skip
    _write(None, found, now)


def _write(event: EventName | None, found: Iterable[Mapping[str, Any]], now: datetime) -> None:
    house = conventions.for_properties()
    known = {row.name: row for row in PropertyName.objects.filter(event=event)}
    new: list[PropertyName] = []
    old: list[PropertyName] = []
    for one in found:
        name = str(one["property"])
        if not 0 < len(name) <= 200:
            continue
        row = known.get(name) or PropertyName(event=event, name=name)
        row.type, row.share, row.seen_at = one["type"], round(float(one["share"]), 4), now
        row.example = _example(one)
        row.broken_rules = [asdict(b) for b in rules.check(name, house)]
        (old if row.pk else new).append(row)
    with transaction.atomic():
        PropertyName.objects.bulk_create(new, batch_size=200, ignore_conflicts=event is not None)
        PropertyName.objects.bulk_update(
            old, ["type", "share", "example", "seen_at", "broken_rules"], batch_size=200
        )


def _example(one: Mapping[str, Any]) -> str:
    example = str(one["example"]).replace("\x00", "")
    return example if private.shows(words.words(str(one["property"])), example, one["type"]) else ""
