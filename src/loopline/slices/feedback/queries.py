"""Asking about feedback."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from loopline.core.problems import Invalid, Missing
from loopline.platform.cards.registry import Card
from loopline.platform.db.once import once
from loopline.platform.identity.actor import Actor
from loopline.platform.identity.policy import allow
from loopline.slices.customers.queries import accounts_by_id
from loopline.slices.feedback import embedding
from loopline.slices.feedback.models import Embedding, Feedback, Near, Tag, Verdict
from loopline.slices.feedback.rules import source_label

SURVEY = "survey"  # the source of what people write in surveys


@dataclass(frozen=True, slots=True)
class FeedbackView:
    id: int
    key: str
    title: str
    verbatim: str
    source: str
    received_at: datetime
    account_id: int | None
    contact_id: int | None
    persona: str
    tags: tuple[str, ...]
    state: str
    root_id: int | None
    submitted_by_id: int | None
    url: str
    quotes: tuple[str, ...]
    triaged_at: datetime | None
    due_at: datetime
    assignee_id: int | None


def rows() -> QuerySet[Feedback]:
    """All feedback with what a row shows, loaded in a fixed number of queries."""
    return Feedback.objects.select_related(
        "account", "contact", "persona", "assignee"
    ).prefetch_related("tags")


def view_of(f: Feedback) -> FeedbackView:
    return FeedbackView(
        f.pk, f"FB-{f.pk}", f.title, f.verbatim, f.source, f.received_at, f.account_id, f.contact_id,
        f.persona.name if f.persona else "", tuple(sorted(t.name for t in f.tags.all())), f.state, f.root_id,
        f.submitted_by_id, f.url, tuple(f.quotes), f.triaged_at, f.due_at, f.assignee_id,
    )  # fmt: skip


def by_ids(ids: Iterable[int]) -> dict[int, FeedbackView]:
    """Feedback for rows already read by an actor; three queries."""
    wanted = set(ids)
    found = (
        Feedback.objects.filter(pk__in=wanted).select_related("persona").prefetch_related("tags")
    )
    return {f.pk: view_of(f) for f in found} if wanted else {}


def one(*, actor: Actor, feedback_id: int) -> Feedback:
    """One row for this slice's own pages. Raises Missing."""
    allow(actor, "feedback.read")
    found = rows().select_related("merged_into", "submitted_by").filter(pk=feedback_id).first()
    if found is None:
        raise Missing("feedback")
    return found


def family(ids: Iterable[int]) -> dict[int, list[int]]:
    """Each item with everything merged under it, itself first."""
    out = {i: [i] for i in ids}
    for pk, root in (
        Feedback.objects.filter(root_id__in=list(out)).order_by("pk").values_list("pk", "root_id")
    ):
        if root is not None:
            out[root].append(pk)
    return out


def roots(ids: Iterable[int]) -> dict[int, int]:
    """The item each one counts as: itself, or what it was merged into in the end."""
    wanted = set(ids)
    found = Feedback.objects.filter(pk__in=wanted).values_list("pk", "root_id")
    return {pk: root or pk for pk, root in found}


def feedback_cards(ids: set[int]) -> dict[int, Card]:
    found = Feedback.objects.filter(pk__in=ids).select_related("account")
    return {
        f.pk: Card(
            "feedback", f.pk, f.title, f"/feedback/{f.pk}", f"FB-{f.pk}",
            f.account.name if f.account else source_label(f.source), f.state == "archived",
        )
        for f in found
    }  # fmt: skip


def waiting(*, actor: Actor, now: datetime) -> int:
    """Items to triage now."""
    return inbox_rows(now=now).order_by()[:10_001].count()


def inbox_rows(*, now: datetime) -> QuerySet[Feedback]:
    awake = Q(snoozed_until=None) | Q(snoozed_until__lte=now)
    return Feedback.objects.filter(awake, state="new")


@once
def tag_choices() -> list[tuple[str, str]]:
    return [(t, t) for t in Tag.objects.order_by("name").values_list("name", flat=True)[:500]]


