"""Permissions, and the shape of a question from a file."""

from collections.abc import Mapping
from typing import Any

from loopline.core.problems import Invalid
from loopline.platform.identity.actor import Role

PERMISSIONS = {
    "question.read": Role.VIEWER, "question.change": Role.PRODUCT, "answer.read": Role.VIEWER,
    "answer.write": Role.MEMBER, "improvement.read": Role.VIEWER, "improvement.write": Role.MEMBER,
    "improvement.decide": Role.PRODUCT, "scorecard.read": Role.VIEWER,
    "scorecard.change": Role.PRODUCT, "rollout.read": Role.VIEWER, "rollout.change": Role.PRODUCT,
    "play.read": Role.VIEWER, "play.look": Role.PRODUCT, "stage.read": Role.VIEWER, "stage.change": Role.PRODUCT,
    "library.read": Role.VIEWER, "library.write": Role.MEMBER, "feed.change": Role.ADMIN,
}  # fmt: skip
LISTS = ("what_good_looks_like", "avoid", "follow_ups", "rubric", "evidence")


def checked_question(raw: Mapping[str, Any], where: str) -> dict[str, Any]:
    """A question of a file, with what is missing as an empty part. Raises Invalid naming the place."""
    text = raw.get("question")
    if not isinstance(text, str) or not text.strip():
        raise Invalid(file=f"{where}: a question needs its text under `question`.")
    for key in LISTS:
        if key in raw and not isinstance(raw[key], list):
            raise Invalid(file=f"{where}: `{key}` is a list.")
    for part in raw.get("rubric") or []:
        if not isinstance(part, Mapping) or "criterion" not in part:
            raise Invalid(file=f"{where}: each line of the rubric has a `criterion`.")
    out = {
        k: raw.get(k)
        for k in ("why_it_is_asked", "sample_answer", "first_step", "job")
        if raw.get(k)
    }
    return {**out, **{k: raw.get(k) or [] for k in LISTS}, "question": text.strip()[:2000]}
