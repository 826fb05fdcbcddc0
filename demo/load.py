"""Filling a home with Oakrow: built through the services, in the order things happened, the same every time."""

import json
import os
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from demo.oakrow.accounts import FIRST, LAST, PERSONAS, SampleAccount, accounts
from demo.oakrow.people import PEOPLE, SQUADS, email
from demo.oakrow.problems import PROBLEMS
from demo.oakrow.story import BETS, CLOSERS, OPENERS, TASKS, UPKEEP, SampleBet

SEED = 20_26
FEEDBACK = 2_000
SIGN_INS = 5
Act = Callable[[], None]


@dataclass
class World:
    """What the load has made so far, by the sample's own indexes."""

    rng: random.Random
    now: datetime
    people: dict[str, int] = field(default_factory=dict)
    account_ids: list[int] = field(default_factory=list)
    accounts: list[SampleAccount] = field(default_factory=list)
    contacts: list[list[tuple[str, str, str]]] = field(default_factory=list)
    opportunities: dict[int, int] = field(default_factory=dict)
    bets: dict[int, int] = field(default_factory=dict)
    metrics: dict[str, int] = field(default_factory=dict)
    linked: set[int] = field(default_factory=set)
    asked: dict[int, list[int]] = field(default_factory=dict)
    acts: list[tuple[datetime, int, Act]] = field(default_factory=list)

    def at(self, days: float, hour: float = 10.0) -> datetime:
        """A moment `days` before the seeding day at an hour, never in the future."""
        moment = self.now.replace(hour=0, minute=0, second=0, microsecond=0)
        moment += timedelta(days=-days, hours=hour)
        return min(moment, self.now - timedelta(minutes=5))

    def plan(self, when: datetime, act: Act) -> None:
        self.acts.append((when, len(self.acts), act))

    def actor(self, name: str) -> Any:
        from loopline.platform.identity.actor import Via
        from loopline.platform.identity.models import User
        from loopline.platform.identity.queries import actor_for

        return actor_for(User.objects.get(pk=self.people[name]), Via.WEB)


def _now(as_of: str | None) -> datetime:
    day = date.fromisoformat(as_of) if as_of else datetime.now(UTC).date()
    end = datetime(day.year, day.month, day.day, 16, 0, tzinfo=UTC)
    return end if as_of else min(end, datetime.now(UTC))


def load_sample(*, as_of: str | None = None) -> list[dict[str, str]]:
    """Fill an empty home. Answers the sign-ins, one a role."""
    from django.db import transaction

    from loopline.platform.thread.patience import refresh_patience
    from loopline.platform.thread.store import gathered

    w = World(random.Random(SEED), _now(as_of))
    with transaction.atomic():
        sign_ins = _company(w)
        with gathered():
            _customers(w)
            _plan_problems(w)
            _plan_feedback(w)
            for i, bet in enumerate(BETS):
                _plan_bet(w, i, bet)
            _plan_releases(w)
            _plan_decisions(w)
            for _, _, act in sorted(w.acts, key=lambda a: (a[0], a[1])):
                act()
            _jobs()
            _told(w)
        _settle(w)
        refresh_patience.func()
    _jobs()
    os.environ["LOOPLINE_DEMO_PEOPLE"] = json.dumps(
        [s | {"name": n} for s, (n, *_) in zip(sign_ins, PEOPLE, strict=False)]
    )
    return sign_ins


def _jobs() -> None:
    from loopline.platform.jobs.worker import run_until_empty

    run_until_empty(("default",))


