"""Work items: those of bets, and the small things that go out with every release."""

from datetime import datetime

from demo.context import Context
from demo.oakrow.people import PEOPLE
from demo.oakrow.problems import PROBLEMS
from demo.oakrow.story import TASKS, UPKEEP, SampleBet
from loopline.core.shapes import WorkItemRow
from loopline.slices.work import services as items
from loopline.slices.work.queries import ids_by_external, of_bets


def plan_for_bet(w: Context, i: int, b: SampleBet) -> None:
    """Items arrive with the commitment, start one after the other and are done before the release."""
    if b.committed is None or not b.items:
        return
    end = b.shipped if b.shipped is not None else 1
    span = max(b.committed - end - 3, 4)
    for k in range(b.items):
        begin = b.committed - 2 - span * k / max(b.items, 1) * 0.8
        finish = max(begin - span / max(b.items, 1) - 2, end + 1.0)
        done = k < b.done
        started = done or k < b.done + 2
        begin = max(begin, 2.0)
        title = TASKS[k % len(TASKS)].format(n=b.noun, N=b.noun.capitalize())
        number = 1000 + i * 20 + k
        state = "done" if done else "started" if started else "todo"
        moment = w.at(finish if done else begin if started else b.committed - 1, 13)
        row_at = w.at(b.committed - 1, 11)

        def take(
            number: int = number,
            title: str = title,
            state: str = state,
            begin: float = begin,
            moment: datetime = moment,
            row_at: datetime = row_at,
            k: int = k,
        ) -> None:
            row = WorkItemRow(
                source="github",
                external_id=f"oakrow/app#{number}",
                title=title,
                state=state,
                source_updated_at=moment,
                number=number,
                body=f"Part of BET-{w.bets[i]}.",
                type="feature" if "Fix" not in title else "bug",
                url=f"https://github.example/oakrow/app/issues/{number}",
                assignee_name=_engineer(b, k),
                created_at=row_at,
                started_at=w.at(begin, 9) if state != "todo" else None,
                done_at=moment if state == "done" else None,
            )
            items.upsert_items(actor=w.actor("Jonas Weber"), rows=[row], now=moment, sample=True)

        w.plan(moment, take)


def _engineer(b: SampleBet, k: int) -> str:
    squad = PROBLEMS[b.problem].squad
    names = [n for n, t, _, s in PEOPLE if s == squad and t == "Engineer"]
    return names[k % len(names)]


def items_of(bet_id: int) -> list[int]:
    """The work items of a bet that are done."""
    return [x.id for x in of_bets([bet_id]).get(bet_id, []) if x.state == "done"]


def upkeep(w: Context, n: int, day: int) -> list[int]:
    """Two to four small things that go out with every release."""
    rows = []
    for k in range(w.rng.choice((2, 3, 4))):
        number = 3000 + n * 5 + k
        done = w.at(day + 1 + k, 14)
        rows.append(
            WorkItemRow(
                source="github",
                external_id=f"oakrow/app#{number}",
                title=UPKEEP[(n * 3 + k) % len(UPKEEP)],
                state="done",
                source_updated_at=done,
                number=number,
                type="bug" if "Fix" in UPKEEP[(n * 3 + k) % len(UPKEEP)] else "chore",
                url=f"https://github.example/oakrow/app/issues/{number}",
                created_at=w.at(day + 8, 9),
                started_at=w.at(day + 4, 9),
                done_at=done,
                assignee_name=w.rng.choice([p[0] for p in PEOPLE if p[1] == "Engineer"]),
            )
        )
    items.upsert_items(actor=w.actor("Jonas Weber"), rows=rows, now=w.at(day + 1, 14), sample=True)
    return list(ids_by_external("github", [r.external_id for r in rows]).values())
