"""The scorecard as it stands: each outcome with its baseline, its number now, its targets and its history."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from loopline.platform.blocks import registry
from loopline.platform.blocks.registry import Shown
from loopline.platform.blocks.text import Mark, parts
from loopline.platform.db.once import once
from loopline.platform.identity.actor import Actor
from loopline.platform.identity.policy import allow, may
from loopline.platform.settings.options import today, zone
from loopline.platform.ui.formats import written
from loopline.slices.docs import queries as docs
from loopline.slices.docs.queries import DocView
from loopline.slices.measures import queries as measures
from loopline.slices.playbook.scorecard import pace
from loopline.slices.playbook.scorecard.pace import Judged
from loopline.slices.playbook.standup.sheets import newest, rows_of

SCORECARD, REVIEW = "scorecard", "scorecard-review"
SAME = {"activation-rate": "activation", "escape-rate": "defect-escape-rate"}


@dataclass(frozen=True, slots=True)
class Was:
    """A number as it was when it was kept."""

    value: float
    at: datetime


@dataclass(frozen=True, slots=True)
class Said:
    """What a source says: `value` None where it is not measured, then `missing` says why and `connect` where to go."""

    value: float | None = None
    unit: str = ""
    at: datetime | None = None
    href: str = ""
    missing: str = ""
    connect: str = ""
    sentence: str = ""
    means: str = ""
    title: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One outcome. `history` are (when, value) from the baseline on, oldest first; `over` says what it is judged by."""

    id: str
    outcome: str
    source: str
    better: str
    said: Said
    baseline: Was | None
    six: str
    twelve: str
    owner: str
    judged: Judged
    history: tuple[tuple[datetime, float], ...]

    @property
    def six_value(self) -> float | None:
        return pace.target(self.six, self.baseline.value if self.baseline else None)

    @property
    def twelve_value(self) -> float | None:
        return pace.target(self.twelve, self.baseline.value if self.baseline else None)

    @property
    def tone(self) -> str:
        return pace.TONES.get(self.judged.state, "muted")

    @property
    def standing(self) -> str:
        return pace.WORDS[self.judged.state]


@dataclass(frozen=True, slots=True)
class Reviewed:
    """A quarterly review: (value, standing, sentence) by outcome, as it was then."""

    doc_id: int
    quarter: str
    at: datetime
    by: str
    lines: Mapping[str, tuple[str, str, str]]


@dataclass(frozen=True, slots=True)
class Scorecard:
    """The whole of it; reviews are the oldest first."""

    doc_id: int
    began: date
    lines: tuple[Line, ...]
    reviews: tuple[Reviewed, ...]
    as_of: datetime


def source_of(text: str) -> Mark | None:
    """The block a row is measured by, of what is written in it: metric id=3, or line-health days=90."""
    found = parts("{{" + text.strip() + "}}") if text.strip() else []
    return found[0] if len(found) == 1 and isinstance(found[0], Mark) else None


def key_of(row: Mapping[str, Any]) -> str:
    """Under what a row's baseline and readings are kept: with another source they begin anew."""
    return f"{row['id']} {row.get('source') or ''}"


def _metric_id(mark: Mark, known: Mapping[str, Sequence[int]]) -> int | None:
    if mark.name != "metric":
        return None
    if mark.params.get("id", "").isdecimal():
        return int(mark.params["id"][:18])
    key = mark.params.get("key", "").replace("_", "-")
    return next(iter(known.get(SAME.get(key, key), ())), None)


def sources(
    rows: Sequence[Mapping[str, Any]],
) -> tuple[dict[str, Mark | None], dict[str, int]]:
    """(the block, the metric where it is one) by row."""
    marks = {r["id"]: source_of(r.get("source") or "") for r in rows}
    keyed = any(m and m.name == "metric" and "id" not in m.params for m in marks.values())
    known = measures.installed() if keyed else {}
    found = {i: _metric_id(m, known) for i, m in marks.items() if m}
    return marks, {i: m for i, m in found.items() if m is not None}


def values(actor: Actor, rows: Sequence[Mapping[str, Any]], now: datetime) -> dict[str, Said]:
    """What every row's source says at a moment, also a past one; a handful of queries for all metrics together."""
    marks, metrics = sources(rows)
    reads = may(actor, "metric.read")
    summary = measures.metric_summary(metrics.values(), now=now) if metrics and reads else {}
    latest = measures.latest_values(metrics.values(), before=now) if summary else {}
    words = measures.words_of(summary)
    out = {}
    for r in rows:
        mark, metric = marks[r["id"]], metrics.get(r["id"])
        if metric is not None and metric in summary:
            m, value = summary[metric], latest.get(metric)
            href = f"/measures/{metric}"
            missing = "" if value else m.trouble or f"{m.name} has no value yet."
            out[r["id"]] = Said(
                value.value if value else None, m.unit, value.at if value else None, href, missing, href,
                f"{m.name}: {written(value.value, m.unit)}" if value else "", words.get(metric, ""), m.name,
            )  # fmt: skip
        elif mark is None:
            out[r["id"]] = Said(missing="Choose what it is measured by.", connect="/scorecard")
        else:
            out[r["id"]] = _block(actor, mark, now)
    return out


