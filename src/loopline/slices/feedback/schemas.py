"""Shapes of feedback in the API."""

from typing import Annotated, Any

from ninja import Schema
from pydantic import Field

from loopline.platform.api.shapes import Id, In, Out, Time, page_of, query_of
from loopline.slices.feedback.lists import SPEC

Short = Annotated[str, Field(max_length=300)]
Name = Annotated[str, Field(max_length=200)]


class AccountIn(In):
    """Which account: any one of these finds it; the first ask of an unknown one makes it."""

    id: Name | None = None
    name: Name | None = None
    domain: Name | None = None
    external_id: Name | None = None


class ContactIn(In):
    email: Annotated[str, Field(max_length=254)] | None = None
    name: Name | None = None


class FeedbackIn(In):
    source: Annotated[str, Field(min_length=1, max_length=40)] = "api"
    external_id: Name = ""
    verbatim: Annotated[str, Field(max_length=200_000)] = ""
    title: Short = ""
    url: Annotated[str, Field(max_length=1000)] = ""
    received_at: Time | None = None
    account: AccountIn | None = None
    contact: ContactIn | None = None
    persona: Annotated[str, Field(max_length=80)] | None = None
    tags: Annotated[list[Annotated[str, Field(max_length=60)]], Field(max_length=30)] = []


class FeedbackChange(In):
    title: Short | None = None
    verbatim: Annotated[str, Field(max_length=200_000)] | None = None
    url: Annotated[str, Field(max_length=1000)] | None = None
    persona: Annotated[str, Field(max_length=80)] | None = None
    tags: Annotated[list[Annotated[str, Field(max_length=60)]], Field(max_length=30)] | None = None
    assignee: Annotated[str, Field(max_length=40)] | None = None
    state: Annotated[str, Field(pattern="^(accepted|archived|new)$")] | None = None


class Ref(Schema):
    id: Id
    name: str


class ContactRef(Ref):
    email: str


class MatchOut(Out):
    id: Id
    score: float
    reasons: list[str]


class FeedbackOut(Out):
    id: Id
    key: str
    source: str
    external_id: str | None
    title: str
    verbatim: str
    url: str
    received_at: Time
    state: str
    account: Ref | None
    contact: ContactRef | None
    persona: str | None
    tags: list[str]
    assignee: Id | None
    merged_into: Id | None
    triaged_at: Time | None
    due_at: Time
    quotes: list[str]
    version: int
    created_at: Time
    updated_at: Time


class FeedbackMade(FeedbackOut):
    duplicates: list[MatchOut]


class DuplicatesOut(Out):
    items: list[MatchOut]
    complete: bool


class MergeIn(In):
    into: Name


FeedbackPage: Any = page_of(FeedbackOut)
FeedbackQuery: Any = query_of(SPEC)
