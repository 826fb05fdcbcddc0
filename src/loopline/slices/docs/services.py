"""Writing docs: made from templates, changed by hand, filled in place by place, looked over, frozen."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction

from loopline.core.problems import Conflict, Invalid, Missing, Stale
from loopline.platform.audit.record import Change, record
from loopline.platform.cards.registry import references
from loopline.platform.db.edit import apply_changes
from loopline.platform.events.outbox import publish
from loopline.platform.identity.actor import Actor
from loopline.platform.identity.policy import allow
from loopline.platform.search import index
from loopline.platform.settings.options import today
from loopline.platform.undo import steps
from loopline.slices.docs import rules
from loopline.slices.docs.events import DocFilled, DocReviewed
from loopline.slices.docs.mentions import named
from loopline.slices.docs.models import Doc, DocMention, DocVersion
from loopline.slices.docs.templating import Place, template


@dataclass(frozen=True, slots=True)
class NewDoc:
    """What a doc is made of. Without a body the template's; `data` fills places at once, already checked."""

    title: str
    template: str = ""
    body: str | None = None
    data: Mapping[str, Any] | None = None
    owner_id: int | None = None
    team_id: int | None = None
    parent_id: int | None = None


def _locked(doc_id: int) -> Doc:
    row = Doc.objects.select_for_update().filter(pk=doc_id).first()
    if row is None:
        raise Missing("doc")
    return row


def _index(d: Doc) -> None:
    body = " ".join([d.body, *_words(d.data)])
    index.put(
        [index.Entry("doc", d.pk, d.title, d.updated_at, f"DOC-{d.pk}", body[:50_000], "", bool(d.archived_at))]
    )  # fmt: skip