def _block(actor: Actor, mark: Mark, now: datetime) -> Said:
    known = registry.known().get(mark.name)
    shown: Shown = registry.show(actor, mark.name, mark.params, now)
    about, title = (known.about, known.title) if known else ("", mark.name)
    missing = shown.missing
    if shown.value is None and not missing:
        missing = shown.sentence or f"{title} is not measured yet."
    return Said(
        shown.value, shown.unit, now if shown.value is not None else None, shown.href, missing,
        shown.connect or shown.href, shown.sentence, about, title,
    )  # fmt: skip


def _kept(
    row: Mapping[str, Any], kept: Mapping[str, Any]
) -> tuple[Was | None, list[tuple[datetime, float]]]:
    found = kept.get(key_of(row)) or {}
    base = Was(found["value"], datetime.fromisoformat(found["at"])) if "value" in found else None
    return base, [(datetime.fromisoformat(at), v) for at, v in found.get("readings", ())]


def _history(
    base: Was | None, readings: Sequence[tuple[datetime, float]], series: Sequence[measures.Reading], said: Said
) -> tuple[tuple[datetime, float], ...]:  # fmt: skip
    first = [(base.at, base.value)] if base else []
    own = [(v.at, v.value) for v in series] if series else list(readings)
    own = [(at, v) for at, v in own if base is None or at > base.at]
    last = [(said.at, said.value)] if said.at and said.value is not None and not series else []
    return (*first, *own, *(p for p in last if not own or p[0] > own[-1][0]))


def began_of(doc: DocView) -> date:
    text = doc.data.get("began")
    return date.fromisoformat(text) if text else today(doc.created_at)


@once
def read(actor: Actor, now: datetime) -> Scorecard | None:
    """The scorecard for this actor; None where there is none yet. Raises NotAllowed."""
    allow(actor, "scorecard.read")
    doc = newest(SCORECARD)
    if doc is None:
        return None
    rows = rows_of(doc, "rows")
    kept = docs.one(actor=actor, doc_id=doc.id).kept or {}
    began, said = began_of(doc), values(actor, rows, now)
    _, metrics = sources(rows)
    start = datetime.combine(began, time.min, zone()) - timedelta(days=31)
    series = measures.histories(metrics.values(), since=start) if metrics else {}
    lines = []
    for r in rows:
        base, readings = _kept(r, kept)
        lines.append(
            _line(
                r,
                said[r["id"]],
                base,
                readings,
                series.get(metrics.get(r["id"], 0), []),
                began,
                now,
            )
        )
    return Scorecard(doc.id, began, tuple(lines), tuple(reviews(doc.id)), now)


def _line(
    r: Mapping[str, Any], said: Said, base: Was | None, readings: Sequence[tuple[datetime, float]],
    series: Sequence[measures.Reading], began: date, now: datetime,
) -> Line:  # fmt: skip
    before = base.value if base else None
    six, twelve = r.get("six") or "", r.get("twelve") or ""
    judged = pace.judge(
        better=r.get("better") or "higher", baseline=before, began=began, six=pace.target(six, before),
        twelve=pace.target(twelve, before), value=said.value, on=today(now),
        since=today(base.at) if base else None,
    )  # fmt: skip
    return Line(
        r["id"], r.get("outcome") or "An outcome", r.get("source") or "", r.get("better") or "higher", said, base,
        six, twelve, r.get("owner") or "", judged, _history(base, readings, series, said),
    )  # fmt: skip


def reviews(doc_id: int) -> list[Reviewed]:
    """Every review, the oldest first; one query."""
    out = []
    for view in docs.below(doc_id):
        if view.template == REVIEW:
            said = {
                r["row"]: (r.get("now") or "", r.get("standing") or "", r.get("words") or "")
                for r in rows_of(view, "said")
                if "row" in r
            }
            out.append(Reviewed(view.id, view.title, view.created_at, view.owner, said))
    return out


def headline(card: Scorecard) -> str:
    """How it stands in one sentence."""
    states = [line.judged.state for line in card.lines]
    good = sum(s in ("there", "on_way") for s in states)
    worse = [line.outcome for line in card.lines if line.judged.state == "worse"]
    behind = states.count("behind")
    measured = len(states) - states.count("unmeasured")
    if not measured:
        return "Nothing on it is measured yet"
    text = f"{good} of {len(states)} are there or on the way"
    if worse:
        some = worse[0][:1].lower() + worse[0][1:]
        return (
            f"{text}; {some} went the wrong way"
            if len(worse) == 1
            else f"{text}; {len(worse)} went the wrong way"
        )
    return f"{text}; {behind} behind" if behind else text
