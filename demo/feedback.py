"""What was said in a year: received by the week, triaged, merged where it repeats, linked where it is known."""

from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.db.models import F

from demo import standup
from demo.context import Context
from demo.oakrow.problems import PROBLEMS
from demo.oakrow.story import BETS, CLOSERS, OPENERS
from loopline.slices.customers.services import Who
from loopline.slices.feedback import services as intake
from loopline.slices.feedback.models import Feedback
from loopline.slices.roadmap import services as roadmap

FEEDBACK = 2_000
PASSERS = (  # who hands in what was said to them
    "Adaeze Nwosu", "Luis Carvalho", "Sofia Brandt", "Noor Haddad", "Callum Reid", "Ravi Shah",
)  # fmt: skip


def _weights(w: Context) -> list[float]:
    """How much each problem is talked about; those with bets more, the first most."""
    loud = {b.problem for b in BETS}
    return [
        (5.0 if i in loud else 2.2) * (2.4 if i == 0 else 1.0) + w.rng.random()
        for i in range(len(PROBLEMS))
    ]


def _verbatim(w: Context, problem: int, source: str) -> tuple[str, str]:
    """A title and the words, as this channel would bring them."""
    p, r = PROBLEMS[problem], w.rng
    core = r.choice(p.said)
    text = r.choice(OPENERS[source]) + core
    if r.random() < 0.7 and p.cost:
        text += f" {r.choice(p.cost)}"
    if r.random() < 0.3:
        other = r.choice([s for s in p.said if s != core] or [core])
        text += f"\n\n{other}"
    return core.rstrip("."), text + r.choice(CLOSERS)


def load(w: Context) -> None:
    """Two thousand things said, the recent months more than the old, handed in week by week."""
    r, weights = w.rng, _weights(w)
    when = sorted((r.random() ** 1.12 * 358 for _ in range(FEEDBACK)), reverse=True)
    weeks: dict[int, list[tuple[Any, int]]] = {}
    live = [i for i, a in enumerate(w.accounts) if a.stage != "churned"] + [5, 5]
    for n, back in enumerate(when):
        problem = r.choices(range(len(PROBLEMS)), weights)[0]
        source = r.choices(tuple(OPENERS), (16, 30, 14, 10, 16, 5, 9))[0]
        a = r.choice((0, 1, 3, 4, 6, 7)) if r.random() < 0.12 else r.choice(live)
        name, address, persona = r.choice(w.contacts[a])
        said_by = (
            w.people[r.choice(PASSERS)] if source in ("call", "sales note", "interview") else None
        )
        said_by, here = standup.passer(w, back, said_by)
        title, text = _verbatim(w, problem, source)
        ask = intake.NewFeedback(
            source=source, external_id="" if here else f"oak-{n}", verbatim=text, title=title,
            received_at=w.at(back, 7 + r.random() * 10),
            who=Who(w.accounts[a].name, "", f"crm-{1000 + a}", address, name, persona),
            tags=PROBLEMS[problem].tags[:1] if r.random() < 0.6 else (), submitted_by=said_by, sample=True,
            url=f"https://support.oakrow.example/t/{4000 + n}" if source == "support" else "",
        )  # fmt: skip
        weeks.setdefault(int(back // 7), []).append((ask, problem))
    for week, asks in weeks.items():
        w.plan(w.at(max(week * 7, 0), 12), partial(_week, w, week, asks))


def _week(w: Context, week: int, asks: list[tuple[Any, int]]) -> None:
    """One week: received, triaged within two days or so, merged where it repeats, linked where the problem is known."""
    support, r = w.actor("Birgit Aalto"), w.rng
    now = w.at(max(week * 7, 0), 12)
    got = intake.receive_many(actor=support, asks=[a for a, _ in asks], now=now)
    fresh = [(g.id, a, p) for g, (a, p) in zip(got, asks, strict=True) if g.created]
    waits = 0
    for id_, ask, problem in fresh:
        age = (w.now - ask.received_at).total_seconds() / 86_400
        if age < 2.6 and waits < 16:
            waits += 1
            continue
        if r.random() < 0.07:
            continue  # put away below
        w.asked.setdefault(problem, []).append(id_)
    done = {i for ids in w.asked.values() for i in ids}
    put_away = [i for i, a, _ in fresh if i not in done and (w.now - a.received_at).days >= 3]
    if put_away:
        intake.archive_many(actor=support, ids=put_away, now=now)
    _merge_some(w, fresh, now)
    triaged = [i for i, _, _ in fresh if i in done]
    intake.accept_all(actor=support, ids=triaged, now=now)
    for i in triaged:
        hours = timedelta(hours=2 + r.expovariate(1 / 20))
        Feedback.objects.filter(pk=i).update(triaged_at=F("received_at") + hours)
    known = sorted({p for _, _, p in fresh if p in w.opportunities})
    link_waiting(w, known, now + timedelta(hours=1))


def _merge_some(w: Context, fresh: list[tuple[int, Any, int]], now: datetime) -> None:
    """Repeats: fewer each month, as people look first."""
    support = w.actor("Birgit Aalto")
    age = (w.now - now).days
    share = 0.04 + 0.10 * age / 360
    for id_, _ask, problem in fresh:
        earlier = [i for i in w.asked.get(problem, []) if i < id_]
        if earlier and id_ in w.asked[problem] and w.rng.random() < share:
            into = w.rng.choice(earlier[-12:])
            score = round(0.45 + w.rng.random() * 0.5, 3)
            intake.merge(actor=support, feedback_id=id_, into_id=into, score=score, now=now)
            w.asked[problem].remove(id_)
        elif earlier and w.rng.random() < 0.03:
            other = w.rng.choice(earlier[-12:])
            score = round(0.2 + w.rng.random() * 0.35, 3)
            intake.refuse_duplicate(actor=support, a=id_, b=other, score=score, now=now)


def link_waiting(w: Context, problems: list[int], now: datetime) -> None:
    """Tie what was said of these problems to their opportunities, each item once."""
    wanted = [(i, p) for p in problems for i in w.asked.get(p, []) if i not in w.linked]
    if not wanted:
        return
    texts = dict(
        Feedback.objects.filter(pk__in=[i for i, _ in wanted]).values_list("pk", "verbatim")
    )
    links = [
        (i, w.opportunities[p], next((s for s in PROBLEMS[p].said if s in texts[i]), ""))
        for i, p in wanted
    ]
    roadmap.link_many(actor=w.actor("Tomas Lindgren"), links=links, now=min(now, w.now))
    w.linked.update(i for i, _ in wanted)
