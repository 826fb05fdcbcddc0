"""The builder's fields say a question, and a question fills them in again."""

import pytest
from django.http import QueryDict

from loopline.core.problems import Invalid
from loopline.slices.insights import forms


def _form(**fields):
    made = QueryDict(mutable=True)
    for name, value in fields.items():
        made[name.replace("__", ".")] = value
    return made


def test_steps_with_conditions_and_a_breakdown_are_read():
    form = _form(
        s0__event="signed up", s0__0__property="plan", s0__0__op="in", s0__0__value="pro, team",
        s1__event="site created", by="channel", attribution="last_touch", by_on="event",
        window_seconds="604800", last_days="90", actor="account",
        f__0__property="email", f__0__op="contains", f__0__value="@acme", f__0__on="person",
    )  # fmt: skip
    assert forms.body_in("funnel", form) == {
        "steps": [
            {"event": "signed up", "where": [{"property": "plan", "op": "in", "value": ["pro", "team"]}]},
            {"event": "site created"},
        ],
        "breakdown": {"property": "channel", "attribution": "last_touch", "on": "event"},
        "filters": [{"property": "email", "op": "contains", "value": "@acme", "on": "person"}],
        "window_seconds": 604800, "last_days": 90, "actor": "account",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("do", "events", "blank"),
    [
        ("", ["a", "b"], ""),
        ("add:step", ["a", "b", None], ""),
        ("drop:s0", ["b"], ""),
        ("up:s1", ["b", "a"], ""),
        ("where:s1", ["a", "b"], "s1"),
        ("drop:s9", ["a", "b"], ""),
        ("up:s0", ["a", "b"], ""),
        ("drop:sx.y", ["a", "b"], ""),
    ],
)
def test_buttons_change_the_steps(do, events, blank):
    body, open_ = forms.edited("funnel", _form(s0__event="a", s1__event="b", do=do))
    assert [step.get("event") for step in body["steps"]] == events
    assert open_ == blank


def test_a_condition_can_be_removed_wherever_it_stands():
    form = _form(
        m__event="a",
        m__0__property="x",
        m__0__value="1",
        m__1__property="y",
        m__1__value="2",
        do="drop:m.0",
    )
    body, _ = forms.edited("trend", form)
    assert body["where"] == [{"property": "y", "op": "eq", "value": 2}]


@pytest.mark.parametrize("value", ["pro", "5", "-1.5", "true", 5, -1.5, True, False, "a, b", ""])
def test_a_value_reads_back_as_it_was(value):
    shown = forms.written(value)
    if value != "a, b":
        assert forms.typed(shown) == value
        assert type(forms.typed(shown)) is type(value)


def test_an_address_that_holds_no_question_is_refused():
    for text in ("{", "[]", '"x"', "[" * 5000):
        with pytest.raises(Invalid):
            forms.unpacked(text)


def test_days_have_to_be_days():
    with pytest.raises(Invalid):
        forms.body_in("trend", _form(**{"from": "soon"}))