def tagged(name: str) -> Q:
    """Items with this tag; a subquery, so that an item with two of the tags asked for stays one row."""
    through = Feedback.tags.through
    return Q(pk__in=through.objects.filter(tag__name=name).values("feedback_id"))


def verdicts() -> list[tuple[float, bool]]:
    """(score, merged) of every answered suggestion that had a score."""
    found = Verdict.objects.exclude(score=None).values_list("score", "same")
    return [(s, same) for s, same in found if s is not None]


def refused_with(feedback_id: int) -> set[int]:
    found = Verdict.objects.filter(Q(low_id=feedback_id) | Q(high_id=feedback_id), same=False)
    return {h if low == feedback_id else low for low, h in found.values_list("low_id", "high_id")}


def latest(*, limit: int = 3, since: datetime) -> list[FeedbackView]:
    """Newest items with words worth reading."""
    found = Feedback.objects.filter(received_at__gte=since, state__in=["new", "accepted"])
    found = found.exclude(account=None).select_related("persona").prefetch_related("tags")
    longest: Sequence[Feedback] = sorted(
        found.order_by("-received_at")[:40], key=lambda f: -min(len(f.verbatim), 280)
    )
    return [view_of(f) for f in longest[:limit]]


def as_json(f: Feedback) -> dict[str, Any]:
    """The API's shape of one row (tags prefetched)."""
    return {
        "id": f.pk,
        "key": f"FB-{f.pk}",
        "source": f.source,
        "external_id": f.external_id or None,
        "title": f.title,
        "verbatim": f.verbatim,
        "url": f.url,
        "received_at": f.received_at,
        "state": f.state,
        "account": {"id": str(f.account_id), "name": f.account.name} if f.account else None,
        "contact": {"id": str(f.contact_id), "name": f.contact.name, "email": f.contact.email}
        if f.contact
        else None,
        "persona": f.persona.name if f.persona else None,
        "tags": sorted(t.name for t in f.tags.all()),
        "assignee": str(f.assignee_id) if f.assignee_id else None,
        "merged_into": str(f.merged_into_id) if f.merged_into_id else None,
        "triaged_at": f.triaged_at,
        "due_at": f.due_at,
        "quotes": f.quotes,
        "version": f.version,
        "created_at": f.created_at,
        "updated_at": f.updated_at,
    }


def account_name(account_id: int) -> str:
    """The name behind an id in a body. Raises Invalid."""
    found = accounts_by_id([account_id]).get(account_id)
    if found is None:
        raise Invalid(account=f"There is no account {account_id}.")
    return found.name


@once
def waiting_cached() -> int:
    """How many items wait, for the navigation of every page; one indexed count."""
    return Feedback.objects.filter(state="new", snoozed_until=None)[:1000].count()


def received_at(ids: Iterable[int]) -> dict[int, datetime]:
    """When each item came in; one query."""
    wanted = list(set(ids))
    out: dict[int, datetime] = {}
    for start in range(0, len(wanted), 2000):
        part = Feedback.objects.filter(pk__in=wanted[start : start + 2000])
        out.update(part.values_list("pk", "received_at"))
    return out


def newest_first(ids: Iterable[int]) -> list[int]:
    at = received_at(ids)
    return sorted(at, key=lambda i: (at[i], i), reverse=True)


def ids_of_account(account_id: int) -> set[int]:
    """Everything one account said."""
    return set(Feedback.objects.filter(account_id=account_id).values_list("pk", flat=True))


def of_account(account_id: int, limit: int = 200) -> list[FeedbackView]:
    """What one account said, newest first."""
    found = Feedback.objects.filter(account_id=account_id).exclude(state="archived")
    newest = found.select_related("persona").prefetch_related("tags").order_by("-received_at")
    return [view_of(f) for f in newest[:limit]]


@dataclass(frozen=True, slots=True)
class Flow:
    """What came in during a period: how many, ids of those not put away, merged, through people, waits for triage."""

    received: int
    ids: tuple[int, ...]
    merged: int
    intake: int
    triage_seconds: tuple[float, ...]