def _company(w: World) -> list[dict[str, str]]:
    from loopline.platform.entrance import services as entrance
    from loopline.platform.identity.actor import Actor
    from loopline.platform.settings import options

    system, start = Actor.system("Loopline"), w.at(366)
    options.change(
        actor=system,
        values={
            "name": "Oakrow", "currency": "EUR", "zone": "Europe/Berlin", "reply_to_askers": False,
            "reply_to_colleagues": False,
        },
        now=start,
    )  # fmt: skip
    out = []
    for i, (name, title, role, _squad) in enumerate(PEOPLE):
        password = f"{role}-of-oakrow" if i < SIGN_INS else ""
        w.people[name] = entrance.add_person(
            actor=system,
            email=email(name),
            name=name,
            role=role,
            title=title,
            password=password,
            sample=True,
            now=start,
        )
        if password:
            out.append({"role": role, "email": email(name), "password": password})
    for squad in SQUADS:
        members = [w.people[n] for n, _, _, s in PEOPLE if s == squad]
        entrance.set_team(actor=system, name=squad, member_ids=members, sample=True, now=start)
    return out


def _customers(w: World) -> None:
    from loopline.slices.customers import services as customers

    w.accounts = accounts(w.rng)
    owner = w.actor("Tomas Lindgren")
    success = (w.people["Adaeze Nwosu"], w.people["Luis Carvalho"], w.people["Sofia Brandt"])
    for i, a in enumerate(w.accounts):
        domain = f"{a.name.lower().replace(' & ', '-').replace(' ', '-')}.example"
        changes = {
            "name": a.name, "domain": domain, "segment": a.segment, "stage": a.stage, "plan": a.plan, "arr": a.arr,
            "currency": "EUR", "health": a.health, "owner_id": success[i % 3], "external_id": f"crm-{1000 + i}",
            "renews_on": (w.now + timedelta(days=w.rng.randrange(10, 360))).date() if a.stage == "customer" else None,
        }  # fmt: skip
        made = customers.save_account(actor=owner, changes=changes, now=w.at(364), sample=True)
        w.account_ids.append(made)
        people = []
        for _ in range(w.rng.choice((1, 2, 2, 3, 4))):
            name = f"{w.rng.choice(FIRST)} {w.rng.choice(LAST)}"
            title, persona = w.rng.choice(PERSONAS)
            address = f"{name.split(maxsplit=1)[0].lower()}.{name.split()[1].lower().replace('á', 'a')}@{domain}"
            if address not in {p[1] for p in people}:
                people.append((name, address, persona))
                customers.save_contact(
                    actor=owner,
                    changes={
                        "name": name,
                        "email": address,
                        "title": title,
                        "persona": persona,
                        "account_id": made,
                    },
                    now=w.at(363),
                    sample=True,
                )
        w.contacts.append(people)
        if a.deal:
            title, amount, state, days = a.deal
            customers.save_deal(
                actor=owner, account_id=made, title=title, amount=amount, currency="EUR", state=state,
                close_on=(w.now + timedelta(days=days)).date(), now=w.at(40), sample=True,
            )  # fmt: skip


def _plan_problems(w: World) -> None:
    from loopline.slices.roadmap import services as roadmap

    owners = {
        "Scheduling": "Tomas Lindgren",
        "Payroll": "Priya Raman",
        "Platform": "Hanna Sørensen",
    }
    first = {b.problem: b.proposed for b in reversed(BETS)}
    for i in range(len(PROBLEMS)):
        back = min(max(first.get(i, 0) + w.rng.randrange(8, 24), w.rng.randrange(30, 300)), 352)

        def make(i: int = i, back: int = back) -> None:
            found = PROBLEMS[i]
            w.opportunities[i] = roadmap.create_opportunity(
                actor=w.actor(owners[found.squad]), title=found.title, problem=found.problem, tags=found.tags,
                squad=found.squad, now=w.at(back, 11), sample=True,
            )  # fmt: skip
            _link_waiting(w, [i], w.at(back, 11.5))

        w.plan(w.at(back, 11), make)


def _weights(w: World) -> list[float]:
    """How much each problem is talked about; those with bets more, the first most."""
    loud = {b.problem for b in BETS}
    return [
        (5.0 if i in loud else 2.2) * (2.4 if i == 0 else 1.0) + w.rng.random()
        for i in range(len(PROBLEMS))
    ]


