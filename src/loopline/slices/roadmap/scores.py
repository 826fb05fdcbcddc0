"""Reading scores: per bet and model, and the ranking of a page."""

from collections.abc import Sequence
from dataclasses import dataclass

from loopline.core.scoring.models import MODELS
from loopline.core.scoring.spread import Spread, spread
from loopline.slices.roadmap.models import Bet, Score, ScoringModel


def spreads(bet_ids: Sequence[int]) -> dict[int, dict[str, Spread]]:
    """By bet and model: how the teams' scores lie; one query."""
    found: dict[int, dict[str, list[float]]] = {}
    rows = Score.objects.filter(bet_id__in=bet_ids).values_list("bet_id", "model", "value")
    for bet, model, value in rows:
        found.setdefault(bet, {}).setdefault(model, []).append(value)
    return {
        bet: {m: s for m, values in models.items() if (s := spread(values))}
        for bet, models in found.items()
    }


@dataclass(frozen=True, slots=True)
class Apart:
    """Where teams disagree most about a bet: the input, its lowest and highest with who gave them."""

    label: str
    low: float
    low_by: str
    high: float
    high_by: str


@dataclass(frozen=True, slots=True)
class Ranked:
    bet: Bet
    score: Spread
    apart: Apart | None


def _apart(rows: Sequence[Score], model: str) -> Apart | None:
    worst: tuple[float, Apart] | None = None
    for i in MODELS[model].inputs:
        given = sorted((r.values[i.key], r.team) for r in rows if r.values.get(i.key, 0) > 0)
        if len(given) < 2 or given[0][0] == given[-1][0]:
            continue
        ratio = given[-1][0] / given[0][0]
        found = Apart(i.label, given[0][0], given[0][1], given[-1][0], given[-1][1])
        if worst is None or ratio > worst[0]:
            worst = (ratio, found)
    return worst[1] if worst else None


def ranking(model: str) -> list[Ranked]:
    """Open bets with a score, best middle first; two queries."""
    open_ = Bet.objects.filter(state__in=("proposed", "committed", "in_progress"), archived_at=None)
    bets = {b.pk: b for b in open_.select_related("opportunity", "owner")}
    rows: dict[int, list[Score]] = {}
    for s in Score.objects.filter(model=model, bet_id__in=list(bets)).order_by("team"):
        rows.setdefault(s.bet_id, []).append(s)
    out = []
    for pk, given in rows.items():
        found = spread([s.value for s in given])
        if found:
            out.append(Ranked(bets[pk], found, _apart(given, model)))
    return sorted(out, key=lambda r: (-r.score.middle, r.bet.pk))


def unscored(model: str) -> list[Bet]:
    """Open bets nobody has scored with this model."""
    open_ = Bet.objects.filter(state__in=("proposed", "committed", "in_progress"), archived_at=None)
    return list(open_.exclude(scores__model=model).order_by("horizon", "position")[:50])


def scores_of(bet_id: int) -> list[Score]:
    return list(Score.objects.filter(bet_id=bet_id).order_by("model", "team"))


def level_choices() -> dict[str, dict[str, list[tuple[str, str]]]]:
    """By model and input: the workspace's levels as (number, "number: word"), for pickers."""
    return {
        m.key: {
            key: [(str(v), f"{v:g}: {label}, {says[:60]}") for v, label, says in rows]
            for key, rows in m.levels.items()
        }
        for m in ScoringModel.objects.all()
    }
