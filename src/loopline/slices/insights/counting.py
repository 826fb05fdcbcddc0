"""Who is in a cohort now: its definition asked of the store, its members brought up to the answer.

A definition is `{"insight", "query", "cell"}`, `{"rule": {...}}` or `{"ids": [...]}`.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any

from django.db import transaction
from pydantic import Field

from loopline.core.insights import ir
from loopline.core.problems import Invalid, Problem
from loopline.platform.settings.options import today
from loopline.slices.insights import asking, queries, questions
from loopline.slices.insights.models import Cohort, CohortMember, CohortSize

MOST = 200_000  # members of one cohort
MOST_IDS = 50_000  # of a list somebody gives
PAGE = 20_000
LOOKED_UP = (
    2_000  # ids of a list that are looked for one by one, because they may be joined to others
)
BATCH = 1_000


class RuleIn(questions.Part):
    """Who did an event (any, without one) at least so often lately; with `did` false those active who did not."""

    event: questions.Name | None = None
    where: questions.Conditions = []
    at_least: Annotated[int, Field(ge=1, le=10_000)] = 1
    last_days: Annotated[int, Field(ge=1, le=3660)] = 30
    did: bool = True
    conditions: questions.Conditions = []


def checked(definition: Any, actor: str, now: datetime) -> tuple[str, dict[str, Any]]:
    """Its kind (dynamic or static) and the definition as it is kept. Raises Invalid."""
    if not isinstance(definition, Mapping):
        raise Invalid(
            definition="A cohort is defined by a rule, a cell of a question, or a list of ids."
        )
    if "ids" in definition:
        return "static", {"ids": _clean_ids(definition["ids"])}
    if "rule" in definition:
        rule = questions.checked(RuleIn.model_validate, definition["rule"])
        if any(each.on == "event" for each in rule.conditions):
            raise Invalid(
                conditions="Conditions are on the person or the account; those on the event go to `where`."
            )
        return "dynamic", {
            "rule": rule.model_dump(mode="json", by_alias=True, exclude_defaults=True)
        }
    if set(definition) <= {"insight", "query", "cell"} and "insight" in definition:
        kind, query = str(definition["insight"]), definition.get("query") or {}
        if not isinstance(query, Mapping):
            raise Invalid(query="The query is the JSON of a question.")
        query = dict(query)
        body = questions.kept(questions.read(kind, query | {"actor": actor}))
        queries.typed(kind, body, now)
        cell = questions.checked(questions.CellIn.model_validate, definition.get("cell") or {})
        queries.cells(kind, cell)
        kept = cell.model_dump(mode="json", exclude_unset=True)
        return "dynamic", {"insight": kind, "query": body, "cell": kept}
    raise Invalid(
        definition="A cohort is defined by `rule`, by `insight` with `query` and `cell`, or by `ids`."
    )


def _clean_ids(given: Any) -> list[str]:
    if isinstance(given, str) or not isinstance(given, Sequence):
        raise Invalid(ids="Give a list of ids or e-mail addresses.")
    found = list(dict.fromkeys(str(each).strip() for each in given))
    found = [each for each in found if each and "\x00" not in each]
    if not found:
        raise Invalid(ids="Give at least one id or e-mail address.")
    if len(found) > MOST_IDS:
        raise Invalid(ids=f"At most {MOST_IDS:,} at once; split the list.")
    if any(len(each) > 400 for each in found):
        raise Invalid(ids="An id has at most 400 characters.")
    return found


def rule_question(
    rule: RuleIn, actor: str, now: datetime
) -> tuple[ir.Question, ir.Cell, ir.Cell | None]:
    """A rule as a question about adoption, the cell that holds, and what to take from it."""
    body = {
        "event": rule.event, "where": [c.model_dump(exclude_defaults=True) for c in rule.where],
        "uses": rule.at_least, "last_days": rule.last_days, "actor": actor,
        "filters": [c.model_dump(exclude_defaults=True) for c in rule.conditions],
    }  # fmt: skip
    question = queries.typed("adoption", body, now)
    if rule.did:
        return question, ir.Cell(step=2), None
    return question, ir.Cell(step=1), ir.Cell(step=2)


def members_of(definition: Mapping[str, Any], actor: str, now: datetime) -> tuple[list[str], str]:
    """The ids that belong to a definition now, and what to say about them. Raises as asking does."""
    if "ids" in definition:
        return _known(definition["ids"], actor)
    if "rule" in definition:
        rule = questions.checked(RuleIn.model_validate, definition["rule"])
        question, cell, less = rule_question(rule, actor, now)
    else:
        kind = definition["insight"]
        question = queries.typed(kind, definition["query"], now)
        wanted = questions.checked(questions.CellIn.model_validate, definition.get("cell") or {})
        cell, less = queries.cells(kind, wanted)
    found: list[str] = []
    while True:
        page = asking.people(question, cell, less, limit=PAGE, offset=len(found))
        found += [person if actor == "person" else account for person, account in page.items]
        if page.count > MOST:
            raise Invalid(
                definition=f"It holds {page.count:,}; a cohort has at most {MOST:,}. Narrow it."
            )
        if not page.items or len(found) >= page.count:
            return found, ""


def _known(ids: Sequence[str], actor: str) -> tuple[list[str], str]:
    """Those of a list that the store knows, by their one id; e-mail addresses find the persons that have them."""
    if actor == "account":
        known = _present("accounts", "account", ids)
        return sorted(known), _missing(len(ids) - len(known))
    known = _present("people", "person", ids)
    rest = [each for each in ids if each not in known]
    mails = _by_mail([each for each in rest if "@" in each])
    found = set(known) | {person for people in mails.values() for person in people}
    lost = 0
    for each in [r for r in rest if r.lower() not in mails][:LOOKED_UP]:
        joined = asking.look("person", person=each)
        if joined is None:
            lost += 1
        else:
            found.add(joined["person"])
    lost += max(0, len([r for r in rest if r.lower() not in mails]) - LOOKED_UP)
    return sorted(found), _missing(lost)


def _missing(count: int) -> str:
    if not count:
        return ""
    are = "is" if count == 1 else "are"
    return f"{count:,} of the list {are} not known here yet; they join when it is counted again."


def _present(view: str, column: str, ids: Sequence[str]) -> set[str]:
    found: set[str] = set()
    for some in _batches(ids):
        listed = ", ".join(_quoted(each) for each in some)
        table, _ = asking.sql(
            f"select {column} from {view} where {column} in ({listed})", limit=BATCH
        )
        found |= {str(row[0]) for row in table.rows}
    return found


def _by_mail(addresses: Sequence[str]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for some in _batches([each.lower() for each in addresses]):
        listed = ", ".join(_quoted(each) for each in some)
        mail = "lower(coalesce(properties->>'email', properties->>'/$email'))"
        table, _ = asking.sql(
            f"select person, {mail} from people where {mail} in ({listed})", limit=10 * BATCH
        )
        for person, address in table.rows:
            found.setdefault(str(address), set()).add(str(person))
    return found


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _batches(values: Sequence[str]) -> Iterable[Sequence[str]]:
    for start in range(0, len(values), BATCH):
        yield values[start : start + BATCH]


def recount(cohort_id: int, now: datetime) -> int | None:
    """Bring a cohort up to the store; its size, or None where it cannot be counted now (the row says why)."""
    row = Cohort.objects.filter(pk=cohort_id).first()
    if row is None:
        return None
    try:
        found, says = members_of(row.definition, row.actor, now)
    except Problem as wrong:
        Cohort.objects.filter(pk=row.pk).update(trouble=wrong.sentence[:300])
        return None
    _put(row.pk, set(found), says, now)
    return len(set(found))


@transaction.atomic
def _put(cohort_id: int, found: set[str], says: str, now: datetime) -> None:
    rows = CohortMember.objects.filter(cohort=cohort_id)
    there = dict(rows.values_list("actor_id", "pk"))
    gone = [pk for actor, pk in there.items() if actor not in found]
    for start in range(0, len(gone), BATCH):
        CohortMember.objects.filter(pk__in=gone[start : start + BATCH]).delete()
    new = [CohortMember(cohort_id=cohort_id, actor_id=each) for each in sorted(found - set(there))]
    CohortMember.objects.bulk_create(new, batch_size=BATCH, ignore_conflicts=True)
    Cohort.objects.filter(pk=cohort_id).update(size=len(found), computed_at=now, trouble=says[:300])
    CohortSize.objects.update_or_create(
        cohort_id=cohort_id, on=today(now), defaults={"size": len(found)}
    )
