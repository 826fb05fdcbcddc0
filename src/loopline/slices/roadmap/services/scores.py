"""Scoring bets by team, and the wording of the scales."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from loopline.core.problems import Invalid, Missing
from loopline.core.scoring.models import MODELS, score
from loopline.platform.audit.record import Change, record
from loopline.platform.db.edit import apply_changes
from loopline.platform.identity.actor import Actor
from loopline.platform.identity.policy import allow
from loopline.slices.roadmap.models import Bet, Score, ScoringModel


def ensure_models(*, actor: Actor, now: datetime) -> None:
    """The three models with core's scales, where the workspace has none of its own yet."""
    allow(actor, "scoring.change")
    have = set(ScoringModel.objects.values_list("key", flat=True))
    fresh = [
        ScoringModel(
            key=m.key, name=m.name, created_at=now, updated_at=now,
            levels={i.key: [[x.value, x.label, x.says] for x in i.levels] for i in m.inputs},
        )
        for m in MODELS.values() if m.key not in have
    ]  # fmt: skip
    ScoringModel.objects.bulk_create(fresh, ignore_conflicts=True)


def _model(key: str) -> None:
    if key not in MODELS:
        raise Invalid(model=f"A model is one of {', '.join(MODELS)}.")


@transaction.atomic
def score_bet(
    *, actor: Actor, bet_id: int, model: str, team: str, values: Mapping[str, float], now: datetime
) -> None:
    """One team's inputs for a bet; the same team again replaces its own."""
    allow(actor, "bet.score")
    _model(model)
    team = team.strip()[:80]
    if not team:
        raise Invalid(team="Say for which team this is.")
    if not Bet.objects.filter(pk=bet_id).exists():
        raise Missing("bet")
    inputs = {i.key for i in MODELS[model].inputs}
    wrong = [k for k in inputs if not 0 <= values.get(k, -1) <= 1e9]
    if wrong:
        label = next(i.label for i in MODELS[model].inputs if i.key == wrong[0])
        raise Invalid(**{wrong[0]: f"{label} is a number of its scale."})
    kept = {k: float(values[k]) for k in inputs}
    total = score(model, kept)
    if total is None:
        raise Invalid(values="Effort and size are above zero.")
    Score.objects.update_or_create(
        bet_id=bet_id, model=model, team=team,
        defaults={"values": kept, "value": total, "by_name": actor.name, "at": now},
    )  # fmt: skip
    after = {"model": model, "team": team, "score": round(total, 2)}
    record(actor=actor, now=now, change=Change("bet.scored", "bet", bet_id, {}, after))


@transaction.atomic
def change_scale(
    *, actor: Actor, id_: int, levels: Mapping[str, Any], version: int | None = None, now: datetime
) -> None:
    """Write the levels of a model's inputs in this company's words. Scores given keep their numbers."""
    allow(actor, "scoring.change")
    row = ScoringModel.objects.select_for_update().filter(pk=id_).first()
    if row is None:
        raise Missing("scoring model")
    clean = dict(row.levels)
    for key, rows in levels.items():
        if key not in clean:
            raise Invalid(levels=f"{row.name} has no input {key}.")
        if not rows or len(rows) > 12:
            raise Invalid(levels="A scale has 1 to 12 levels.")
        clean[key] = [[float(v), str(label)[:60], str(says)[:300]] for v, label, says in rows]
    before, after = apply_changes(row, {"levels": clean}, now=now, version=version)
    if after:
        change = Change("scoring.changed", "scoring-model", row.pk, before, after)
        record(actor=actor, now=now, change=change)
