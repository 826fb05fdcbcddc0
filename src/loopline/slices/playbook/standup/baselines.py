"""Baselines: what the first metrics said on a day, kept so that it cannot change; the scorecard starts from them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from loopline.platform.blocks.registry import Shown, thawed
from loopline.platform.blocks.text import written
from loopline.platform.identity.actor import Actor
from loopline.platform.identity.policy import allow, may
from loopline.platform.settings.options import today
from loopline.platform.ui.formats import written as said
from loopline.slices.docs import queries as docs
from loopline.slices.docs import services as writing
from loopline.slices.docs.services import NewDoc
from loopline.slices.measures import queries as measures
from loopline.slices.measures import services as measuring
from loopline.slices.playbook.standup.sheets import BASELINE


@dataclass(frozen=True, slots=True)
class Was:
    """One metric as it was: `value` in `unit`, None where nothing was measured, with what to connect in `missing`."""

    metric_id: int
    name: str
    value: float | None
    unit: str
    at: datetime | None
    missing: str


@dataclass(frozen=True, slots=True)
class Baseline:
    """`values` by metric; `absent` are first metrics not installed then, as (name, what they need)."""

    doc_id: int
    on: date
    values: Mapping[int, Was]


@transaction.atomic
def take(
    *, actor: Actor, more: Sequence[int] = (), as_of: datetime | None = None, install: bool = True, now: datetime,
    sample: bool = False,
) -> int:  # fmt: skip
    """Keep what the starter metrics, and `more` by their ids, say now, or said at `as_of`. Answers the page's id.

    Starters that need no event named are installed first, where the actor may and unless `install` says no. A metric
    without a value is kept as not measured, never as zero.
    """
    allow(actor, "rollout.change")
    if install and may(actor, "metric.change"):
        known = measures.installed()
        plain: dict[str, dict[str, str]] = {
            key: {} for key, _, _, bare in measures.starters() if bare and key not in known
        }
        measuring.install_starters(actor=actor, mapping=plain, now=now)
    ids = list(
        dict.fromkeys([*(i for found in measures.installed().values() for i in found), *more])
    )
    summary = measures.metric_summary(ids, now=now)
    latest = (
        measures.latest_values(ids, before=as_of)
        if as_of
        else {i: m.latest for i, m in summary.items()}
    )
    body = [docs_words()]
    kept = {}
    for i in ids:
        m = summary[i]
        mark = written("metric", {"id": str(i)})
        body.append(mark)
        value = latest.get(i)
        at = value.at.isoformat() if value else None
        kept[mark] = _shown(m, value).kept() | {"metric": i, "name": m.name, "at": at}
    new = NewDoc(f"Baseline of {today(now):%-d %B %Y}", BASELINE, "\n".join(body))
    made = writing.create_doc(actor=actor, new=new, now=now, sample=sample)
    writing.keep_blocks(actor=actor, doc_id=made, kept=kept, now=now)
    return made


def docs_words() -> str:
    """What stands above the numbers."""
    return "What the numbers said on this day. Nothing here is typed in, and it does not change any more.\n"


def _shown(m: measures.Summary, latest: measures.Reading | None) -> Shown:
    href = f"/measures/{m.id}"
    if latest is None:
        missing = m.trouble or f"{m.name} is not measured yet."
        return Shown(missing=missing, connect=href, unit=m.unit, href=href)
    sentence = f"{m.name}: {said(latest.value, m.unit)}"
    return Shown(sentence, latest.value, m.unit, href)


def baselines(*, actor: Actor) -> list[Baseline]:
    """Every baseline taken, the oldest first. One query a baseline."""
    return _read(actor, None)


def _read(actor: Actor, limit: int | None) -> list[Baseline]:
    allow(actor, "rollout.read")
    out = []
    for view in docs.of_template(BASELINE)[::-1][:limit]:
        row = docs.one(actor=actor, doc_id=view.id)
        values = {}
        for kept in (row.kept or {}).values():
            was, at = thawed(kept), kept.get("at")
            values[kept["metric"]] = Was(
                kept["metric"], kept["name"], was.value, was.unit,
                datetime.fromisoformat(at) if at else None, was.missing,
            )  # fmt: skip
        out.append(Baseline(view.id, today(view.created_at), values))
    return out


def first_of(*, actor: Actor) -> Baseline | None:
    """The baseline that counts: the first that was taken."""
    return next(iter(_read(actor, 1)), None)


def absent() -> list[tuple[str, str]]:
    """First metrics that are not here, with what they need."""
    known = measures.installed()
    return [(name, needs) for key, name, needs, _ in measures.starters() if key not in known]
