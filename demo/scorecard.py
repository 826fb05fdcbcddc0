"""Oakrow's scorecard of nine months with two reviews, what it leaves for later, and the report to its board."""

from datetime import timedelta

from demo.context import Context
from demo.oakrow import scorecard as oakrow
from demo.oakrow.metrics import ACTIVATION
from loopline.platform.identity.actor import Actor
from loopline.platform.identity.models import User
from loopline.slices.docs import services as writing
from loopline.slices.docs.models import Doc
from loopline.slices.home.weighing import impact, leverage, notnow
from loopline.slices.measures.models import Metric
from loopline.slices.playbook.scorecard import changing
from loopline.slices.playbook.scorecard.reading import SCORECARD, read
from loopline.slices.playbook.standup.sheets import newest


def settle(w: Context) -> None:
    """Looks back on the year: every number is read from the records as they were on its day."""
    lead = w.actor(oakrow.LEAD)
    began = w.at(oakrow.BEGAN, 10)
    changing.begin(actor=lead, now=began, sample=True)
    _name(lead, w)
    days = [(d, "read") for d in range(oakrow.BEGAN - 14, 0, -14)]
    days += [(d, "take") for d in oakrow.LATER] + [(d, "review") for d in oakrow.REVIEWS]
    for day, what in sorted(days, key=lambda each: -each[0]):
        if what == "read":
            changing.keep_readings(actor=lead, now=w.at(day, 4))
        elif what == "take":
            changing.take_baseline(actor=lead, now=w.at(day, 11))
        else:
            _review(lead, w, day)
    _later(lead, w)


def _name(lead: Actor, w: Context) -> None:
    """Each outcome gets its owner and its targets."""
    card = read(lead, w.at(oakrow.BEGAN, 11))
    for line in card.lines if card else ():
        owner, six, twelve, _ = oakrow.OUTCOMES[line.outcome]
        values = {"owner": owner, "six": six, "twelve": twelve}
        changing.change_row(actor=lead, row_id=line.id, changes=values, now=w.at(oakrow.BEGAN, 11))


def _review(lead: Actor, w: Context, day: int) -> None:
    now = w.at(day, 15)
    card = read(lead, now)
    nth = oakrow.REVIEWS.index(day)
    said = {line.id: oakrow.OUTCOMES[line.outcome][3][nth] for line in card.lines} if card else {}
    changing.review(actor=lead, said=said, now=now, sample=True)
    if day == oakrow.REPORT:
        impact.keep(actor=lead, now=now + timedelta(hours=1), sample=True)


def _later(lead: Actor, w: Context) -> None:
    leverage.ensure(actor=lead, now=w.at(60, 12), sample=True)
    notnow.set_minutes(actor=lead, value=oakrow.MINUTES, now=w.at(60, 12))
    for what, why, back, watch, when, level in oakrow.NOT_NOW:
        values = {
            "what": what,
            "why": why,
            "back": back,
            "watch": watch,
            "when": when,
            "level": level,
        }
        notnow.add(actor=lead, values=values, now=w.at(60, 13))
    notnow.look(now=w.at(4, 4))


def activation() -> None:
    """The outcome of activation is measured by Oakrow's own metric, once that has values; again changes nothing."""
    metric_id = (
        Metric.objects.filter(name=ACTIVATION, sample=True).values_list("pk", flat=True).first()
    )
    doc = newest(SCORECARD)
    lead = User.objects.filter(name=oakrow.LEAD, sample=True).first()
    if (
        doc is None
        or lead is None
        or metric_id is None
        or not Doc.objects.filter(pk=doc.id, sample=True).exists()
    ):
        return
    row = next((r for r in doc.data["rows"] if r["outcome"] == "Activation"), None)
    if row is None or row["source"] == f"metric id={metric_id}":
        return
    actor, now = Actor.system("Oakrow"), doc.updated_at
    writing.change_row(
        actor=actor, doc_id=doc.id, key="rows", row_id=row["id"], values={"source": f"metric id={metric_id}"}, now=now
    )  # fmt: skip
    changing.take_baseline(actor=actor, now=now - timedelta(days=100))
