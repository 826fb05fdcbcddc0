"""Counting the people behind a number of usage evidence."""

from datetime import datetime

from loopline.core.problems import Problem
from loopline.slices.insights import queries as insights
from loopline.slices.roadmap.models import Evidence


def recount(evidence_id: int, now: datetime) -> int | None:
    """Count again; what goes wrong is said on it and the last number stays.

    Not inside a transaction: it may take long.
    """
    row = Evidence.objects.filter(pk=evidence_id).first()
    if row is None:
        return None
    try:
        count = insights.count_behind(row.insight, row.query, row.cell, now)
    except Problem as wrong:
        Evidence.objects.filter(pk=row.pk).update(trouble=wrong.sentence[:300])
        return row.count
    first = count if row.first_count is None else row.first_count
    Evidence.objects.filter(pk=row.pk).update(
        count=count, first_count=first, counted_at=now, trouble=""
    )
    return count
