"""Small counts over other areas that speak for plays and practices and that no area tells as a block of its own."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from statistics import mean, pstdev

from django.db.models import Count, Q

from loopline.platform.blocks.registry import Params, Row, Shown
from loopline.platform.blocks.shapes import day, last, middle, short, span
from loopline.platform.identity.actor import Actor
from loopline.platform.settings.options import today, value
from loopline.platform.ui.formats import dur, num, pct, plural, written
from loopline.slices.actions import queries as actions
from loopline.slices.dashboards import queries as dashboards
from loopline.slices.decisions import queries as decisions
from loopline.slices.docs import queries as docs
from loopline.slices.feedback import queries as feedback
from loopline.slices.goals import queries as goals
from loopline.slices.goals.rules import label, period_of
from loopline.slices.insights import queries as insights
from loopline.slices.measures import queries as measures
from loopline.slices.releases import queries as releases
from loopline.slices.roadmap import queries as roadmap
from loopline.slices.work import queries as work

LIVE = ("proposed", "committed", "in_progress")
VERDICTS = ("confirmed", "pivoted", "sunset")
OVER = timedelta(days=56)  # a bet shipped that long ago could have been judged
MOST = 6
STEADY_WEEKS = 26


def share(part: int, whole: int) -> float:
    return round(100 * part / whole, 1)


def repeats(_actor: Actor, params: Params, now: datetime) -> Shown:
    since, count = span(params, now)
    f = feedback.flow(since=since, until=now)
    if not f.received:
        return Shown(missing=f"Nothing came in {last(count)}.", connect="/feedback/new")
    text = f"{pct(f.merged / f.received)} of {plural(f.received, 'item')} {last(count)} repeated what was known"
    return Shown(text, share(f.merged, f.received), "%", "/feedback?state=merged")


def triaged_in_time(_actor: Actor, params: Params, now: datetime) -> Shown:
    since, count = span(params, now)
    limit = timedelta(days=float(value("triage_days")))
    f = feedback.flow(since=since, until=now - limit)
    if not f.received:
        return Shown(
            missing=f"Nothing has come in long enough ago {last(count)}.", connect="/inbox"
        )
    good = sum(s <= limit.total_seconds() for s in f.triage_seconds)
    text = (
        f"{num(good)} of {plural(f.received, 'item')} {last(count)} were triaged within "
        f"{dur(limit.total_seconds())}"
    )
    return Shown(text, share(good, f.received), "%", "/inbox")


def triage_time(_actor: Actor, params: Params, now: datetime) -> Shown:
    since, count = span(params, now)
    typical = middle(feedback.flow(since=since, until=now).triage_seconds)
    if typical is None:
        return Shown(missing=f"Nothing was triaged {last(count)}.", connect="/inbox")
    text = f"Half of what came in {last(count)} was triaged within {dur(typical)}"
    return Shown(text, round(typical / 3600, 1), "h", "/inbox")


def decisions_dated(_actor: Actor, params: Params, now: datetime) -> Shown:
    since, count = span(params, now)
    found = decisions.rows().filter(state="decided", archived_at=None, decided_at__gte=since)
    n = found.aggregate(every=Count("pk"), dated=Count("pk", filter=Q(revisit_on__isnull=False)))
    if not n["every"]:
        return Shown(missing=f"Nothing was decided {last(count)}.", connect="/decisions/new")
    text = f"{num(n['dated'])} of {plural(n['every'], 'decision')} made {last(count)} come back on a day"
    return Shown(text, share(n["dated"], n["every"]), "%", "/decisions")


def decisions_about(_actor: Actor, params: Params, now: datetime) -> Shown:
    since, count = span(params, now)
    found = list(
        decisions.rows()
        .filter(about_type=params["type"], state="decided", archived_at=None)
        .filter(decided_at__gte=since, decided_at__lte=now)
        .order_by("-decided_at")[:200]
    )
    what = {"release": "a release", "opportunity": "something people asked for"}.get(
        params["type"], params["type"]
    )
    rows = tuple(
        Row((short(d.question), short(d.chosen), day(d.decided_at, now)), f"/decisions/{d.pk}")
        for d in found[:MOST]
    )
    text = f"{plural(len(found), 'decision')} about {what} {last(count)}"
    return Shown(text, len(found), "decisions", "/decisions", ("Question", "Chosen", "When"), rows)


def decision_time(_actor: Actor, params: Params, now: datetime) -> Shown:
    since, count = span(params, now)
    found = decisions.rows().filter(state="decided", archived_at=None, decided_at__gte=since)
    times = [
        max((made - asked).total_seconds(), 0.0)
        for asked, made in found.values_list("created_at", "decided_at")[:1000]
        if made
    ]
    typical = middle(times)
    if typical is None:
        return Shown(missing=f"Nothing was decided {last(count)}.", connect="/decisions/new")
    text = f"Half of the decisions {last(count)} were made within {dur(typical)} of being asked"
    return Shown(text, round(typical / 86_400, 1), "d", "/decisions")


def docs_owned(_actor: Actor, _params: Params, now: datetime) -> Shown:
    n = (
        docs.rows()
        .filter(archived_at=None)
        .aggregate(
            every=Count("pk"),
            kept=Count("pk", filter=Q(owner__isnull=False, review_on__isnull=False)),
        )
    )
    if not n["every"]:
        return Shown(missing="Nothing is written down yet.", connect="/docs/new")
    text = f"{num(n['kept'])} of {plural(n['every'], 'page')} have an owner and a day of review"
    return Shown(text, share(n["kept"], n["every"]), "%", "/docs")


def docs_due(_actor: Actor, _params: Params, now: datetime) -> Shown:
    found = docs.rows().filter(archived_at=None)
    late = Q(review_on__lte=today(now)) | Q(stale_at__isnull=False)
    n = found.aggregate(every=Count("pk"), late=Count("pk", filter=late))
    if not n["every"]:
        return Shown(missing="Nothing is written down yet.", connect="/docs/new")
    text = f"{plural(n['late'], 'page')} to look over, of {num(n['every'])}"
    return Shown(text, n["late"], "pages", "/docs")


def docs_in_date(_actor: Actor, _params: Params, now: datetime) -> Shown:
    late = Q(review_on__lte=today(now)) | Q(stale_at__isnull=False)
    found = docs.rows().filter(archived_at=None).exclude(review_on=None)
    n = found.aggregate(every=Count("pk"), late=Count("pk", filter=late))
    if not n["every"]:
        return Shown(missing="No page has a day of review yet.", connect="/docs")
    good = n["every"] - n["late"]
    text = f"{num(good)} of {plural(n['every'], 'page')} with a day of review are in date"
    return Shown(text, share(good, n["every"]), "%", "/docs")


def docs_written(_actor: Actor, params: Params, _now: datetime) -> Shown:
    keys = params["template"].split()
    found = docs.of_template(*keys)
    rows = tuple(Row((d.title, d.owner or "nobody"), f"/docs/{d.id}") for d in found[:MOST])
    what = " or ".join(k.replace("-", " ") for k in keys)
    text = f"{plural(len(found), 'page')} of the kind {what}"
    href = f"/docs?template={keys[0]}" if len(keys) == 1 else "/docs"
    return Shown(text, len(found), "pages", href, ("Page", "Owner"), rows)


def actions_on_time(_actor: Actor, params: Params, now: datetime) -> Shown:
    since, count = span(params, now)
    on = today(now)
    found = actions.completion(today(since), on + timedelta(days=1), on=on)
    if found is None:
        return Shown(missing=f"No action was due {last(count)}.", connect="/actions")
    done, due = num(found.by_original), plural(found.due, "action")
    text = f"{done} of {due} due {last(count)} were done by the day first agreed"
    return Shown(text, share(found.by_original, found.due), "%", "/actions")


def under_way(_actor: Actor, _params: Params, _now: datetime) -> Shown:
    n = work.rows().filter(archived_at=None).aggregate(
        every=Count("pk"), started=Count("pk", filter=Q(state="started"))
    )  # fmt: skip
    if not n["every"]:
        return Shown(missing="No work comes in yet. Connect the tracker.", connect="/work")
    return Shown(
        f"{plural(n['started'], 'item')} under way", n["started"], "items", "/work?state=started"
    )


NO_BET = Shown(missing="There is no bet yet.", connect="/bets/new")


def _bets(part: Q, said: str) -> Shown:
    n = (
        roadmap.bet_rows()
        .filter(state__in=LIVE, archived_at=None)
        .aggregate(every=Count("pk", distinct=True), part=Count("pk", filter=part, distinct=True))
    )
    if not n["every"]:
        return NO_BET
    text = f"{num(n['part'])} of {plural(n['every'], 'open bet')} {said}"
    return Shown(text, share(n["part"], n["every"]), "%", "/bets")


def bets_aimed(_actor: Actor, _params: Params, _now: datetime) -> Shown:
    return _bets(
        Q(metric__isnull=False, target__isnull=False), "have a success metric and a target"
    )


def bets_scored(_actor: Actor, _params: Params, _now: datetime) -> Shown:
    return _bets(Q(scores__isnull=False), "are scored on the written scale")


def bets_problem(_actor: Actor, _params: Params, _now: datetime) -> Shown:
    return _bets(Q(opportunity__isnull=False), "start from a customer's problem")


def bets_verdict(_actor: Actor, _params: Params, now: datetime) -> Shown:
    due = (
        roadmap.bet_rows()
        .filter(archived_at=None, shipped_at__lte=now - OVER)
        .filter(state__in=("shipped", *VERDICTS))
    )
    n = due.aggregate(every=Count("pk"), judged=Count("pk", filter=Q(state__in=VERDICTS)))
    if not n["every"]:
        return Shown(missing="No bet shipped long enough ago to be judged.", connect="/bets")
    text = f"{num(n['judged'])} of {plural(n['every'], 'bet')} shipped eight weeks ago or longer have a verdict"
    return Shown(text, share(n["judged"], n["every"]), "%", "/bets?state=shipped")


def reports(_actor: Actor, params: Params, _now: datetime) -> Shown:
    found = insights.reports_of_kind(params["kind"])
    rows = tuple(Row((r.name,), f"/reports/{r.pk}") for r in found[:MOST])
    text = f"{plural(len(found), 'report')} of the kind {params['kind']} kept"
    return Shown(text, len(found), "reports", "/reports", ("Report",), rows)


def investigations(_actor: Actor, _params: Params, _now: datetime) -> Shown:
    n = (
        dashboards.investigation_rows()
        .filter(archived_at=None)
        .values_list("decision_id", flat=True)
    )
    found = list(n)
    if not found:
        return Shown(
            missing="No question has been looked into here yet.", connect="/investigations/new"
        )
    led = sum(d is not None for d in found)
    text = f"{num(led)} of {plural(len(found), 'investigation')} led to a decision"
    return Shown(text, led, "investigations", "/investigations")


def directions(_actor: Actor, params: Params, now: datetime) -> Shown:
    since, count = span(params, now)
    found = goals.decided_between(since, now)
    rows = tuple(Row((short(str(d.title)),), f"/goals/change/{d.pk}") for d in found[:MOST])
    text = f"{plural(len(found), 'change')} of direction decided {last(count)}"
    return Shown(text, len(found), "changes", "/goals/change", ("Change",), rows)


def promises(_actor: Actor, _params: Params, now: datetime) -> Shown:
    period = period_of(today(now))
    found = goals.promised(period)
    if not found:
        return Shown(
            missing=f"No promise was renegotiated in {label(period)}.", connect="/goals/change"
        )
    done = sum(p.state != "open" for p in found)
    text = f"{num(done)} of {plural(len(found), 'promise')} of {label(period)} are settled"
    return Shown(text, share(done, len(found)), "%", "/goals/change")


def quarter_planned(_actor: Actor, _params: Params, now: datetime) -> Shown:
    period = period_of(today(now))
    rooms = goals.rooms(period)
    rows = tuple(
        Row((team, "–" if weeks is None else num(weeks, 0)))
        for team, weeks in sorted(rooms.items())
    )
    text = f"{plural(len(rooms), 'team')} with a capacity planned for {label(period)}"
    return Shown(text, len(rooms), "teams", "/goals/plan", ("Team", "Person-weeks"), rows)


def starters_kept(_actor: Actor, _params: Params, _now: datetime) -> Shown:
    known = measures.starters()
    found = list(measures.rows().filter(archived_at=None).exclude(starter=""))
    if not found:
        return Shown("None of the first metrics is installed", 0, "metrics", "/measures/start")
    good = [m for m in found if m.latest is not None]  # type: ignore[attr-defined]
    owned = sum(m.owner_id is not None for m in found)
    aimed = sum(m.target is not None for m in found)
    text = (
        f"{num(len(good))} of {num(len(known))} first metrics have a value; {num(owned)} have an owner, "
        f"{num(aimed)} a target"
    )
    rows = tuple(
        Row(
            (
                m.name, m.owner.name if m.owner else "nobody",
                written(m.target, m.unit) if m.target is not None else "none",
            ),
            f"/measures/{m.pk}",
        )
        for m in found
    )  # fmt: skip
    return Shown(text, len(good), "metrics", "/measures", ("Metric", "Owner", "Target"), rows)


def governed(_actor: Actor, _params: Params, _now: datetime) -> Shown:
    found = measures.rows().filter(archived_at=None)
    rows = list(found.values_list("owner_id", "target"))
    if not rows:
        return Shown(missing="No metric is here yet.", connect="/measures/start")
    good = sum(owner is not None and target is not None for owner, target in rows)
    text = f"{num(good)} of {plural(len(rows), 'metric')} have an owner and a target; each has a version"
    return Shown(text, share(good, len(rows)), "%", "/measures")


def steady(_actor: Actor, _params: Params, now: datetime) -> Shown:
    """How much cycle time and release frequency vary over two quarters: spread over mean, the larger of the two."""
    known = measures.installed()
    pairs = [
        (name, known[key][0])
        for name, key in (("cycle time", "cycle-time"), ("release frequency", "release-frequency"))
        if key in known
    ]
    spreads = []
    for name, metric in pairs:
        spread = _spread([r.value for r in measures.values_of(metric, STEADY_WEEKS)])
        if spread is not None:
            spreads.append((spread, name))
    if len(spreads) < 2:
        return Shown(
            missing="Cycle time and release frequency have not been measured for two quarters.",
            connect="/measures/start",
        )
    most, name = max(spreads)
    text = f"Over two quarters {name} varied most, by {num(most, 0)} % around its mean"
    return Shown(text, round(most, 1), "%", "/measures")


def _spread(values: Sequence[float | None]) -> float | None:
    known = [float(v) for v in values if v is not None]
    centre = mean(known) if known else 0.0
    if len(known) < STEADY_WEEKS // 2 or not centre:
        return None
    return 100 * pstdev(known) / abs(centre)


def checklists(_actor: Actor, params: Params, now: datetime) -> Shown:
    since, count = span(params, now)
    found = (
        releases.rows()
        .filter(state="shipped", archived_at=None, prerelease=False)
        .filter(shipped_at__gte=since, shipped_at__lte=now)
        .order_by("-shipped_at")
    )
    rows = list(found.values_list("pk", "version_name", "title", "shipped_at", "checklist")[:500])
    if not rows:
        return Shown(missing=f"Nothing shipped {last(count)}.", connect="/releases")
    full = [bool(lines) and all(c.get("done") for c in lines) for *_, lines in rows]
    every = plural(len(rows), "release")
    text = (
        f"{num(sum(full))} of {every} shipped {last(count)} with every line of the checklist done"
    )
    table = tuple(
        Row((short(f"{v} {t}".strip()), day(at, now), "yes" if ok else "no"), f"/releases/{pk}")
        for (pk, v, t, at, _), ok in zip(rows[:MOST], full, strict=False)
    )  # fmt: skip
    return Shown(
        text, share(sum(full), len(rows)), "%", "/releases?state=shipped", ("Release", "Shipped", "All done"), table
    )  # fmt: skip
