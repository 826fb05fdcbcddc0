"""The numbers of a definition for periods, from events, SQL or another area's records. Nothing is stored here."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from loopline.core.insights import ir
from loopline.core.insights.periods import EPOCH
from loopline.core.metrics.periods import Period, following
from loopline.core.problems import Invalid
from loopline.core.surveys.intervals import wilson
from loopline.platform.identity.actor import Actor
from loopline.platform.settings.options import zone
from loopline.slices.insights import queries as insights
from loopline.slices.measures import builtins, counting
from loopline.slices.measures.definitions import SECONDS, SHARE, Definition, scale

LEAST = 5  # values below which a percentile is not said
MICROS = 1_000_000
# DuckDB quotes the value it stumbled over, and everybody reads why a metric has no number.
_STUMBLED = re.compile(r"(could not|invalid|out of range|failed|malformed|cast)|@", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Figure:
    """A number in the metric's unit with its base and interval; no value: nothing, or too little, to say one from.

    `through` and `events` say up to when, and from how many events; `extra` what the page says beside.
    """

    value: float | None
    n: int | None = None
    low: float | None = None
    high: float | None = None
    source: Mapping[str, Any] = field(default_factory=dict)


NOTHING = Figure(None)


def at_once(d: Definition) -> bool:
    """Whether one question answers for all periods."""
    return d.kind in ("activation", "sql") or d.insight in ("trend", "actives", "time-to-value")


def figures(
    d: Definition, periods: Sequence[Period], *, grain: str, unit: str, now: datetime
) -> list[Figure | None]:
    """A figure a period; None where what is stored stays, as for past periods of a snapshot.

    Raises Invalid, TooMany or Unavailable with a sentence.
    """
    if not periods:
        return []
    if d.kind == "builtin":
        return [_builtin(d, p) for p in periods]
    if d.kind == "sql":
        return _sql(d, periods, now)
    if d.rule:
        return [*_activation(d, periods, unit)]
    if d.insight == "time-to-value":
        return [*_time_to_value(d, periods, unit, now)]
    if d.insight in ("trend", "actives"):
        return [*_run(d, periods, grain, unit, now)]
    return [_asked(d, p, grain, unit, now) for p in periods]


def share(hits: int, n: int, unit: str, source: Mapping[str, Any]) -> Figure:
    """A share of n with its Wilson interval; nothing where n is 0."""
    if n < 1:
        return Figure(None, 0, source=source)
    low, high = wilson(hits, n)
    by = scale(SHARE, unit)
    return Figure(hits / n * by, n, low * by, high * by, source)


def _source(answer: Mapping[str, Any]) -> dict[str, Any]:
    said = answer.get("computed_from", {})
    return {"events": said.get("events"), "through": said.get("through")}


def _builtin(d: Definition, p: Period) -> Figure:
    known = builtins.found(d.key)
    if known is None:
        raise Invalid(definition=f"The built-in number {d.key} is no longer offered.")
    answer = known.compute(p.start, p.end)
    if answer is None:
        return NOTHING
    value, n, low, high = answer
    return Figure(value, n, low, high)


def _select(text: str) -> tuple[list[list[Any]], list[str], dict[str, Any]]:
    try:
        answer = insights.sql(actor=Actor.system(), text=text)
    except Invalid as wrong:
        if not _STUMBLED.search(wrong.sentence):
            raise
        raise Invalid(
            definition="The SELECT stumbles over a value. Run it on the SQL page to see which."
        ) from None
    return answer["rows"], [c["name"] for c in answer["columns"]], _source(answer)


def _activation(d: Definition, periods: Sequence[Period], unit: str) -> list[Figure]:
    if d.rule is None:
        raise TypeError(d)
    rows, _, source = _select(counting.activation(d.rule, periods))
    found = {int(i): (int(hits), int(n)) for i, n, hits in rows}
    return [share(*found.get(at, (0, 0)), unit, source) for at in range(len(periods))]


def _time_to_value(
    d: Definition, periods: Sequence[Period], unit: str, now: datetime
) -> list[Figure]:
    q = insights.typed(d.insight, d.body, now)
    if not isinstance(q, ir.TimeToValue):
        raise TypeError(q)
    part = 0.85 if d.number == "p85_seconds" else 0.5
    rows, _, source = _select(counting.time_to_value(q, periods, part))
    found = {int(row[0]): row for row in rows}
    out = []
    for at in range(len(periods)):
        row = found.get(at)
        if row is None:
            out.append(Figure(None, 0, source=source))
            continue
        _, n, reached, early, value, low, high = row
        beside = source | {"joined": n, "reached": reached, "early": early}
        if d.number == "reached":
            out.append(share(int(reached), int(n), unit, beside))
            continue
        by = scale(SECONDS, unit) / MICROS
        enough = reached >= LEAST
        out.append(
            Figure(
                value * by if enough and value is not None else None, int(reached),
                low * by if enough and low is not None else None,
                high * by if enough and high is not None else None, beside,
            )
        )  # fmt: skip
    return out


def _body(d: Definition, start: datetime, end: datetime, **more: Any) -> dict[str, Any]:
    return {**d.body, **more, "from": start.isoformat(), "to": end.isoformat()}


def _run(
    d: Definition, periods: Sequence[Period], grain: str, unit: str, now: datetime
) -> list[Figure]:
    """Trends and actives give every period in one answer."""
    rolling = int(d.body.get("rolling_days", 1)) if d.insight == "actives" else 1
    interval = "day" if rolling > 1 else grain
    start = min(p.start for p in periods)
    end = min(max(p.end for p in periods), max(now, start + timedelta(seconds=1)))
    answer = insights.computed(d.insight, _body(d, start, end, interval=interval), now)
    series = answer["series"] if d.insight == "trend" else [answer]
    points = series[0]["points"] if series else []
    at = {datetime.fromisoformat(p["at"]): p["value"] for p in points}
    source, first = _source(answer), _first_event()
    out = []
    for p in periods:
        if rolling > 1:
            last = [v for when, v in at.items() if p.start <= when < p.end and when < end]
            value = last[-1] if last else None
        else:
            value = at.get(p.start)
        known = first is not None and p.end > first
        out.append(
            Figure(float(value) if known and value is not None else None, None, source=source)
        )
    return out


def _first_event() -> datetime | None:
    """When the first event of all happened: before it there is no data, which is not zero."""
    rows, _, _ = _select("select epoch_us(min(time)) from events")
    return EPOCH + timedelta(microseconds=rows[0][0]) if rows and rows[0][0] is not None else None


def _asked(d: Definition, p: Period, grain: str, unit: str, now: datetime) -> Figure:
    if d.insight == "retention":
        return _retained(d, p, grain, unit, now)
    end = min(p.end, max(now, p.start + timedelta(seconds=1)))
    more = (
        {"interval": "day"} if d.insight == "stickiness" else {}
    )  # daily actives, whatever was kept
    answer = insights.computed(d.insight, _body(d, p.start, end, **more), now)
    source = _source(answer)
    if d.insight == "adoption":
        if d.number == "adopters":
            return Figure(float(answer["adopters"]), answer["eligible"], source=source)
        return share(answer["adopters"], answer["eligible"], unit, source)
    if d.insight == "stickiness":
        return _sticky(answer["counts"], p, end, unit, source)
    steps = answer["steps"]
    step = steps[(d.step or len(steps)) - 1]
    if d.number == "conversion":
        return share(step["count"], steps[0]["count"], unit, source)
    if d.number == "count":
        return Figure(float(step["count"]), steps[0]["count"], source=source)
    seconds = step["median_seconds_from_previous"]
    enough = seconds is not None and step["count"] >= LEAST
    return Figure(seconds * scale(SECONDS, unit) if enough else None, step["count"], source=source)


def _sticky(
    counts: Sequence[int], p: Period, end: datetime, unit: str, source: Mapping[str, Any]
) -> Figure:
    """Mean daily actives of the period's actives; the days of an open period up to now."""
    people = sum(counts)
    if not people:
        return Figure(None, 0, source=source)
    days = max(1, -(-(end - p.start) // timedelta(days=1)))
    active = sum((at + 1) * count for at, count in enumerate(counts))
    return Figure(active / days / people * scale(SHARE, unit), people, source=source)


def _retained(d: Definition, p: Period, grain: str, unit: str, now: datetime) -> Figure:
    """The cohort of this period in its k-th period after. Later cohorts of the same answer are left aside."""
    end = max(following(p, grain, str(zone()), d.period).end, p.end + d.ripe_after(grain))
    body = _body(d, p.start, min(end, max(now, p.end)), interval=grain, periods=d.period + 1)
    answer = insights.computed("retention", body, now)
    source = _source(answer)
    for cohort in answer["cohorts"]:
        if datetime.fromisoformat(cohort["start"]) == p.start:
            back = cohort["values"][d.period] if d.period < len(cohort["values"]) else None
            if back is None:
                return Figure(None, cohort["size"], source=source)
            return share(back, cohort["size"], unit, source)
    return Figure(None, 0, source=source)


def _sql(d: Definition, periods: Sequence[Period], now: datetime) -> list[Figure | None]:
    if ":from" in d.text or ":to" in d.text:
        return [_one(*_select(spanned(d.text, p))) for p in periods]
    rows, names, source = _select(d.text)
    if rows and len(names) > 1 and names[0] in ("period", "at", "day", "week", "month", "start"):
        return _rows(rows, names, source, periods)
    snapshot = _one(rows, names, source | {"snapshot": True})
    return [snapshot if p.start <= now < p.end else None for p in periods]


def spanned(text: str, p: Period) -> str:
    """A SELECT with the period's ends in place of :from and :to."""
    for name, at in ((":from", p.start), (":to", p.end)):
        text = text.replace(name, f"'{at.isoformat()}'::timestamptz")
    return text


def _one(rows: list[list[Any]], names: list[str], source: dict[str, Any]) -> Figure:
    if len(rows) > 1:
        raise Invalid(
            definition="The SELECT gives several rows: give one value, or call the first column period."
        )
    if not rows:
        return Figure(None, source=source)
    return _figure(rows[0], names, source)


def _figure(row: Sequence[Any], names: Sequence[str], source: dict[str, Any]) -> Figure:
    by = dict(zip(names, row, strict=True))
    value = by["value"] if "value" in by else row[1 if len(row) > 1 and names[0] == "period" else 0]
    return Figure(
        _number(value), _whole(by.get("n")), _number(by.get("low")),
        _number(by.get("high")), source,
    )  # fmt: skip


def _number(value: Any) -> float | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        # Not the value: everybody reads this sentence, and it may be somebody's address.
        raise Invalid(definition="The SELECT gives something else where a number is needed.")
    return float(value)


def _whole(value: Any) -> int | None:
    number = _number(value)
    return None if number is None else int(number)


def _rows(
    rows: list[list[Any]], names: list[str], source: dict[str, Any], periods: Sequence[Period]
) -> list[Figure | None]:
    """Each row stands in the period that holds its first column."""
    found: dict[int, Figure] = {}
    for row in rows:
        at = _moment(row[0])
        rest = ["period", *names[1:]]
        for place, p in enumerate(periods):
            if p.start <= at < p.end:
                if place in found:
                    raise Invalid(definition="The SELECT gives two rows for the same period.")
                found[place] = _figure(row, rest, source)
    return [found.get(at, Figure(None, source=source)) for at in range(len(periods))]


def _moment(value: Any) -> datetime:
    try:
        at = datetime.fromisoformat(str(value))
    except ValueError:
        raise Invalid(definition="The SELECT gives a period that is not a day or a time.") from None
    return at.replace(tzinfo=zone()).astimezone(UTC) if at.tzinfo is None else at.astimezone(UTC)
