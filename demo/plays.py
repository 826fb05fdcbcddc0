"""What Oakrow knows of itself: its sheet, eight things tried, marks, and where the plays stood each week."""

from datetime import date, timedelta
from functools import partial
from typing import Any

from django.utils import timezone

from demo.context import Context
from demo.oakrow import plays as oakrow
from demo.oakrow import standup
from loopline.platform.blocks import registry
from loopline.slices.docs import queries as docs
from loopline.slices.docs import services as writing
from loopline.slices.docs.models import Doc
from loopline.slices.docs.services import NewDoc
from loopline.slices.playbook.plays import library, stage, standing
from loopline.slices.playbook.plays.mapping import signs

WEEKS = 9  # looked at since product operations began


def load(w: Context) -> None:
    """Plan each in its turn, and a look over all plays each week."""
    w.plan(w.at(standup.BEGAN, 15), partial(_sheet, w))
    for each in oakrow.TRIED:
        w.plan(w.at(each[1], 16), partial(_tried, w, each))
    w.plan(w.at(oakrow.SHARED[0], 17), partial(_shared, w))
    for who, day, item, says, note in oakrow.MARKS:
        w.plan(w.at(day, 12), partial(_mark, w, who, day, item, says, note))
    w.plan(w.at(oakrow.NOTES[1], 11), partial(_notes, w))
    for week in range(WEEKS, 0, -1):
        w.plan(w.at(7 * week, 4), partial(standing.reckon, now=w.at(7 * week, 4), sample=True))


def settle(w: Context) -> None:
    """What counts over a stretch of days is counted again, now that everybody was told; then a look as of today."""
    known = registry.known()
    over_days = {
        key
        for key, s in signs().items()
        if s.block in known and any(p.name == "days" for p in known[s.block].params)
    }
    for week in range(WEEKS, 0, -1):
        standing.reckon(now=w.at(7 * week, 4), only=over_days, sample=True)
    Doc.objects.filter(template__in=(stage.MODEL, library.NOTES, library.SHARE_OUT)).update(
        sample=True
    )
    standing.reckon(now=w.now, sample=True)


def look() -> None:
    """Once more, when the metrics have values."""
    standing.reckon(now=timezone.now(), sample=True)


def _sheet(w: Context) -> None:
    lead, now = w.actor(standup.LEAD), w.at(standup.BEGAN, 15)
    if docs.of_template("company-sheet"):
        return
    made = writing.create_doc(actor=lead, new=NewDoc("", "company-sheet"), now=now, sample=True)
    for key, value in oakrow.SHEET.items():
        writing.fill(actor=lead, doc_id=made, key=key, value=value, now=now)
    for name, role in oakrow.FOUNDERS:
        values = {"name": name, "role": role}
        writing.add_row(actor=lead, doc_id=made, key="founders", values=values, now=now)


def _tried(w: Context, each: tuple[Any, ...]) -> None:
    who, day, title, play, where, again, tried, came, measured = each
    more: dict[str, Any] = {"came": came}
    if again != "Still trying":
        more["until"] = (w.at(day).date() + timedelta(days=28)).isoformat()
    if measured:
        metric, before, after, unit, how = measured
        more["measured"] = [
            {
                "id": "m1",
                "metric": metric,
                "before": before,
                "after": after,
                "unit": unit,
                "how": how,
            }
        ]
    library.add_practice(
        actor=w.actor(who), title=title, tried=tried, where=where, again=again, play=play, now=w.at(day, 16),
        sample=True, more=more,
    )  # fmt: skip


def _shared(w: Context) -> None:
    day, title, people, shown = oakrow.SHARED
    now = w.at(day, 17)
    held: date = now.date()
    lines = [
        {
            "id": f"s{n}", "practice": oakrow.TRIED[i][2], "by": oakrow.TRIED[i][0], "verdict": verdict,
            "next": "Payroll" if verdict == "Take it over" else None,
        }
        for n, (i, verdict) in enumerate(shown)
    ]  # fmt: skip
    new = NewDoc(
        title,
        library.SHARE_OUT,
        data={"held": held.isoformat(), "people": float(people), "shown": lines},
    )
    writing.create_doc(actor=w.actor(standup.LEAD), new=new, now=now, sample=True)


def _mark(w: Context, who: str, day: int, item: str, says: str, note: str) -> None:
    stage.mark(actor=w.actor(who), item=item, says=says, note=note, now=w.at(day, 12))


def _notes(w: Context) -> None:
    who, day, play, text = oakrow.NOTES
    library.write_notes(actor=w.actor(who), slug=play, text=text, now=w.at(day, 11))
