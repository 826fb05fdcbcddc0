"""What every service of docs needs: the locked row, its place in the search, what it names, what may be written."""

from collections.abc import Mapping
from typing import Any

from loopline.core.problems import Invalid, Missing
from loopline.platform.blocks.text import Mark, parts
from loopline.platform.cards.registry import references
from loopline.platform.identity.actor import Actor
from loopline.platform.identity.policy import allow
from loopline.platform.search import index
from loopline.slices.docs import rules
from loopline.slices.docs.mentions import named
from loopline.slices.docs.models import Doc, DocMention
from loopline.slices.docs.templating import template


def locked(doc_id: int) -> Doc:
    row = Doc.objects.select_for_update().filter(pk=doc_id).first()
    if row is None:
        raise Missing("doc")
    return row


def may_write(actor: Actor, key: str) -> None:
    """Writing needs doc.write, and what the page's template asks for besides. Raises NotAllowed."""
    allow(actor, "doc.write")
    made = template(key) if key else None
    if made and made.write:
        allow(actor, made.write)


def indexed(d: Doc) -> None:
    body = " ".join([d.body, *words_in(d.data)])
    index.put(
        [index.Entry("doc", d.pk, d.title, d.updated_at, f"DOC-{d.pk}", body[:50_000], "", bool(d.archived_at))]
    )  # fmt: skip


def words_in(value: Any) -> list[str]:
    """Texts inside what was filled in."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, Mapping):
        return [w for k, v in value.items() if k != "id" for w in words_in(v)]
    return [w for v in value for w in words_in(v)] if isinstance(value, list) else []


def kept_mentions(d: Doc) -> None:
    """Keep which objects the words, the blocks and the filled places name."""
    found = named(d.body, references(" ".join([d.body, *words_in(d.data)])))
    known = set(d.mentions.values_list("object_type", "object_id"))
    for type_, id_ in known - found:
        d.mentions.filter(object_type=type_, object_id=id_).delete()
    DocMention.objects.bulk_create(
        [DocMention(doc=d, object_type=t, object_id=i) for t, i in sorted(found - known)],
        ignore_conflicts=True,
    )


def checked_title(text: str) -> str:
    clean = " ".join(text.split())
    if not clean or len(clean) > 200:
        raise Invalid(title="Give it a title of 1 to 200 characters.")
    return clean


def checked_body(text: str) -> str:
    if len(text) > rules.MOST_BODY:
        raise Invalid(body=f"At most {rules.MOST_BODY:,} characters; split it into two docs.")
    plain = text.replace("\r\n", "\n")
    if sum(isinstance(part, Mark) for part in parts(plain)) > rules.MOST_MARKS:
        raise Invalid(body=f"At most {rules.MOST_MARKS} blocks and places; split it into two docs.")
    return plain
