"""A funnel's tile: its steps, or the values it is split by with what each reaches in the end."""

import pytest

from loopline.platform.ui.drawn.shape import Worst
from loopline.slices.dashboards import queries, services, tiles
from loopline.slices.insights import services as insights

SPAN = {"from": "2026-10-01T00:00:00", "to": "2026-11-19T00:00:00"}
FUNNEL = {"steps": [{"event": "signed up"}, {"event": "invited"}], **SPAN}


@pytest.fixture
def shown(stored, cast, now):
    """Seven channels of 40 and more; of "ads" few invite. `shown(...)` is the tile of a funnel of it."""
    rows = []
    for number, channel in enumerate(("ads", "word", "mail", "fair", "blog", "shop", "club")):
        for n in range(100 - number * 10):
            who = f"{channel}{n}"
            rows.append(("signed up", who, "2026-11-05T10:00", {"channel": channel}))
            if n % (10 if channel == "ads" else 2) == 0:
                rows.append(("invited", who, "2026-11-05T12:00", {"channel": channel}))
    stored(rows)
    board = services.create_dashboard(actor=cast.bo, name="B", days=90, now=now)

    def show(**more):
        report = insights.save_report(
            actor=cast.bo, name="F", kind="funnel", body={**FUNNEL, **more}, now=now
        )
        services.add_tile(actor=cast.bo, dashboard_id=board, kind="report", ref_id=report, now=now)
        row = queries.one(actor=cast.bo, dashboard_id=board)
        return tiles.show(cast.bo, row, queries.tiles(board)[-1], 90, now)

    show.board = board
    return show


def test_without_a_split_it_shows_its_steps(shown):
    assert [bar[0] for bar in shown().bars] == ["signed up", "invited"]


def test_split_it_shows_the_five_largest_values_and_the_worst_of_them(shown, signed_in, cast):
    tile = shown(breakdown={"property": "channel"})
    assert [bar[0] for bar in tile.bars] == ["All", "ads", "word", "mail", "fair", "blog"]
    assert [bar[1] for bar in tile.bars] == [42, 10, 50, 50, 50, 50]
    assert [bar[2].replace("\xa0", " ") for bar in tile.bars[:3]] == [
        "42 % of 490",
        "10 % of 100",
        "50 % of 90",
    ]
    assert [bar[0] for bar in tile.bars if bar[3]] == ["ads"]
    assert tile.unit == "reach “invited”, by channel"
    page = signed_in(cast.dee).get(
        f"/dashboards/{shown.board}/tiles/{queries.tiles(shown.board)[-1].pk}"
    )
    assert page.content.decode().count("most stop here") == 1


def test_the_value_in_question_is_shown_however_small(shown):
    steps = [
        {"count": 100, "conversion_from_start": 1.0},
        {"count": 10, "conversion_from_start": 0.1},
    ]
    values = [None, *"abcdefg"]
    answer = {"steps": steps, "breakdown": [{"value": v, "steps": steps} for v in values]}
    for worst, last in (("g", "g"), (None, "d")):
        bars = tiles._split_bars(FUNNEL, answer, Worst(worst, 2, of_split=True))
        assert len(bars) == 6
        assert bars[-1][0] == last
        assert [b[3] for b in bars].count(True) == 1
