"""What shipped and what comes next, in blocks."""

from datetime import datetime

from django.db.models import Count

from loopline.platform.blocks.registry import Block, Params, Row, Shown, register
from loopline.platform.blocks.shapes import day, days, last, short, span
from loopline.platform.identity.actor import Actor
from loopline.platform.settings.options import today
from loopline.platform.ui.formats import num, plural
from loopline.slices.releases import queries
from loopline.slices.releases.models import Release
from loopline.slices.releases.rules import OPEN, STATES

MOST = 8
NOTHING = "No release yet. Make one here, or connect where releases are made."


def _name(r: Release) -> str:
    return short(f"{r.version_name} {r.title}".strip())


def _shipped(_actor: Actor, params: Params, now: datetime) -> Shown:
    since, count = span(params, now)
    rows_ = Release.objects.annotate(held=Count("items")).filter(
        state="shipped", archived_at=None, prerelease=False
    )
    found = list(
        rows_.filter(shipped_at__gte=since, shipped_at__lte=now).order_by("-shipped_at")[:200]
    )
    if not found and not Release.objects.filter(state="shipped").exists():
        return Shown(missing="No release has shipped yet.", connect="/releases")
    items = sum(r.held for r in found)
    text = (
        f"{plural(len(found), 'release')} shipped {last(count)}, with {plural(items, 'work item')}."
        if found
        else f"Nothing shipped {last(count)}."
    )
    rows = tuple(
        Row((_name(r), day(r.shipped_at, now), num(r.held)), f"/releases/{r.pk}")
        for r in found[:MOST]
    )
    return Shown(
        text,
        len(found),
        "releases",
        "/releases?state=shipped",
        ("Release", "Shipped", "Items"),
        rows,
    )


def _next(_actor: Actor, _params: Params, now: datetime) -> Shown:
    found = list(
        queries.rows().filter(state__in=OPEN, archived_at=None).order_by("target_on", "pk")[:50]
    )
    if not found:
        return Shown(
            missing="No release is planned." if Release.objects.exists() else NOTHING,
            connect="/releases/new",
        )
    on, words = today(now), dict(STATES)
    late = sum(bool(r.target_on and r.target_on < on) for r in found)
    dated = sorted((r for r in found if r.target_on), key=lambda r: (r.target_on, r.pk))
    coming = [*dated, *(r for r in found if not r.target_on)]
    first = coming[0]
    text = f"{plural(len(found), 'release')} to come"
    text += (
        f", {_name(first)} first on {day(first.target_on, now)}"
        if first.target_on
        else ", none with a day"
    )
    text += f"; {num(late)} past {'its' if late == 1 else 'their'} day." if late else "."
    rows = tuple(
        Row(
            (
                _name(r),
                words[r.state],
                day(r.target_on, now) if r.target_on else "no day",
                r.owner.name if r.owner else "nobody",
            ),
            f"/releases/{r.pk}",
        )
        for r in coming[:MOST]
    )
    return Shown(
        text, len(found), "releases", "/releases", ("Release", "State", "Target", "Owner"), rows
    )


def registered() -> None:
    register(
        Block(
            "shipped",
            "Shipped",
            "Releases that reached their users, with how much work they held.",
            "release.read",
            _shipped,
            (days(14),),
            "Ship",
        ),
    )
    register(
        Block(
            "releases-next",
            "Next releases",
            "Open releases in the order of their days, late ones named.",
            "release.read",
            _next,
            (),
            "Ship",
        ),
    )
