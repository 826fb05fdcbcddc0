"""The packaged text: read once, put into the tables when they are made or change."""

from datetime import datetime
from functools import lru_cache
from importlib.resources import files
from typing import Any

import yaml

from loopline.slices.playbook.models import Edition, Question
from loopline.slices.playbook.rules import checked_question


@lru_cache(maxsize=1)
def book() -> dict[str, Any]:
    """kinds, skills, qualifications, stages, practice_sources and plays."""
    text = (
        files("loopline.slices.playbook").joinpath("content/plays.yaml").read_text(encoding="utf-8")
    )
    found: dict[str, Any] = yaml.safe_load(text)
    return found


def load_content(*, now: datetime) -> int:
    """Put the packaged questions in; those there keep their improved answers. Answers how many are new."""
    have = set(Question.objects.values_list("slug", flat=True))
    made = 0
    for raw in book()["plays"]:
        if raw["id"] in have:
            continue
        row = Question.objects.create(
            number=raw["number"],
            slug=raw["id"],
            kind=raw["kind"],
            question=raw["question"],
            skills=list(raw["skills"]),
            content=checked_question(raw, raw["id"]),
            created_at=now,
            updated_at=now,
        )
        Edition.objects.create(question=row, edition=1, sample_answer=raw["sample_answer"], at=now)
        made += 1
    return made
