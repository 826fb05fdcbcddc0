"""What surveys say, in a block."""

from collections import defaultdict
from datetime import datetime

from loopline.core.surveys.scores import LEAST, Score
from loopline.core.surveys.scores import score as computed
from loopline.core.surveys.series import Given, counted
from loopline.platform.blocks.registry import Block, Params, Row, Shown, register
from loopline.platform.blocks.shapes import days, last, span
from loopline.platform.identity.actor import Actor
from loopline.platform.ui.formats import num, pct, plural
from loopline.slices.surveys.models import Answer
from loopline.slices.surveys.rules import KINDS

MOST = 50_000


def _said(rule: str, value: float) -> str:
    if rule == "share":
        return pct(value)
    return num(round(value), 0) if rule == "nps" else num(value, 1)


def _row(kind: str, found: Score) -> Row:
    rule = KINDS[kind].rule
    if not found.enough:
        return Row((KINDS[kind].label, "too few", "", num(found.n)), "/surveys")
    between = f"{_said(rule, found.low)} to {_said(rule, found.high)}"
    return Row((KINDS[kind].label, _said(rule, found.value), between, num(found.n)), "/surveys")


def _scores(_actor: Actor, params: Params, now: datetime) -> Shown:
    since, count = span(params, now)
    asked = [k for k in KINDS if k != "custom"]
    rows = Answer.objects.filter(
        survey__kind__in=asked, survey__archived_at=None, at__gte=since, at__lte=now
    ).exclude(score=None)
    given: dict[str, list[Given]] = defaultdict(list)
    columns = ("survey__kind", "person", "at", "score")
    for kind, person, at, score in rows.order_by("-at").values_list(*columns)[:MOST]:
        given[kind].append(Given(person, at, score))
    found: dict[str, Score] = {}
    for kind in asked:
        k = KINDS[kind]
        scores = [g.score for g in counted(k.rule, given[kind])] if given[kind] else []
        score = computed(k.rule, scores, k.least, k.most) if scores else None
        if score:
            found[kind] = score
    if not found:
        return Shown(missing=f"Nobody answered a survey {last(count)}.", connect="/surveys")
    enough = {k: s for k, s in found.items() if s.enough}
    said = ", ".join(f"{KINDS[k].label} {_said(KINDS[k].rule, s.value)}" for k, s in enough.items())
    answers = sum(s.n for s in found.values())
    text = (
        f"{said} {last(count)}, from {plural(answers, 'answer')}."
        if said
        else (
            f"{plural(answers, 'answer')} {last(count)}; below {LEAST} a score would say too much."
        )
    )
    first = next(iter(enough), "")
    value = enough[first].value if first else None
    if first and KINDS[first].rule == "share":
        value = enough[first].value * 100
    return Shown(
        text,
        value,
        KINDS[first].label if first else "",
        "/surveys",
        ("Question", "Score", "Likely between", "Answers"),
        tuple(_row(k, s) for k, s in found.items()),
    )


def registered() -> None:
    register(
        Block(
            "survey-scores",
            "Survey scores",
            "NPS, satisfaction, effort and stakeholders, with how sure they are.",
            "survey.read",
            _scores,
            (days(90),),
            "Learn",
        ),
    )