def flow(*, since: datetime, until: datetime) -> Flow:
    """One query over a period's items."""
    found = Feedback.objects.filter(received_at__gte=since, received_at__lt=until).values_list(
        "pk", "state", "source", "submitted_by_id", "received_at", "triaged_at"
    )
    rows_ = list(found)
    return Flow(
        len(rows_), tuple(r[0] for r in rows_ if r[1] != "archived"), sum(r[1] == "merged" for r in rows_),
        sum(r[2] == "form" or r[3] is not None for r in rows_),
        tuple(max((r[5] - r[4]).total_seconds(), 0.0) for r in rows_ if r[5]),
    )  # fmt: skip


def any_at_all() -> int:
    return 1 if Feedback.objects.exists() else 0


def account_names(rows_: Iterable[FeedbackView]) -> dict[int, str]:
    """Names of the accounts of some items."""
    return {a.id: a.name for a in accounts_by_id(f.account_id for f in rows_).values()}


def known_external(keys: set[tuple[str, str]]) -> set[tuple[str, str]]:
    """Which of these (source, external id) are here."""
    out: set[tuple[str, str]] = set()
    for source in {s for s, _ in keys}:
        ids = [e for s, e in keys if s == source]
        for start in range(0, len(ids), 1000):
            part = Feedback.objects.filter(source=source, external_id__in=ids[start : start + 1000])
            out.update((source, e) for e in part.values_list("external_id", flat=True))
    return out


def contact_ids(ids: Iterable[int]) -> dict[int, int]:
    """Who said each item, where that is known; one query."""
    found = Feedback.objects.filter(pk__in=list(ids)).exclude(contact=None)
    return {pk: c for pk, c in found.values_list("pk", "contact_id") if c}


def pending_embeddings() -> int:
    """Items whose meaning is not computed yet; 0 where the extra is not installed."""
    if not embedding.available():
        return 0
    return Feedback.objects.filter(embedding=None).exclude(state="archived")[:100_000].count()


def vectors_of(ids: Iterable[int]) -> dict[int, bytes]:
    """Kept vectors of some items."""
    found = Embedding.objects.filter(pk__in=list(ids), model=embedding.MODEL)
    return {pk: bytes(v) for pk, v in found.values_list("pk", "vector")}


def near(feedback_id: int, limit: int = 20) -> list[int]:
    """Items that mean much the same, either way round, best first."""
    found = Near.objects.filter(Q(item_id=feedback_id) | Q(other_id=feedback_id)).order_by("-score")
    pairs = found.values_list("item_id", "other_id")[:limit]
    return list(dict.fromkeys(b if a == feedback_id else a for a, b in pairs))


def survey_external_id(answer_id: int) -> str:
    """How the intake knows an answer again."""
    return f"answer-{answer_id}"


def of_answers(answer_ids: Sequence[int]) -> dict[int, tuple[str, str]]:
    """What became of surveys' answers: answer id -> (key, address) of its item; one query."""
    wanted = {survey_external_id(i): i for i in answer_ids}
    found = Feedback.objects.filter(source=SURVEY, external_id__in=list(wanted))
    return {
        wanted[e]: (f"FB-{pk}", f"/feedback/{pk}")
        for pk, e in found.values_list("pk", "external_id")
    }


def of_source(source: str, external_ids: Sequence[str]) -> dict[str, tuple[int, str]]:
    """What came in from a source by its ids there: id there -> (id, key); one query."""
    found = Feedback.objects.filter(source=source, external_id__in=list(external_ids))
    return {e: (pk, f"FB-{pk}") for pk, e in found.values_list("pk", "external_id")}


def passed_on(*, people: Iterable[int], since: datetime) -> list[tuple[int, str, datetime]]:
    """(who, source, when) of what these people brought in; one query. What was written down here has the source `form`
    however it was heard; what another tool or a file brought keeps its own."""
    found = Feedback.objects.filter(submitted_by_id__in=set(people), received_at__gte=since)
    rows_ = found.values_list("submitted_by_id", "source", "external_id", "received_at")
    return [(who, source if there else "form", at) for who, source, there, at in rows_ if who]
