"""Templates of prepared pages, of every area: each names only blocks, places and line actions that are there."""

import pytest

from loopline.platform.blocks import registry
from loopline.platform.blocks.text import Mark, parts
from loopline.slices.docs import templating


@pytest.mark.parametrize("key", sorted(templating.templates()))
def test_a_template_names_only_what_is_there(key):
    made, known = templating.templates()[key], registry.known()
    marks = [p for p in parts(made.body) if isinstance(p, Mark)]
    for mark in marks:
        if mark.name == "fill":
            assert mark.first in made.places, mark.first
            continue
        assert mark.name in known, mark.name
        taken = {p.name for p in known[mark.name].params}
        assert set(mark.params) <= taken, mark
    for place in made.places.values():
        assert not place.action or templating.line_action(place.action), place.action
        for item in place.items:
            assert item.check is None or item.check.block in known, item.key
            assert item.check is None or set(item.check.params) <= {
                p.name for p in known[item.check.block].params
            }