def _verbatim(w: World, problem: int, source: str) -> tuple[str, str]:
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


def _plan_feedback(w: World) -> None:
    from loopline.slices.customers.services import Who
    from loopline.slices.feedback import services as intake

    r, weights = w.rng, _weights(w)
    passers = [
        "Adaeze Nwosu",
        "Luis Carvalho",
        "Sofia Brandt",
        "Noor Haddad",
        "Callum Reid",
        "Ravi Shah",
    ]
    when = sorted((r.random() ** 1.12 * 358 for _ in range(FEEDBACK)), reverse=True)
    weeks: dict[int, list[tuple[Any, int]]] = {}
    live = [i for i, a in enumerate(w.accounts) if a.stage != "churned"] + [5, 5]
    for n, back in enumerate(when):
        problem = r.choices(range(len(PROBLEMS)), weights)[0]
        source = r.choices(tuple(OPENERS), (16, 30, 14, 10, 16, 5, 9))[0]
        a = r.choice((0, 1, 3, 4, 6, 7)) if r.random() < 0.12 else r.choice(live)
        name, address, persona = r.choice(w.contacts[a])
        said_by = (
            w.people[r.choice(passers)] if source in ("call", "sales note", "interview") else None
        )
        title, text = _verbatim(w, problem, source)
        ask = intake.NewFeedback(
            source=source, external_id=f"oak-{n}", verbatim=text, title=title,
            received_at=w.at(back, 7 + r.random() * 10),
            who=Who(w.accounts[a].name, "", f"crm-{1000 + a}", address, name, persona),
            tags=PROBLEMS[problem].tags[:1] if r.random() < 0.6 else (), submitted_by=said_by, sample=True,
            url=f"https://support.oakrow.example/t/{4000 + n}" if source == "support" else "",
        )  # fmt: skip
        weeks.setdefault(int(back // 7), []).append((ask, problem))
    for week, asks in weeks.items():
        w.plan(w.at(max(week * 7, 0), 12), lambda week=week, asks=asks: _week(w, week, asks))


def _week(w: World, week: int, asks: list[tuple[Any, int]]) -> None:
    """One week: received, triaged within two days or so, merged where it repeats, linked where the problem is known."""
    from django.db.models import F

    from loopline.slices.feedback import services as intake
    from loopline.slices.feedback.models import Feedback

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
    _link_waiting(w, known, now + timedelta(hours=1))


def _merge_some(w: World, fresh: list[tuple[int, Any, int]], now: datetime) -> None:
    """Repeats: fewer each month, as people look first."""
    from loopline.slices.feedback import services as intake

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


def _link_waiting(w: World, problems: list[int], now: datetime) -> None:
    """Tie what was said of these problems to their opportunities, each item once."""
    from loopline.slices.feedback.models import Feedback
    from loopline.slices.roadmap import services as roadmap

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


def _plan_bet(w: World, i: int, b: SampleBet) -> None:
    from loopline.slices.measures import services as measures
    from loopline.slices.roadmap import services as roadmap

    squad = PROBLEMS[b.problem].squad
    owner = {
        "Scheduling": "Tomas Lindgren",
        "Payroll": "Priya Raman",
        "Platform": "Hanna Sørensen",
    }[squad]

    def propose() -> None:
        who, now = w.actor(owner), w.at(b.proposed, 14)
        if b.metric not in w.metrics:
            w.metrics[b.metric] = measures.create_metric(
                actor=w.actor("Ines Marchetti"), name=b.metric, unit=b.unit, direction=b.better, target=b.target,
                question=f"Does it work: {b.title.lower()}?", now=now, sample=True,
            )  # fmt: skip
        w.bets[i] = roadmap.create_bet(
            actor=who, title=b.title, hypothesis=b.hypothesis, opportunity_id=w.opportunities[b.problem],
            metric_id=w.metrics[b.metric], baseline=b.start, target=b.target, horizon=b.horizon, squad=squad, now=now,
            sample=True,
        )  # fmt: skip
        _score(w, i, now)

    w.plan(w.at(b.proposed, 14), propose)
    if b.committed is not None:
        why = (
            f"{PROBLEMS[b.problem].title}: the demand holds, {squad} has the people, "
            "and the number can be checked four weeks after shipping."
        )
        w.plan(
            w.at(b.committed, 15),
            lambda: roadmap.commit_bet(
                actor=w.actor(owner),
                bet_id=w.bets[i],
                rationale=why,
                horizon=b.horizon,
                now=w.at(b.committed or 0, 15),
            ),
        )
    if b.declined is not None:
        day = b.declined
        again = (w.now + timedelta(days=1)).date() if b.not_now else None
        w.plan(
            w.at(day, 15),
            lambda: roadmap.decline_bet(
                actor=w.actor("Maya Okafor"),
                bet_id=w.bets[i],
                reason=b.why,
                not_now=b.not_now,
                revisit_on=again,
                now=w.at(day, 15),
            ),
        )
    _plan_values(w, i, b)
    _plan_work(w, i, b)
    if b.outcome and b.shipped is not None:
        day = max(b.shipped - 60, 3)
        w.plan(
            w.at(day, 16),
            lambda: roadmap.set_outcome(
                actor=w.actor(owner),
                bet_id=w.bets[i],
                state=b.outcome,
                reason=b.why,
                now=w.at(day, 16),
            ),
        )


def _score(w: World, i: int, now: datetime) -> None:
    from loopline.slices.roadmap import services as roadmap

    if BETS[i].shipped is not None:
        return
    r = w.rng
    base = (
        r.choice((10, 30, 80)),
        r.choice((0.5, 1, 2)),
        r.choice((0.5, 0.8, 0.8)),
        r.choice((3, 8, 8, 16)),
    )
    for team in ("Product", "Engineering", "Go-to-market"):
        reach, impact, sure, effort = (x * r.choice((1, 1, 1, 1.6, 0.7)) for x in base)
        values = {
            "reach": round(reach),
            "impact": round(impact, 2),
            "confidence": min(round(sure, 2), 1.0),
            "effort": round(effort),
        }
        roadmap.score_bet(
            actor=w.actor("Jonas Weber"),
            bet_id=w.bets[i],
            model="rice",
            team=team,
            values=values,
            now=now,
        )
    ice = {
        "impact": r.choice((3, 5, 8)),
        "confidence": r.choice((3, 5, 8)),
        "ease": r.choice((3, 5, 8)),
    }
    roadmap.score_bet(
        actor=w.actor("Jonas Weber"),
        bet_id=w.bets[i],
        model="ice",
        team="Product",
        values=ice,
        now=now,
    )


def _plan_values(w: World, i: int, b: SampleBet) -> None:
    """The success metric by week: flat until it ships, then on its way."""
    from loopline.slices.measures import services as measures

    if b.metric in {x.metric for x in BETS[:i]}:
        return
    same = [x for x in BETS if x.metric == b.metric]
    for back in range(b.proposed - 1, 0, -7):
        level = same[0].start
        for x in same:
            if x.shipped is not None and back < x.shipped:
                gone = min((x.shipped - back) / 18, 1.0)
                level = level + (x.reached - level) * gone
            elif x.shipped is None and x.committed and back < x.committed and x.items:
                level = level + (x.reached - level) * min((x.committed - back) / x.committed, 1.0)
        wobble = abs(same[0].start - same[0].target) * 0.04 * (w.rng.random() - 0.5)
        value = round(max(level + wobble, 0.0), 1)
        at = w.at(back, 6)

        def put(value: float = value, at: datetime = at) -> None:
            measures.record_value(
                actor=w.actor("Ines Marchetti"),
                metric_id=w.metrics[b.metric],
                value=value,
                at=at,
                note="weekly query",
                now=at,
            )

        w.plan(at, put)


def _plan_work(w: World, i: int, b: SampleBet) -> None:
    """Items arrive with the commitment, start one after the other and are done before the release."""
    from loopline.core.shapes import WorkItemRow
    from loopline.slices.work import services as work

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
            work.upsert_items(actor=w.actor("Jonas Weber"), rows=[row], now=moment, sample=True)

        w.plan(moment, take)


def _engineer(b: SampleBet, k: int) -> str:
    squad = PROBLEMS[b.problem].squad
    names = [n for n, t, _, s in PEOPLE if s == squad and t == "Engineer"]
    return names[k % len(names)]


def _plan_releases(w: World) -> None:
    """A release a week: the bets that shipped that day, and upkeep."""
    days = sorted(
        {b.shipped for b in BETS if b.shipped is not None} | set(range(336, 18, -9)), reverse=True
    )
    kept = [
        d
        for d in days
        if d in {b.shipped for b in BETS}
        or all(abs(d - s) > 3 for s in days if s in {b.shipped for b in BETS})
    ]
    counts: dict[str, int] = {}
    for n, day in enumerate(kept):
        month = w.at(day).strftime("%Y.%-m")
        counts[month] = counts.get(month, 0) + 1
        w.plan(
            w.at(day, 15),
            lambda day=day, n=n, version=f"{month}.{counts[month]}": _release(w, n, day, version),
        )
    w.plan(
        w.at(1, 15),
        lambda: _coming(
            w, f"{w.now:%Y}.{w.now.month}.{counts.get(f'{w.now:%Y}.{w.now.month}', 0) + 1}"
        ),
    )


def _release(w: World, n: int, day: int, version: str) -> None:
    from loopline.slices.releases import services as releases

    who, now = w.actor("Jonas Weber"), w.at(day, 15)
    shipped = [i for i, b in enumerate(BETS) if b.shipped == day]
    items = [x for i in shipped for x in _items_of(w.bets[i])]
    items += _upkeep(w, n, day)
    title = BETS[shipped[0]].title if shipped else "Fixes and upkeep"
    made = releases.create_release(
        actor=who,
        version=version,
        title=title,
        target_on=w.at(day).date(),
        work_items=items,
        now=w.at(day + 3, 9),
        sample=True,
    )
    for place in range(5):
        releases.tick(
            actor=w.actor("Victor Hale"),
            release_id=made,
            place=place,
            done=True,
            now=w.at(day + 1, 10 + place),
        )
    releases.ship_release(actor=who, release_id=made, now=now)
    _jobs()


def _items_of(bet_id: int) -> list[int]:
    from loopline.slices.work.queries import of_bets

    return [x.id for x in of_bets([bet_id]).get(bet_id, []) if x.state == "done"]


def _upkeep(w: World, n: int, day: int) -> list[int]:
    """Two to four small things that go out with every release."""
    from loopline.core.shapes import WorkItemRow
    from loopline.slices.work import services as work
    from loopline.slices.work.queries import ids_by_external

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
    work.upsert_items(actor=w.actor("Jonas Weber"), rows=rows, now=w.at(day + 1, 14), sample=True)
    return list(ids_by_external("github", [r.external_id for r in rows]).values())


def _coming(w: World, version: str) -> None:
    """The next release, nearly ready: the payroll export's first part."""
    from loopline.slices.releases import services as releases

    who, now = w.actor("Jonas Weber"), w.at(1, 15)
    items = _items_of(w.bets[15]) + _upkeep(w, 90, 2)
    made = releases.create_release(
        actor=who,
        version=version,
        title="Payroll export, first part",
        target_on=(w.now + timedelta(days=2)).date(),
        work_items=items,
        now=now,
        sample=True,
    )
    for place in range(3):
        releases.tick(
            actor=w.actor("Victor Hale"), release_id=made, place=place, done=True, now=now
        )


def _plan_decisions(w: World) -> None:
    from loopline.platform.discuss import services as discuss
    from loopline.slices.decisions import services as decisions

    def rule_moment() -> None:
        who, now = w.actor("Tomas Lindgren"), w.at(166, 16)
        made = decisions.open_decision(
            actor=who,
            question="When do we check the rest rule of a swap?",
            about=("opportunity", w.opportunities[0]),
            now=now,
            options=[
                {
                    "title": "As the swap is made",
                    "cost": "6 weeks",
                    "risk": "slower on old phones",
                    "learning": "whether people swap at all",
                },
                {
                    "title": "In a nightly report",
                    "cost": "1 week",
                    "risk": "breaches happen first",
                    "learning": "how many there are",
                },
                {
                    "title": "In a queue for managers",
                    "cost": "3 weeks",
                    "risk": "more work for those who complain",
                    "learning": "little",
                },
            ],
        )
        decisions.decide(
            actor=who,
            decision_id=made,
            chosen="As the swap is made",
            now=now,
            rationale=(
                "A report is cheaper and tells us of a breach after somebody did not sleep. "
                "A queue is safer and gives managers one more thing to do. What they asked "
                "for is that the system says no."
            ),
        )

    def talk() -> None:
        for name, text, hours in (
            (
                "Adaeze Nwosu",
                (
                    "Tarn Valley asked again this morning. Their renewal is the first of March, "
                    "and swaps on the phone is what the wards notice. @Tomas can we say a week?"
                ),
                3.0,
            ),
            (
                "Tomas Lindgren",
                "Phone approval is at three of six. I would say first half of December to them and not more.",
                2.0,
            ),
            ("Luis Carvalho", "Northmere asks the same in the tender, question 14.", 1.0),
        ):
            discuss.comment(
                actor=w.actor(name),
                object_type="opportunity",
                object_id=w.opportunities[0],
                text=text,
                now=w.now - timedelta(hours=hours),
            )

    w.plan(w.at(166, 16), rule_moment)
    w.plan(w.now - timedelta(hours=1), talk)


def _told(w: World) -> None:
    """Those who asked were told within days; of the newest release some wait for approval."""
    from loopline.platform.identity.actor import Actor
    from loopline.slices.releases.models import Release
    from loopline.slices.told import services as told
    from loopline.slices.told.models import FollowUp

    who = Actor.system("Follow-ups")
    shipped = dict(Release.objects.exclude(shipped_at=None).values_list("pk", "shipped_at"))
    newest = max(shipped, key=lambda r: shipped[r]) if shipped else 0
    by_moment: dict[datetime, list[int]] = {}
    rows = FollowUp.objects.filter(occasion="ship").order_by("pk")
    for pk, release, asked in rows.values_list("pk", "release_id", "feedback__received_at"):
        at = shipped.get(release)
        if at is None or (release == newest and w.rng.random() < 0.34):
            continue
        wait = timedelta(days=w.rng.choice((0, 0, 1, 1, 2, 3, 6)), hours=1)
        by_moment.setdefault(min(max(at, asked) + wait, w.now - timedelta(hours=2)), []).append(pk)
    for moment in sorted(by_moment):
        told.record_sent(actor=who, ids=by_moment[moment], said="Sent by e-mail", now=moment)


def _settle(w: World) -> None:
    from loopline.platform.identity.actor import Actor
    from loopline.platform.settings import options

    options.change(
        actor=Actor.system("Loopline"),
        values={"reply_to_askers": True, "reply_to_colleagues": True},
        now=w.now,
    )


def start_real_inputs() -> None:
    """Bring in the packaged app reviews behind the running server, with progress on every page."""
    from pathlib import Path

    from django.utils import timezone

    from loopline.platform.identity.actor import Actor
    from loopline.slices.feedback.importing import start_import

    file = Path(__file__).parent / "reviews" / "app_reviews.csv.gz"
    if file.exists():
        start_import(
            actor=Actor.system("Demo"), path=str(file), kind="feedback-csv", label="Importing 2,000 real app reviews",
            mapping={"received_at": f"={timezone.now() - timedelta(days=400):%Y-%m-%d}"}, now=timezone.now(),
        )  # fmt: skip
