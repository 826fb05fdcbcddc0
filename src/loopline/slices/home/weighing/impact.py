"""What it brought: baseline and now of every outcome, what was decided, heard, told, shipped, tried and stopped.

One report is made here and drawn twice, as a page and as a PDF, so that both say the same.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import transaction

from loopline.core.problems import Missing
from loopline.platform.identity.actor import Actor
from loopline.platform.identity.policy import allow
from loopline.platform.settings.options import today, workspace, zone
from loopline.platform.ui.formats import dur, num, plural, written
from loopline.slices.decisions import queries as decisions
from loopline.slices.docs import queries as docs
from loopline.slices.docs import services as writing
from loopline.slices.docs.services import NewDoc
from loopline.slices.feedback import queries as feedback
from loopline.slices.home.weighing.arithmetic import percentile
from loopline.slices.playbook import queries as playbook
from loopline.slices.releases import queries as releases
from loopline.slices.roadmap import queries as roadmap
from loopline.slices.told import queries as told

IMPACT = "impact-report"
STATES = {"pivoted": "went another way", "sunset": "was taken back", "declined": "was declined"}
FAIR = (
    "These numbers moved while this work was done; not all of it is because of it. What was tried against a control "
    "group says so on its own page."
)


@dataclass(frozen=True, slots=True)
class Point:
    """One sentence with its evidence: where to look, and how the link is called."""

    text: str
    href: str = ""
    link: str = "Evidence"


@dataclass(frozen=True, slots=True)
class Outcome:
    """One outcome as printed; `definition` says how the number is made."""

    name: str
    baseline: str
    baseline_on: str
    now: str
    target: str
    standing: str
    tone: str
    owner: str
    href: str
    definition: str
    measured_at: str


@dataclass(frozen=True, slots=True)
class Report:
    """All that page and PDF say. `stats` are (what, from, to, standing); days as printed."""

    company: str
    period: str
    title: str
    headline: str
    on: str
    stats: tuple[tuple[str, str, str, str], ...]
    sections: tuple[tuple[str, tuple[Point, ...]], ...]
    outcomes: tuple[Outcome, ...]
    fair: str = FAIR


@dataclass(frozen=True, slots=True)
class Kept:
    """A report frozen on a day."""

    id: int
    title: str
    at: datetime
    by: str


def written_day(at: date | datetime) -> str:
    """19 November 2026, in the company's zone."""
    here = at.astimezone(zone()).date() if isinstance(at, datetime) else at
    return f"{here.day} {here:%B %Y}"


def report(actor: Actor, now: datetime) -> Report:
    """The report as of now. Raises NotAllowed."""
    allow(actor, "impact.read")
    card = playbook.scorecard(actor, now)
    began = card.began if card else today(now) - timedelta(days=91)
    since = datetime.combine(began, time.min, zone())
    outcomes = tuple(_outcome(line) for line in card.lines) if card else ()
    months = max(round((today(now) - began).days / 30.4), 1)
    headline = (
        playbook.headline(card)
        if card and card.lines
        else "There is no scorecard yet, so no outcome is held to a baseline"
    )
    return Report(
        workspace().name, f"{written_day(began)} to {written_day(now)}",
        f"What changed in {plural(months, 'month')}", f"{headline}.", written_day(now), _stats(card),
        (
            ("What we did", tuple(_did(since, now))), ("What it brought", tuple(_brought(card))),
            ("What did not work", tuple(_stopped(card, since, now))),
        ),
        outcomes,
    )  # fmt: skip


def _outcome(line: playbook.Line) -> Outcome:
    unit, base = line.said.unit, line.baseline
    target = line.judged.target
    return Outcome(
        line.outcome, written(base.value, unit) if base else "not taken", written_day(base.at) if base else "",
        written(line.said.value, unit) if line.said.value is not None else "not measured",
        written(target, unit) if target is not None else "", line.standing, line.tone, line.owner,
        line.said.href or "/scorecard", line.said.means or line.said.missing,
        written_day(line.said.at) if line.said.at else "",
    )  # fmt: skip


def _came_on(card: playbook.Scorecard | None) -> list[playbook.Line]:
    """Outcomes at their pace that are not as they were."""
    return [
        line for line in (card.lines if card else ())
        if line.baseline and line.said.value is not None and line.judged.state in ("there", "on_way")
        and line.said.value != line.baseline.value
    ]  # fmt: skip


def _stats(card: playbook.Scorecard | None) -> tuple[tuple[str, str, str, str], ...]:
    """The three outcomes that came furthest."""
    known = _came_on(card)
    best = sorted(known, key=lambda line: -(line.judged.share or 0))[:3]
    return tuple(
        (
            line.outcome, written(line.baseline.value, line.said.unit), written(line.said.value, line.said.unit),
            line.standing,
        )
        for line in best if line.baseline
    )  # fmt: skip


