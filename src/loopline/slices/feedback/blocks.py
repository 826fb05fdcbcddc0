"""What came in, in blocks."""

from collections import Counter
from datetime import datetime, timedelta

from django.db.models import Count, Q

from loopline.platform.blocks.registry import Block, Params, Row, Shown, register
from loopline.platform.blocks.shapes import against, day, days, last, short, span
from loopline.platform.identity.actor import Actor
from loopline.platform.ui.formats import num, plural
from loopline.slices.feedback.models import Feedback
from loopline.slices.feedback.queries import any_at_all, inbox_rows
from loopline.slices.feedback.rules import source_label

MOST = 5
THEMES = 8
NOTHING = "Nothing has come in yet."


def _new(_actor: Actor, params: Params, now: datetime) -> Shown:
    since, count = span(params, now)
    before = since - timedelta(days=count)
    came = Feedback.objects.filter(received_at__gte=before, received_at__lte=now).aggregate(
        here=Count("pk", filter=Q(received_at__gte=since)),
        before=Count("pk", filter=Q(received_at__lt=since)),
    )
    if not came["here"] and not came["before"] and not any_at_all():
        return Shown(missing=NOTHING, connect="/feedback/new")
    waits = inbox_rows(now=now).order_by()[:10_001].count()
    newest = (
        Feedback.objects.filter(received_at__gte=since, received_at__lte=now)
        .exclude(state="archived")
        .select_related("account")
        .order_by("-received_at", "-pk")[:MOST]
    )
    rows = tuple(
        Row(
            (
                short(f.title),
                f.account.name if f.account else source_label(f.source),
                day(f.received_at, now),
            ),
            f"/feedback/{f.pk}",
        )
        for f in (newest if came["here"] else ())
    )
    text = (
        f"{plural(came['here'], 'item')} arrived {last(count)}, {against(came['here'], came['before'])}; "
        f"{num(waits)} {'waits' if waits == 1 else 'wait'} for triage."
    )
    return Shown(text, came["here"], "items", "/feedback", ("Said", "By", "When"), rows)


def _themes(_actor: Actor, params: Params, now: datetime) -> Shown:
    since, count = span(params, now)
    before = since - timedelta(days=count)
    through = Feedback.tags.through
    found = through.objects.filter(
        feedback__received_at__gte=before, feedback__received_at__lte=now
    ).exclude(feedback__state="archived")
    here: Counter[str] = Counter()
    earlier: Counter[str] = Counter()
    accounts: dict[str, set[int]] = {}
    columns = ("tag__name", "feedback__received_at", "feedback__account_id")
    for name, at, account in found.values_list(*columns):
        if at < since:
            earlier[name] += 1
            continue
        here[name] += 1
        if account:
            accounts.setdefault(name, set()).add(account)
    if not here:
        if not any_at_all():
            return Shown(missing=NOTHING, connect="/feedback/new")
        return Shown(missing=f"Nothing was tagged {last(count)}.", connect="/inbox")
    top = sorted(here.items(), key=lambda x: (-x[1], x[0]))[:THEMES]
    rows = tuple(
        Row(
            (name, num(n), num(earlier[name]), num(len(accounts.get(name, ())))),
            f"/feedback?tag={name}",
        )
        for name, n in top
    )
    name, n = top[0]
    text = f"{name} was said most {last(count)}: {plural(n, 'time')}, {against(n, earlier[name])}."
    return Shown(
        text, len(here), "themes", "/feedback", ("Theme", "Times", "Before", "Accounts"), rows
    )


def registered() -> None:
    register(
        Block(
            "feedback-new",
            "New feedback",
            "What came in, against the time before, and what waits.",
            "feedback.read",
            _new,
            (days(7),),
            "Hear",
        ),
    )
    register(
        Block(
            "themes",
            "Themes",
            "The tags of what came in: how often, before, and from how many accounts.",
            "feedback.read",
            _themes,
            (days(30),),
            "Hear",
        ),
    )
