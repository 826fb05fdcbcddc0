"""Docs as a list."""

from django.db.models import Q
from django.utils import timezone

from loopline.platform.identity.queries import people_choices
from loopline.platform.lists.spec import Column, Empty, Filter, ListSpec, View
from loopline.platform.settings.options import today
from loopline.slices.docs.queries import WORDS, standing_of, template_of
from loopline.slices.docs.templating import templates


def _now() -> Q:
    return Q(review_on__lte=today(timezone.now()))


def _standing(value: str) -> Q:
    match value:
        case "draft":
            return Q(state="draft", stale_at=None) & ~_now()
        case "due":
            return _now() & Q(stale_at=None)
        case "stale":
            return ~Q(stale_at=None)
        case "current":
            return Q(state="current", stale_at=None) & (Q(review_on=None) | ~_now())
    raise ValueError(value)


def _unowned(value: str) -> Q:
    nobody = Q(owner=None)
    return nobody if value in ("1", "true") else ~nobody


SPEC = ListSpec(
    name="docs",
    title="Docs",
    singular="doc",
    object_type="doc",
    url="/docs",
    read="doc.read",
    columns=(
        Column("key", "Key", lambda d: f"DOC-{d.pk}"),
        Column("title", "Title", lambda d: d.title),
        Column("template", "Template", lambda d: made.title if (made := template_of(d)) else ""),
        Column("owner", "Owner", lambda d: d.owner.name if d.owner else ""),
        Column("team", "Team", lambda d: d.team.name if d.team else ""),
        Column("standing", "State", lambda d: WORDS[standing_of(d, today(timezone.now()))]),
        Column("review", "Review on", lambda d: d.review_on, "date"),
        Column("changed", "Changed", lambda d: d.updated_at, "date"),
    ),
    filters=(
        Filter("standing", "State", _standing,
               options=lambda: tuple((k, WORDS[k]) for k in ("current", "draft", "due", "stale"))),
        Filter("template", "Template", lambda v: Q(template=v),
               options=lambda: tuple((t.key, t.title) for t in templates().values())),
        Filter("owner", "Owner", lambda v: Q(owner_id=int(v)), options=people_choices),
        Filter("unowned", "Without owner", _unowned, "flag"),
    ),
    sorts={"changed": ("updated_at", "Changed"), "title": ("title", "Title"), "created": ("created_at", "Made")},
    default_sort="-changed",
    empty=Empty(
        6, "Nothing written yet",
        "A doc has one owner and a day to look at it again. Templates come with blocks that show live numbers, so most "
        "of the page is there before you write.", "Write a doc", "/docs/new", permission="doc.write",
    ),
    views=(
        View("All", ""), View("Mine", "owner={me}"), View("Review due", "standing=due"),
        View("Out of date", "standing=stale"), View("Nobody's", "unowned=1"),
    ),
    create_url="/docs/new",
    group="Run",
    hide_archived=Q(archived_at=None),
)  # fmt: skip
