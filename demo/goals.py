"""Three quarters of goals, checked in each week; the plan; one change of direction done and one drafted."""

from datetime import date, datetime, timedelta
from functools import partial

from demo.context import Context
from demo.oakrow.goals import (
    CAPACITY,
    DRAFT,
    DRAFT_OFF,
    DRAFT_OFFERS,
    DRAFT_WHY,
    EARLIER,
    EARLIER_GAIN,
    EARLIER_HALF,
    EARLIER_NEW,
    EARLIER_OFF,
    EARLIER_OLD,
    EARLIER_SAID,
    EARLIER_WHY,
    NEEDS,
    OBJECTIVES,
    PLAN,
    TENDER,
    SampleKey,
    SampleObjective,
)
from demo.oakrow.story import BETS
from loopline.platform.links import services as links
from loopline.slices.goals import services as goals
from loopline.slices.goals.queries import key_results_by_id, promises_of
from loopline.slices.goals.rules import bounds, period_of, shifted, weeks_of
from loopline.slices.roadmap import services as roadmap
from loopline.slices.roadmap.queries import bets_by_id

OPENED, TURNED, TOLD, CLOSED = 95, 92, 86, 78  # days of the change that is done
DRAWN = 2


def _period(w: Context, back: int) -> str:
    return shifted(period_of(w.now.date()), -back)


def _on(w: Context, day: date, hour: float) -> datetime:
    return w.at((w.now.date() - day).days, hour)


def load(w: Context) -> None:
    """Plan every quarter's way, its plan, and both changes of direction."""
    keys: dict[str, int] = {}
    for o in OBJECTIVES:
        _plan(w, o, keys)
    for back in PLAN:
        first, _ = bounds(_period(w, back))
        w.plan(_on(w, first, 17), partial(_capacity, w, back))
    for i in {i for each in PLAN.values() for i in each}:
        back = next(b for b, each in sorted(PLAN.items()) if i in each)
        first, _ = bounds(_period(w, back))
        proposed = w.at(BETS[i].proposed, 15)
        w.plan(max(_on(w, first, 17.2), proposed), partial(_estimate, w, back, i))
    for back in (2, 1, 0):
        first, last = bounds(_period(w, back))
        for day in (first + timedelta(days=2), first + timedelta(days=40), last):
            if day < w.now.date():
                w.plan(_on(w, day, 23), partial(_freeze, w, back, _on(w, day, 23)))
    w.plan(w.at(OPENED, 11), partial(_open, w, keys))
    w.plan(w.at(TURNED, 14), partial(_turn, w, keys))
    w.plan(w.at(TOLD, 16), partial(_tell, w, keys))
    w.plan(w.at(CLOSED, 10), partial(_end, w, keys))
    w.plan(w.at(DRAWN, 11), partial(_draft, w, keys))


def _plan(w: Context, o: SampleObjective, keys: dict[str, int]) -> None:
    period = _period(w, o.back)
    first, last = bounds(period)
    begin = _on(w, first, 9)
    w.plan(begin, partial(_write, w, o, period, keys, begin))
    for k in o.keys:
        for i in k.bets:
            at = max(begin + timedelta(minutes=30), w.at(BETS[i].proposed, 15.5))
            w.plan(at, partial(_tie, w, o, k, i, keys, at))
    for week in range(1, weeks_of(period)):
        day = first + timedelta(days=7 * week)
        if day > last or day > w.now.date() or _on(w, day, 9.5) >= w.now - timedelta(minutes=10):
            break
        for n, k in enumerate(o.keys):
            if k.checked:
                at = _on(w, day, 9.5) + timedelta(minutes=n)
                w.plan(at, partial(_check, w, o, k, week, keys, at))
    if o.outcome:
        end = _on(w, last + timedelta(days=1), 15)
        w.plan(end, partial(_close, w, o, keys, end))


