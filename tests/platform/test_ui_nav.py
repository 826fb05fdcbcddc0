"""Navigation, creation and keys appear where their page exists and only for whom it is allowed."""

import pytest
from django.urls import NoReverseMatch

from loopline.platform.identity.actor import Actor, Role, Via
from loopline.platform.identity.policy import declare
from loopline.platform.ui import create, nav, shortcuts

PRODUCT = Actor(role=Role.PRODUCT, via=Via.WEB, user_id=1, name="Bo")
VIEWER = Actor(role=Role.VIEWER, via=Via.WEB, user_id=2, name="Vi")


@pytest.fixture(autouse=True)
def _alone(monkeypatch):
    def reverse(name: str) -> str:
        if name == "missing":
            raise NoReverseMatch
        return f"/{name}"

    declare({"uitest.write": Role.PRODUCT})
    monkeypatch.setattr(nav, "_ITEMS", {})
    monkeypatch.setattr(create, "_KINDS", {})
    monkeypatch.setattr(nav, "reverse", reverse)
    monkeypatch.setattr(create, "reverse", reverse)


def test_pages_stand_in_their_group_in_order_with_what_waits():
    nav.item("Hear", "Accounts", "accounts", 2)
    nav.item("Hear", "Inbox", "inbox", 1, count=lambda actor: 14)
    nav.item("Today", "Today", "today", 0, count=lambda actor: 0)
    tree = nav.tree(PRODUCT)
    assert list(tree) == ["Today", "Hear"]
    assert [(e.label, e.count) for e in tree["Hear"].entries] == [("Inbox", 14), ("Accounts", None)]
    assert tree["Hear"].station == 1
    assert tree["Today"].entries[0].count is None


def test_no_link_is_dead_and_none_is_forbidden():
    nav.item("Run", "Gone", "missing", 1)
    nav.item("Run", "Secret", "secret", 2, permission="uitest.write")
    assert nav.tree(VIEWER) == {}
    assert [e.label for e in nav.tree(PRODUCT)["Run"].entries] == ["Secret"]
    assert nav.tree(None) == {}


def test_waiting_things_are_not_counted_for_a_visitor():
    nav.item("Run", "Prepare", "prepare", 1, count=lambda actor: actor.user_id)
    assert nav.tree(None)["Run"].entries[0].count is None


def test_an_unknown_group_and_a_taken_letter_are_refused():
    with pytest.raises(ValueError, match="no group"):
        nav.item("Nowhere", "X", "x", 1)
    nav.item("Hear", "Inbox", "inbox", 1, key="i")
    with pytest.raises(ValueError, match="already goes to Inbox"):
        nav.item("Learn", "Insights", "insights", 1, key="I")


def test_c_creates_what_the_actor_may():
    create.kind("bet", "Bet", "bet-new", 2, permission="uitest.write")
    create.kind("feedback", "Feedback", "feedback-new", 1)
    create.kind("ghost", "Ghost", "missing", 3)
    assert [k.name for k in create.kinds(PRODUCT)] == ["feedback", "bet"]
    assert [k.href for k in create.kinds(VIEWER)] == ["/feedback-new"]
    assert create.kinds(None) == []


def test_the_help_sheet_starts_with_the_pages_own_keys_and_knows_where_g_goes():
    nav.item("Hear", "Inbox", "inbox", 1, key="i")
    sheet = shortcuts.sheet(PRODUCT, first=["In a list"])
    assert next(iter(sheet)) == "In a list"
    going = sheet["Go to"][0]
    assert (going.keys, going.action, going.caps) == ("g i", "/inbox", ["G", "I"])


def test_one_key_means_one_thing():
    with pytest.raises(ValueError, match="already has a meaning"):
        shortcuts.register(shortcuts.Shortcut("c", "Something else", "Anywhere", "x"))