def _words(value: Any) -> list[str]:
    """Texts inside what was filled in."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, Mapping):
        return [w for k, v in value.items() if k != "id" for w in _words(v)]
    return [w for v in value for w in _words(v)] if isinstance(value, list) else []


def _mentions(d: Doc) -> None:
    """Keep which objects the words, the blocks and the filled places name."""
    found = named(d.body, references(" ".join([d.body, *_words(d.data)])))
    known = set(d.mentions.values_list("object_type", "object_id"))
    for type_, id_ in known - found:
        d.mentions.filter(object_type=type_, object_id=id_).delete()
    DocMention.objects.bulk_create(
        [DocMention(doc=d, object_type=t, object_id=i) for t, i in sorted(found - known)],
        ignore_conflicts=True,
    )


def _title(text: str) -> str:
    clean = " ".join(text.split())
    if not clean or len(clean) > 200:
        raise Invalid(title="Give it a title of 1 to 200 characters.")
    return clean


def _body(text: str) -> str:
    if len(text) > rules.MOST_BODY:
        raise Invalid(body=f"At most {rules.MOST_BODY:,} characters; split it into two docs.")
    return text.replace("\r\n", "\n")


@transaction.atomic
def create_doc(*, actor: Actor, new: NewDoc, now: datetime, sample: bool = False) -> int:
    """Make a doc, from a template or blank. Answers its id. Raises Invalid for an unknown template."""
    allow(actor, "doc.write")
    made = template(new.template) if new.template else None
    if new.template and made is None:
        raise Invalid(template=f"There is no template called {new.template}.")
    body = new.body if new.body is not None else made.body if made else ""
    days = made.review_days if made else None
    row = Doc.objects.create(
        title=_title(new.title or (made.title if made else "")), template=new.template, body=_body(body),
        data=dict(new.data or {}), state="draft" if made and made.draft else "current",
        owner_id=new.owner_id or actor.user_id, team_id=new.team_id, parent_id=new.parent_id, review_every=days,
        review_on=today(now) + timedelta(days=days) if days else None, created_at=now, updated_at=now, sample=sample,
    )  # fmt: skip
    change = Change(
        "doc.created", "doc", row.pk, {}, {"title": row.title, "template": row.template}
    )
    record(actor=actor, now=now, change=change)
    _index(row)
    _mentions(row)
    return row.pk


@transaction.atomic
def change_doc(
    *, actor: Actor, id_: int, changes: Mapping[str, Any], version: int | None = None, now: datetime
) -> None:
    """Title, body, state, owner, team, parent, review rhythm or day, archived; a version of the words is kept."""
    allow(actor, "doc.write")
    row = _locked(id_)
    values = dict(changes)
    if "title" in values:
        values["title"] = _title(str(values["title"]))
    if "body" in values:
        values["body"] = _body(str(values["body"]))
    if values.get("parent_id") == row.pk:
        raise Invalid(parent="A doc cannot belong to itself.")
    if values.get("review_every") is not None and not 1 <= int(values["review_every"]) <= 1000:
        raise Invalid(review_every="Between 1 and 1,000 days.")
    words = (row.title, row.body)
    before, after = apply_changes(row, values, now=now, version=version)
    if not after:
        return
    if words != (row.title, row.body):
        number = DocVersion.objects.filter(doc=row).count() + 1
        DocVersion.objects.create(
            doc=row, number=number, title=words[0], body=words[1], at=now, by=actor.name[:160]
        )
    shown = {k: v for k, v in after.items() if k != "body"} | (
        {"body": "…"} if "body" in after else {}
    )
    record(
        actor=actor, now=now,
        change=Change("doc.changed", "doc", row.pk, {k: v for k, v in before.items() if k != "body"}, shown),
    )  # fmt: skip
    _index(row)
    _mentions(row)


def _place(row: Doc, key: str, *kinds: str) -> Place:
    made = template(row.template)
    place = made.places.get(key) if made else None
    if place is None or (kinds and place.kind not in kinds):
        raise Missing("place to write")
    if row.archived_at:
        raise Conflict("This page is archived. Bring it back to write in it.")
    return place


def _filled(actor: Actor, row: Doc, place: Place, value: Any, said: Any, now: datetime) -> None:
    row.data = {k: v for k, v in row.data.items() if k != place.key} | (
        {} if value is None else {place.key: value}
    )
    row.version += 1
    row.updated_at = now
    row.save(update_fields=["data", "version", "updated_at"])
    change = Change(
        "doc.filled", "doc", row.pk, {}, {"place": place.label or place.key, "said": said}
    )
    record(actor=actor, now=now, change=change)
    _index(row)
    _mentions(row)
    publish(DocFilled(row.pk, row.template, place.key), actor=actor, now=now)


def _short(value: Any) -> str:
    text = "" if value is None else str(value)
    return text if len(text) <= 80 else f"{text[:79]}…"


@transaction.atomic
def fill(
    *, actor: Actor, doc_id: int, key: str, value: str, was: str | None = None, now: datetime
) -> None:
    """Write into a place. With `was`, what the writer saw there, raises Stale where somebody wrote meanwhile."""
    allow(actor, "doc.write")
    row = _locked(doc_id)
    place = _place(row, key, "text", "choice", "number", "date", "person")
    new, old = rules.written(place, value), row.data.get(key)
    if new == old:
        return
    if was is not None and was.strip() != ("" if old is None else str(old)).strip():
        raise Stale(place.label or key, mine=value, theirs=old)
    _filled(actor, row, place, new, _short(new), now)


@transaction.atomic
def add_row(
    *, actor: Actor, doc_id: int, key: str, values: Mapping[str, str], now: datetime
) -> str:
    """A new line of a table. Answers its id."""
    allow(actor, "doc.write")
    row = _locked(doc_id)
    place = _place(row, key, "table")
    lines = list(row.data.get(key, ()))
    if len(lines) >= rules.MOST_ROWS:
        raise Invalid(value=f"A table here holds at most {rules.MOST_ROWS} lines.")
    line = rules.row(place, values)
    _filled(actor, row, place, [*lines, line], _short(line.get(place.columns[0].key)), now)
    return str(line["id"])


@transaction.atomic
def change_row(
    *, actor: Actor, doc_id: int, key: str, row_id: str, values: Mapping[str, str], now: datetime
) -> None:
    """Change cells of a line; those not named stay."""
    allow(actor, "doc.write")
    row = _locked(doc_id)
    place = _place(row, key, "table")
    lines = [dict(line) for line in row.data.get(key, ())]
    line = next((each for each in lines if each["id"] == row_id), None)
    if line is None:
        raise Missing("line")
    columns = {c.key: c for c in place.columns}
    new = {name: rules.cell(columns[name], raw) for name, raw in values.items() if name in columns}
    changed = {k: v for k, v in new.items() if line.get(k) != v}
    if not changed:
        return
    line.update(changed)
    said = f"{_short(line.get(place.columns[0].key))}: {_short(next(iter(changed.values())))}"
    _filled(actor, row, place, lines, said, now)


@transaction.atomic
def remove_row(*, actor: Actor, doc_id: int, key: str, row_id: str, now: datetime) -> str:
    """Take a line away. Answers the token that brings it back."""
    allow(actor, "doc.write")
    row = _locked(doc_id)
    place = _place(row, key, "table")
    lines = list(row.data.get(key, ()))
    at = next((n for n, line in enumerate(lines) if line["id"] == row_id), None)
    if at is None:
        raise Missing("line")
    gone = lines.pop(at)
    said = f"took away {_short(gone.get(place.columns[0].key))}"
    _filled(actor, row, place, lines, said, now)
    return steps.offer(
        actor=actor, label="The line is back", inverse="doc.row_back",
        payload={"doc_id": row.pk, "key": key, "line": gone, "at": at}, now=now,
    )  # fmt: skip


@transaction.atomic
def put_row_back(
    *, actor: Actor, doc_id: int, key: str, line: Mapping[str, Any], at: int, now: datetime
) -> None:
    """The inverse of `remove_row`."""
    allow(actor, "doc.write")
    row = _locked(doc_id)
    place = _place(row, key, "table")
    lines = list(row.data.get(key, ()))
    if all(each["id"] != line["id"] for each in lines):
        lines.insert(min(at, len(lines)), dict(line))
        _filled(actor, row, place, lines, _short(line.get(place.columns[0].key)), now)


@transaction.atomic
def tick(
    *, actor: Actor, doc_id: int, key: str, item: str, done: bool, note: str = "", now: datetime
) -> None:
    """Tick an item of a checklist or take the tick back; items that check themselves cannot be ticked."""
    allow(actor, "doc.write")
    row = _locked(doc_id)
    place = _place(row, key, "checklist")
    found = next((i for i in place.items if i.key == item), None)
    if found is None:
        raise Missing("item")
    if found.check:
        raise Conflict("This one is read from the data; it ticks itself.")
    ticked = dict(row.data.get(key, {}))
    if done == (item in ticked):
        return
    if done:
        ticked[item] = {"at": now.isoformat(), "by": actor.name, "note": note.strip()[:300]}
    else:
        del ticked[item]
    _filled(
        actor, row, place, ticked or None, f"{found.text}{'' if done else ': not yet'}"[:80], now
    )


@transaction.atomic
def review(*, actor: Actor, doc_id: int, until: date | None = None, now: datetime) -> None:
    """It still holds, until a day or for another round."""
    allow(actor, "doc.write")
    row = _locked(doc_id)
    if until is None and row.review_every:
        until = today(now) + timedelta(days=row.review_every)
    if until is not None and until <= today(now):
        raise Invalid(until="Choose a day to come.")
    values = {
        "review_on": until, "reviewed_at": now, "reviewed_by": actor.name[:160], "stale_at": None, "stale_why": "",
        "state": "current",
    }  # fmt: skip
    before, after = apply_changes(row, values, now=now)
    record(actor=actor, now=now, change=Change("doc.reviewed", "doc", row.pk, before, after))
    publish(DocReviewed(row.pk), actor=actor, now=now)


@transaction.atomic
def keep_blocks(*, actor: Actor, doc_id: int, kept: Mapping[str, Any], now: datetime) -> None:
    """Freeze what the blocks say (see pages.frozen); the page shows that from now on, with its date."""
    allow(actor, "doc.write")
    row = _locked(doc_id)
    apply_changes(row, {"kept": dict(kept), "kept_at": now}, now=now)
    record(
        actor=actor, now=now, change=Change("doc.frozen", "doc", row.pk, {}, {"blocks": len(kept)})
    )


def looked(*, doc_id: int, now: datetime) -> None:
    """Somebody opened it; kept by the day, so that it is written once a day at most."""
    Doc.objects.filter(pk=doc_id).exclude(looked_on=today(now)).update(looked_on=today(now))


@transaction.atomic
def put_away(*, actor: Actor, doc_id: int, archived: bool, now: datetime) -> None:
    """Archive a doc or bring it back."""
    change_doc(actor=actor, id_=doc_id, changes={"archived": archived}, now=now)


@transaction.atomic
def archive(*, actor: Actor, doc_id: int, archived: bool = True, now: datetime) -> str:
    """As `put_away`; answers the token that undoes it."""
    put_away(actor=actor, doc_id=doc_id, archived=archived, now=now)
    return steps.offer(
        actor=actor, label="As it was", inverse="doc.archived",
        payload={"doc_id": doc_id, "archived": not archived}, now=now,
    )  # fmt: skip
