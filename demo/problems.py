"""What Oakrow's customers struggle with, as opportunities; each is opened a while before its first bet."""

from demo.context import OWNERS, Context
from demo.feedback import link_waiting
from demo.oakrow.problems import PROBLEMS
from demo.oakrow.story import BETS
from loopline.slices.roadmap import services as roadmap


def load(w: Context) -> None:
    """Open each opportunity, and link what was said of it until then."""
    first = {b.problem: b.proposed for b in reversed(BETS)}
    for i in range(len(PROBLEMS)):
        back = min(max(first.get(i, 0) + w.rng.randrange(8, 24), w.rng.randrange(30, 300)), 352)

        def make(i: int = i, back: int = back) -> None:
            found = PROBLEMS[i]
            w.opportunities[i] = roadmap.create_opportunity(
                actor=w.actor(OWNERS[found.squad]), title=found.title, problem=found.problem, tags=found.tags,
                squad=found.squad, now=w.at(back, 11), sample=True,
            )  # fmt: skip
            link_waiting(w, [i], w.at(back, 11.5))

        w.plan(w.at(back, 11), make)