def _write(
    w: Context, o: SampleObjective, period: str, keys: dict[str, int], now: datetime
) -> None:
    who = w.actor(o.owner)
    made = keys[o.title] = goals.create_objective(
        actor=who, title=o.title, why=o.why, period=period, team=o.team, now=now, sample=True
    )
    for k in o.keys:
        keys[_name(o, k)] = goals.create_key_result(
            actor=who, objective_id=made, text=k.text, target=k.target, baseline=k.start, unit=k.unit,
            metric_id=w.metrics.get(k.metric), direction="up" if k.target > k.start else "down", now=now, sample=True,
        )  # fmt: skip
    goals.start_objective(actor=who, objective_id=made, now=now)


def _name(o: SampleObjective, k: SampleKey) -> str:
    return f"{o.back}: {k.text}"


def _tie(
    w: Context, o: SampleObjective, k: SampleKey, i: int, keys: dict[str, int], now: datetime
) -> None:
    """The bet moves the key result, which is measured by the bet's metric from then on."""
    key = keys[_name(o, k)]
    roadmap.change_bet(
        actor=w.actor("Jonas Weber"), id_=w.bets[i], changes={"key_result_id": key}, now=now
    )
    goals.change_key_result(
        actor=w.actor(o.owner), id_=key, changes={"metric_id": w.metrics[k.metric]}, now=now
    )


def _check(
    w: Context, o: SampleObjective, k: SampleKey, week: int, keys: dict[str, int], now: datetime
) -> None:
    if k.metric and key_results_by_id([keys[_name(o, k)]])[keys[_name(o, k)]].metric_id is None:
        return  # nothing measures it yet
    share = week / (weeks_of(_period(w, o.back)) - 1)
    if not o.back:  # the running quarter has come as far as today
        first, _ = bounds(_period(w, 0))
        share = min(7 * week / max((w.now.date() - first).days, 1), 1.0)
    low, high = k.sure
    sure = round(low + (high - low) * share)
    note = k.notes[min(int(share * len(k.notes)), len(k.notes) - 1)] if k.notes and week % 2 else ""
    value = round(k.typed[0] + (k.typed[1] - k.typed[0]) * share) if k.typed else None
    goals.check_in(
        actor=w.actor(o.owner), key_result_id=keys[_name(o, k)], confidence=sure, note=note, value=value, now=now
    )  # fmt: skip


def _close(w: Context, o: SampleObjective, keys: dict[str, int], now: datetime) -> None:
    goals.close_objective(
        actor=w.actor(o.owner), objective_id=keys[o.title], outcome=o.outcome, learned=o.learned, now=now
    )  # fmt: skip


def _capacity(w: Context, back: int) -> None:
    now = _on(w, bounds(_period(w, back))[0], 17)
    for team, people, away in CAPACITY:
        goals.set_capacity(
            actor=w.actor("Jonas Weber"), team=team, period=_period(w, back), people=people, days_away=away, now=now,
            sample=True,
        )  # fmt: skip


def _estimate(w: Context, back: int, i: int) -> None:
    first, _ = bounds(_period(w, back))
    now = max(_on(w, first, 17.2), w.at(BETS[i].proposed, 15))
    weeks: dict[str, float | None] = dict(PLAN[back][i])
    goals.plan_bet(
        actor=w.actor("Jonas Weber"), bet_id=w.bets[i], quarter=_period(w, back), weeks=weeks, now=now
    )  # fmt: skip
    for a, b in NEEDS:
        if i == a:
            links.link(
                actor=w.actor("Jonas Weber"), first=("bet", w.bets[a]), second=("bet", w.bets[b]), relation="needs",
                now=now,
            )  # fmt: skip


def _freeze(w: Context, back: int, now: datetime) -> None:
    goals.take_snapshot(
        actor=w.actor("Jonas Weber"), period=_period(w, back), why="Nightly", now=now, sample=True
    )


def _open(w: Context, keys: dict[str, int]) -> None:
    """The export came before the whole ward report; everybody was told within two weeks."""
    keys["earlier"] = goals.open_direction(
        actor=w.actor("Priya Raman"), title=EARLIER, why=EARLIER_WHY, period=period_of(w.at(TURNED).date()),
        now=w.at(OPENED, 11), sample=True,
    )  # fmt: skip


def _end(w: Context, keys: dict[str, int]) -> None:
    goals.close_direction(
        actor=w.actor("Priya Raman"), direction_id=keys["earlier"], now=w.at(CLOSED, 10)
    )


