"""The /design page: every component in every state, with invented words, for people and for axe-core."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse

from loopline.platform.lists.page import Page
from loopline.platform.lists.spec import BulkAction, Column, Done, Empty, Filter, ListSpec
from loopline.platform.lists.state import State
from loopline.platform.ui.charts import Note, Series, Span, Zone
from loopline.platform.ui.icons import NAMES
from loopline.platform.ui.line import Mark
from loopline.platform.ui.pages import render
from loopline.platform.ui.threads import Branch, Map, layout

NOW = datetime(2026, 11, 19, 9, 40, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Row:
    pk: int
    title: str
    said: str
    line: str
    asks: int
    arr: int
    owner: str

    @property
    def archived(self) -> bool:
        return False


def _nothing(**_: object) -> Done:
    return Done("")


def _marks(*rows: tuple[str, str, str, float]) -> list[Mark]:
    names = ("heard", "understood", "decided", "built", "shipped", "measured", "told")
    return [
        Mark(name, state, share, label=label, when=when)
        for name, (state, label, when, share) in zip(names, rows, strict=True)
    ]


def lines() -> dict[str, list[Mark]]:
    """The medium line while it runs, stalled, and closed."""
    r, a = "reached", "ahead"
    return {
        "what is being rolled out": _marks(
            (r, "47 asks", "12 Mar", 1), (r, "23 accounts", "9 Apr", 1), (r, "2 bets", "4 Jun", 1),
            (r, "12 of 15 items", "2 Nov", 1), ("now", "50 % of sites", "since 9 Nov", 0.5),
            (a, "due 10 Dec", "", 0), (a, "47 to tell", "", 0),
        ),
        "what has stalled": _marks(
            (r, "9 asks", "1 Jul", 1), (r, "6 accounts", "8 Jul", 1), ("passed", "", "", 0),
            ("stalled", "stalled 31 d", "since 19 Oct", 0.4), (a, "", "", 0), (a, "", "", 0),
            (a, "9 to tell", "", 0),
        ),
        "a closed loop": _marks(
            (r, "9 asks", "18 Sep", 1), (r, "5 accounts", "22 Sep", 1), (r, "1 bet", "25 Sep", 1),
            (r, "4 items", "16 Oct", 1), (r, "2026.10.4", "28 Oct", 1),
            (r, "confirmed", "17 Nov", 1), (r, "all 9", "19 Nov", 1),
        ),
    }  # fmt: skip


def thread() -> Map:
    sources = [
        ("Support", 61), ("Calls", 24), ("Sales notes", 19), ("Portal", 14), ("E-mail", 9),
        ("Chat", 6), ("Reviews", 3), ("Forum", 1),
    ]  # fmt: skip
    ways = [("E-mail", 41), ("Call", 9), ("In the app", 7), ("Post", 2), ("Partner", 1)]
    return layout(
        sources,
        [
            Branch("A", "on the phone", 6, ways),
            Branch("B", "at the desk", 4, waiting=12),
            Branch("C", "by rule", 3, then="then its askers are told"),
            Branch("D", "by message", 2),
        ],
    )


def list_spec() -> ListSpec:
    return ListSpec(
        name="examples", title="Examples", singular="example", object_type="example",
        url="/design", read="", default_sort="-said", create_url="",
        columns=(
            Column("title", "Title", lambda r: r.title, sort="title"),
            Column("line", "Line", lambda r: r.line, kind="line"),
            Column("asks", "Asks", lambda r: r.asks, kind="number", sort="asks"),
            Column("arr", "ARR", lambda r: r.arr, kind="money", optional=True),
            Column("owner", "Owner", lambda r: r.owner, kind="person"),
        ),
        filters=(
            Filter("state", "State", lambda v: Q(state=v), options=lambda: [("new", "New")]),
            Filter("arr", "ARR", lambda v: Q(arr=v), kind="number"),
            Filter("owner", "Owner", lambda v: Q(owner=v), kind="person"),
        ),
        sorts={"said": ("said_at", "Last said"), "asks": ("asks", "Asks"), "title": ("t", "Title")},
        empty=Empty(1, "Nothing here yet", "What people say lands here.", "Add one", "/design"),
        actions=(
            BulkAction("tag", "Tag", "tag", _nothing, shortcut="s", needs="text"),
            BulkAction("assign", "Assign", "person", _nothing, shortcut="a", needs="choice",
                       options=lambda: [("1", "Maya Okafor"), ("2", "Tomas Lindgren")]),
            BulkAction("archive", "Archive", "archive", _nothing, shortcut="e"),
        ),
    )  # fmt: skip


ROWS = [
    Row(1, "Swaps on the phone need a manager’s yes", "1 h", "RRRRN", 47, 184_000, "Adaeze Nwosu"),
    Row(2, "Publish button says nothing about overtime", "3 h", "RRRS", 9, 46_000, "Ben Archer"),
    Row(3, "Cannot copy last week with public holidays", "5 h", "R", 5, 212_000, "Tomas Lindgren"),
    Row(4, "Holiday overlap warning on the rota", "2 d", "RRPRRRR", 9, 1_810_000, "Maya Okafor"),
]


def charts() -> dict[str, Any]:
    """Arguments for the chart functions, and one chart without data."""
    swapped = [0, 2, 5, 9, 12, 16, 19, 22, 24, 27, 29, 31]
    band = [
        Series(swapped, "31 %", low=[v * 0.8 for v in swapped], high=[v * 1.2 for v in swapped])
    ]
    return {
        "series": band,
        "ticks": [(0, "4 Nov"), (5, "9 Nov"), (11, "19 Nov")],
        "rules": [(45, "target 45 %|45 %")],
        "notes": [Note(5, "half of sites", row=0)],
        "zones": [Zone(0, 3, "pilot", "warn")],
        "spans": [Span("Q2", 10, 27, 44, "52 answers"), Span("Q3", 6, 24, 42, "47 answers"),
                  Span("Q4", 14, 31, 48, "38 answers")],
        "columns": [1, 2, 5, 9, 14, 18, 17, 13, 9, 6, 3, 2, 1],
        "dots": [(i, 3 + (i * 7) % 23, i % 11 == 0) for i in range(40)],
        "spark": [61, 60, 58, 59, 57, 55, 56, 52, 51, 49, 50, 47, 46, 44, 45, 43, 41, 42, 40, 38],
    }  # fmt: skip


def comments() -> list[dict[str, Any]]:
    tomas = {"name": "Tomas Lindgren", "initials": "TL"}
    maya = {"name": "Maya Okafor", "initials": "MO"}
    first = "Half of them are **night staff**, see FB-2214."
    second = "@tomas then the `rest rule` matters most:\n\n- 11 h"
    return [
        {"id": 1, "author": tomas, "at": NOW - timedelta(days=2), "edited": True, "text": first,
         "delete_url": ""},
        {"id": 2, "author": maya, "at": NOW - timedelta(hours=1), "edited": False, "text": second,
         "delete_url": "/design"},
    ]  # fmt: skip


def facts() -> dict[str, Any]:
    """Everything the page shows."""
    spec = list_spec()
    return {
        "lines": lines(),
        "map": thread(),
        "icons": NAMES,
        "spec": spec,
        "actions": spec.actions,
        "state": State.parse(spec, {"q": ["swap"], "state": ["new"]}),
        "page": Page(ROWS, "next", 214),
        "views": [
            {"label": "New", "url": "/design", "current": True, "count": 14, "pinned": True},
            {"label": "Above €100k", "url": "/design", "current": False, "count": 3, "pinned": False},
        ],
        "c": charts(),
        "comments_shown": comments(),
        "job": {"text": "1,412 of 2,291", "left": "38 s left", "percent": 62,
                "note": "You can leave. It goes on after a restart, and no row goes in twice."},
        "now": NOW,
    }  # fmt: skip


def design_page(request: HttpRequest) -> HttpResponse:
    """Open to everybody: it shows invented words only."""
    return render(request, "design.html", {"here": "Components", **facts()})
