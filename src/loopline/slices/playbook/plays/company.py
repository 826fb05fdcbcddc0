"""The company sheet for plays and stages, and the founders it names: whom they heard, and when."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from loopline.platform.db.once import once
from loopline.platform.identity.queries import find_person_id, people_choices
from loopline.slices.docs import queries as docs
from loopline.slices.docs.queries import DocView
from loopline.slices.feedback import queries as feedback
from loopline.slices.playbook.standup.sheets import newest, rows_of

SHEET = "company-sheet"
TALKS = ("interview",)
LOOK_BACK = 60
GAP = 14  # days after which a founder has heard nobody for too long


@dataclass(frozen=True, slots=True)
class Heard:
    """Whom a founder heard: the customer, when, what was said, and where it stands."""

    whom: str
    at: datetime
    what: str
    href: str


@dataclass(frozen=True, slots=True)
class Founder:
    """`user_id` is None where nobody of that name is here; `heard` is newest first."""

    name: str
    role: str
    user_id: int | None
    heard: tuple[Heard, ...]

    def last(self) -> datetime | None:
        return self.heard[0].at if self.heard else None

    def quiet(self, now: datetime, days: int = GAP) -> bool:
        """Whether nobody was heard for so long."""
        last = self.last()
        return last is None or now - last > timedelta(days=days)


def sheet() -> DocView | None:
    return newest(SHEET)


@once
def founders(now: datetime) -> list[Founder]:
    """The founders of the sheet with those they heard: feedback they brought in, and talks they wrote down."""
    lines = [r for r in rows_of(sheet(), "founders") if r.get("name")]
    known_as = {name.casefold(): int(id_) for id_, name in people_choices()}
    people = {str(r["name"]): _person(str(r["name"]), known_as) for r in lines[:12]}
    known = {i for i in people.values() if i}
    heard = _heard(known, now - timedelta(days=LOOK_BACK), now) if known else {}
    return [
        Founder(
            name, str(r.get("role") or ""), people[name], tuple(heard.get(people[name] or 0, ()))
        )
        for r in lines[:12]
        for name in [str(r["name"])]
    ]


def _person(said: str, known_as: Mapping[str, int]) -> int | None:
    """By name from those read already; asked for only where it is an address."""
    return known_as.get(said.casefold()) or (find_person_id(said) if "@" in said else None)


def _heard(people: set[int], since: datetime, now: datetime) -> dict[int, list[Heard]]:
    out: dict[int, list[Heard]] = {}
    found = feedback.rows().filter(
        submitted_by_id__in=people, received_at__gte=since, received_at__lte=now
    )
    for f in found.order_by("-received_at")[:200]:
        who = f.contact.name if f.contact else f.account.name if f.account else "somebody"
        if f.contact and f.account:
            who = f"{f.contact.name}, {f.account.name}"
        out.setdefault(f.submitted_by_id or 0, []).append(
            Heard(who, f.received_at, f.title, f"/feedback/{f.pk}")
        )
    for d in docs.of_template(*TALKS):
        if d.owner_id in people and since <= d.created_at <= now:
            named = [str(d.data[k]) for k in ("person", "account") if d.data.get(k)]
            said = ", ".join(named) or d.title
            out.setdefault(d.owner_id or 0, []).append(
                Heard(said, d.created_at, d.title, f"/docs/{d.id}")
            )
    return {k: sorted(v, key=lambda h: h.at, reverse=True) for k, v in out.items()}


def founder_share(now: datetime, days: int) -> tuple[int, int]:
    """(what founders brought in, all that came in) of the last days."""
    since = now - timedelta(days=days)
    ids = {f.user_id for f in founders(now) if f.user_id}
    mine = feedback.passed_on(people=ids, since=since) if ids else []
    return sum(at <= now for _, _, at in mine), feedback.flow(since=since, until=now).received
