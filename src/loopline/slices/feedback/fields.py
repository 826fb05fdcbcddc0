"""The fields of feedback that can be edited where they are read."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from loopline.core.problems import Invalid, Missing
from loopline.platform.identity.actor import Actor
from loopline.platform.identity.queries import find_person_id
from loopline.platform.ui.details import Field, editable
from loopline.slices.customers.queries import persona_names
from loopline.slices.feedback.models import Feedback
from loopline.slices.feedback.services import change_feedback


def _read(value: Callable[[Feedback], Any]) -> Callable[[int], tuple[Any, int]]:
    def read(id_: int) -> tuple[Any, int]:
        row = (
            Feedback.objects.select_related("persona", "account", "assignee").filter(pk=id_).first()
        )
        if row is None:
            raise Missing("feedback")
        return value(row), row.version

    return read


def _write(name: str) -> Callable[..., None]:
    def write(*, actor: Actor, id_: int, value: Any, version: int | None, now: datetime) -> None:
        change_feedback(
            actor=actor, feedback_id=id_, changes={name: value}, version=version, now=now
        )

    return write


def _write_assignee(
    *, actor: Actor, id_: int, value: str, version: int | None, now: datetime
) -> None:
    user_id = find_person_id(value) if value else None
    if value and user_id is None:
        raise Invalid(assignee=f"Nobody here is called {value}. Choose from the list.")
    change_feedback(
        actor=actor, feedback_id=id_, changes={"assignee_id": user_id}, version=version, now=now
    )


def _personas() -> list[tuple[str, str]]:
    return [("", "None"), *((n, n) for n in persona_names())]


def register() -> None:
    may = "feedback.triage"
    editable(
        "feedback",
        Field("title", "Title", "text", may, _read(lambda f: f.title), _write("title")),
        Field("verbatim", "Words", "longtext", may, _read(lambda f: f.verbatim), _write("verbatim")),
        Field("url", "Where", "text", may, _read(lambda f: f.url), _write("url")),
        Field(
            "tags", "Tags", "tags", may,
            _read(lambda f: sorted(t.name for t in f.tags.all())), _write("tags"),
        ),
        Field(
            "persona", "Persona", "choice", may,
            _read(lambda f: f.persona.name if f.persona else ""), _write("persona"), _personas,
        ),
        Field(
            "account", "Account", "text", may,
            _read(lambda f: f.account.name if f.account else ""), _write("account"),
        ),
        Field(
            "assignee", "Looked after by", "person", may,
            _read(lambda f: f.assignee.name if f.assignee else ""), _write_assignee,
        ),
    )  # fmt: skip
