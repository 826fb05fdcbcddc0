"""What Oakrow wrote: made from templates on their day, filled in by their owners, some looked over since."""

import re
from functools import partial

from demo.context import Context
from demo.oakrow.docs import DOCS, SampleDoc
from demo.oakrow.problems import PROBLEMS
from demo.oakrow.story import BETS
from loopline.slices.docs import services as docs
from loopline.slices.docs.models import Doc
from loopline.slices.docs.templating import template

_REF = re.compile(r"\{(opp|bet|met):([^}]+)\}")


def load(w: Context) -> None:
    """Plan each on its day; those that belong to another come after it."""
    made: dict[str, int] = {}
    for d in DOCS:
        w.plan(w.at(d.made, 11), partial(_write, w, made, d))
        if d.seen is not None:
            w.plan(w.at(d.seen, 12), partial(_look_over, w, made, d))


def settle(w: Context) -> None:
    """The pages were opened now and then."""
    titles = dict(Doc.objects.filter(sample=True).values_list("title", "pk"))
    for d in DOCS:
        if d.opened is not None:
            docs.looked(actor=w.actor(d.owner), doc_id=titles[d.title], now=w.at(d.opened))


def _text(w: Context, text: str) -> str:
    """With keys for what was there on the day, and titles for what came later."""

    def key(found: re.Match[str]) -> str:
        kind, name = found.group(1), found.group(2)
        if kind == "met":
            return f"MET-{w.metrics[name]}" if name in w.metrics else name
        place = int(name)
        made, prefix = (w.opportunities, "OPP") if kind == "opp" else (w.bets, "BET")
        if place in made:
            return f"{prefix}-{made[place]}"
        return PROBLEMS[place].title if kind == "opp" else BETS[place].title

    return _REF.sub(key, text)


def _write(w: Context, made: dict[str, int], d: SampleDoc) -> None:
    actor, now = w.actor(d.owner), w.at(d.made, 11)
    new = docs.NewDoc(
        d.title, d.template, _text(w, d.body) if d.body else None, parent_id=made.get(d.below)
    )
    pk = made[d.title] = docs.create_doc(actor=actor, new=new, now=now, sample=True)
    for place, value in d.filled.items():
        docs.fill(actor=actor, doc_id=pk, key=place, value=_text(w, value), now=now)
    for place, lines in d.lines.items():
        for line in lines:
            values = {k: _text(w, v) for k, v in line.items()}
            row = docs.add_row(actor=actor, doc_id=pk, key=place, values=values, now=now)
            if place == d.into:
                docs.act_on_line(actor=actor, doc_id=pk, key=place, row_id=row, now=now)
    for place, item in d.ticked:
        docs.tick(actor=actor, doc_id=pk, key=place, item=item, done=True, now=now)
    kept = template(d.template)
    if kept and kept.draft:
        docs.change_doc(actor=actor, id_=pk, changes={"state": "current"}, now=now)


def _look_over(w: Context, made: dict[str, int], d: SampleDoc) -> None:
    docs.review(actor=w.actor(d.owner), doc_id=made[d.title], now=w.at(d.seen or 0, 12))
