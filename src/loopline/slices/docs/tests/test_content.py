"""Every template that ships: it says what it has to, and names only places it has."""

import pytest

from loopline.platform.blocks.text import Mark, parts
from loopline.slices.docs import templating

OURS = sorted((templating.Path(templating.__file__).parent / "content").glob("*.md"))


@pytest.mark.parametrize("file", OURS, ids=lambda f: f.stem)
def test_a_template_places_all_it_has_and_only_that(file):
    text = file.read_text(encoding="utf-8")
    made = templating.parsed(text, file.name)
    placed = [p.first for p in parts(made.body) if isinstance(p, Mark) and p.name == "fill"]
    assert sorted(placed) == sorted(made.places)
    assert made.key == file.stem
    assert made.about.endswith(".")
    assert "—" not in text
    for place in made.places.values():
        assert place.label
        if place.kind == "choice":
            assert len(place.options) > 1
        if place.kind == "table":
            assert place.columns
        if place.kind == "checklist":
            assert len({i.key for i in place.items}) == len(place.items) > 0


def test_the_templates_a_team_needs_are_there():
    keys = {file.stem for file in OURS}
    assert {
        "brief",
        "prd",
        "user-story",
        "runbook",
        "postmortem",
        "decision-one-pager",
        "one-pager",
        "faq",
        "handover",
        "cover-plan",
        "discovery-sprint",
        "interview",
        "release-notes",
        "company-sheet",
    } <= keys