def _did(since: datetime, now: datetime) -> list[Point]:
    f = feedback.flow(since=since, until=now)
    times = [(t - a).total_seconds() for a, t in told.closing_times(since=since, until=now)]
    made, why = decisions.made_between(since, now)
    shipped, back = releases.fates(since, now)
    out = []
    if f.received:
        out.append(
            Point(
                f"{plural(f.received, 'ask')} heard, {num(f.merged)} of them said before and merged.",
                "/feedback",
            )
        )
    if times:
        half = percentile(times, 0.5)
        out.append(Point(
            f"{plural(len(times), 'person', 'people')} told that what they asked for has shipped, half of them within "
            f"{dur(half)} of asking.", "/follow-ups?state=sent",
        ))  # fmt: skip
    if made:
        out.append(
            Point(
                f"{plural(made, 'decision')} made, {num(why)} with the reason written down.",
                "/decisions?state=decided",
            )
        )
    if shipped:
        also = f", {num(back)} rolled back" if back else ", none rolled back"
        out.append(
            Point(f"{plural(shipped, 'release')} reached users{also}.", "/releases?state=shipped")
        )
    return out or [Point("Nothing was heard, decided or shipped in this time.")]


def _brought(card: playbook.Scorecard | None) -> list[Point]:
    out = [
        Point(
            f"{line.outcome}: from {written(line.baseline.value, line.said.unit)} to "
            f"{written(line.said.value, line.said.unit)}. {line.standing}.",
            line.said.href or "/scorecard",
        )
        for line in _came_on(card) if line.baseline
    ]  # fmt: skip
    return out or [
        Point("Nothing that is measured has come to its pace yet.", "/scorecard", "Scorecard")
    ]


def _stopped(card: playbook.Scorecard | None, since: datetime, now: datetime) -> list[Point]:
    out = []
    for line in card.lines if card else ():
        if line.baseline and line.judged.state in ("worse", "behind"):
            said = (
                card.reviews[-1].lines.get(line.id, ("", "", ""))[2]
                if card and card.reviews
                else ""
            )
            out.append(Point(
                f"{line.outcome}: from {written(line.baseline.value, line.said.unit)} to "
                f"{written(line.said.value, line.said.unit)}. {line.standing}." + (f" {said}" if said else ""),
                line.said.href or "/scorecard",
            ))  # fmt: skip
    stopped = [b for b in roadmap.stopped_since(since) if (b.declined_at or since) >= since]
    out += [Point(f"{b.title} {STATES[b.state]}.", f"/bets/{b.id}", "Why") for b in stopped[:6]]
    if len(stopped) > 6:
        out.append(
            Point(
                f"{plural(len(stopped) - 6, 'more bet')} given up or declined.",
                "/bets?state=declined",
                "All",
            )
        )
    return out or [Point("Nothing was given up, and nothing measured is behind.")]


def frozen(found: Report) -> dict[str, Any]:
    """As plain data."""
    return asdict(found)


def thawed(kept: Mapping[str, Any]) -> Report:
    """What `frozen` put away."""
    sections: Sequence[Any] = kept["sections"]
    return Report(**{
        **kept, "stats": tuple(tuple(s) for s in kept["stats"]),
        "sections": tuple((head, tuple(Point(**p) for p in points)) for head, points in sections),
        "outcomes": tuple(Outcome(**o) for o in kept["outcomes"]),
    })  # fmt: skip


@transaction.atomic
def keep(*, actor: Actor, now: datetime, sample: bool = False) -> int:
    """Freeze the report of today. Answers its page's id."""
    allow(actor, "scorecard.change")
    found = report(actor, now)
    new = NewDoc(f"Impact report of {found.on}", IMPACT)
    made = writing.create_doc(actor=actor, new=new, now=now, sample=sample)
    writing.keep_blocks(actor=actor, doc_id=made, kept={"report": frozen(found)}, now=now)
    return made


def kept_ones() -> list[Kept]:
    """Frozen reports, the newest first; one query."""
    return [Kept(d.id, d.title, d.created_at, d.owner) for d in docs.of_template(IMPACT)]


def kept(actor: Actor, doc_id: int) -> Report:
    """A frozen report. Raises Missing."""
    allow(actor, "impact.read")
    row = docs.one(actor=actor, doc_id=doc_id)
    found = (row.kept or {}).get("report") if row.template == IMPACT else None
    if found is None:
        raise Missing("report")
    return thawed(found)