def _turn(w: Context, keys: dict[str, int]) -> None:
    who, now, made = w.actor("Priya Raman"), w.at(TURNED, 14), keys["earlier"]
    ward, export = w.bets[13], w.bets[15]
    row = partial(goals.put_row, actor=who, direction_id=made, now=now)
    if bets_by_id([export])[export].state == "proposed":
        add = {"weeks": {"Payroll": 12.0}}
        row(kind="bet", action="add", ref_id=export, values=add, trade_off=EARLIER_GAIN)
    if bets_by_id([ward])[ward].state in ("committed", "in_progress"):
        row(
            kind="bet",
            action="move",
            ref_id=ward,
            values={"weeks": {"Payroll": 9.0}},
            trade_off=EARLIER_OFF,
        )
    key = keys.get("1: Finance re-works fewer exports")
    if key:
        row(
            kind="key_result",
            action="target",
            ref_id=key,
            values={"target": 40},
            trade_off=EARLIER_HALF,
        )
    goals.change_direction(
        actor=who, id_=made, now=now,
        changes={
            "evidence": [{"text": "What finance says of it", "url": f"/opportunities/{w.opportunities[6]}"}],
            "look_again": (now + timedelta(days=50)).date(),
        },
    )  # fmt: skip
    names = ("Kittiwake Ferries", "Sundby Bakeries", "Aldermoor Schools")
    goals.add_promises(
        actor=who, direction_id=made, now=now,
        promises=[
            goals.NewPromise(_account(w, n), ward, EARLIER_OLD, EARLIER_NEW, w.people["Adaeze Nwosu"]) for n in names
        ],
    )  # fmt: skip
    goals.decide_direction(actor=who, direction_id=made, now=now)


def _account(w: Context, name: str) -> int:
    return next(i for a, i in zip(w.accounts, w.account_ids, strict=True) if a.name == name)


def _tell(w: Context, keys: dict[str, int]) -> None:
    for n, p in enumerate(promises_of(keys["earlier"])):
        who, state, note = EARLIER_SAID[n % len(EARLIER_SAID)]
        goals.settle_promise(
            actor=w.actor(who), direction_id=keys["earlier"], promise_id=p.pk, state=state, note=note,
            now=w.at(TOLD, 16),
        )  # fmt: skip


def _draft(w: Context, keys: dict[str, int]) -> None:
    who, now, period = w.actor("Tomas Lindgren"), w.at(DRAWN, 11), _period(w, 0)
    made = goals.open_direction(
        actor=who, title=DRAFT, why=DRAFT_WHY, period=period, now=now, sample=True
    )
    row = partial(goals.put_row, actor=who, direction_id=made, now=now)
    later = {"quarter": shifted(period, 1)}
    for action, bet_, values, off in (
        ("add", 21, {"weeks": {"Platform": 11.0}}, DRAFT_OFF[0]), ("pause", 16, later, DRAFT_OFF[1]),
        ("move", 19, later, DRAFT_OFF[2]),
    ):  # fmt: skip
        row(kind="bet", action=action, ref_id=w.bets[bet_], values=values, trade_off=off)
    key = keys["0: First rota within a day"]
    row(kind="key_result", action="drop", ref_id=key, trade_off=DRAFT_OFF[3])
    goals.change_direction(
        actor=who, id_=made, now=now,
        changes={
            "evidence": [
                {"text": "What customers say of proof", "url": f"/opportunities/{w.opportunities[27]}"},
                {"text": TENDER, "url": f"/accounts/{_account(w, 'Northmere Council')}"},
            ],
            "look_again": bounds(shifted(period, 1))[0] + timedelta(days=28),
        },
    )  # fmt: skip
    bet = {"Redfern Security": w.bets[19]}
    goals.add_promises(
        actor=who, direction_id=made, now=now,
        promises=[
            goals.NewPromise(_account(w, n), bet.get(n, w.bets[16]), new=offer,
                             owner_id=w.people["Luis Carvalho" if n in bet else "Adaeze Nwosu"])
            for n, offer in DRAFT_OFFERS.items()
        ],
    )  # fmt: skip
