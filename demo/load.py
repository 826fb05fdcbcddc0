"""Filling a home with Oakrow: built through the services, in the order things happened, the same every time.

The areas are listed here; how one is written stands in README.md beside this file.
"""

import json
import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from django.db import transaction
from django.utils import timezone

from demo import (
    actions,
    bets,
    company,
    customers,
    decisions,
    docs,
    feedback,
    goals,
    insights,
    learning,
    metrics,
    plays,
    problems,
    releases,
    rituals,
    scorecard,
    standup,
    surveys,
    told,
)
from demo.clock import clock
from demo.context import Context
from loopline.platform.identity.actor import Actor
from loopline.platform.jobs.worker import run_until_empty
from loopline.platform.settings import options
from loopline.platform.thread.patience import refresh_patience
from loopline.platform.thread.store import gathered
from loopline.slices.feedback.importing import start_import

Area = Callable[[Context], None]
# They do what came before the year, and plan the rest.
AREAS: tuple[Area, ...] = (
    customers.load,
    problems.load,
    feedback.load,
    bets.load,
    releases.load,
    decisions.load,
    surveys.load,
    insights.load,
    metrics.load,
    learning.load,
    rituals.load,
    standup.load,
    plays.load,
    goals.load,
    docs.load,
    actions.load,
)
# They look at the year as it went, when every plan and its jobs are done.
AFTERWARDS: tuple[Area, ...] = (
    told.load,
    surveys.settle,
    docs.settle,
    standup.settle,
    rituals.settle,
    plays.settle,
    scorecard.settle,
)


def load_sample(*, as_of: str | None = None) -> list[dict[str, str]]:
    """Fill an empty home; one that has the sample stays as it is. Answers the sign-ins, one a role."""
    os.environ["LOOPLINE_DEMO_PEOPLE"] = json.dumps(company.sign_ins())
    if not company.here():
        _fill(Context(clock(as_of)))
    return [{k: v for k, v in each.items() if k != "name"} for each in company.sign_ins()]


def _fill(context: Context) -> None:
    with transaction.atomic():
        company.load(context)
        with gathered():
            for load in AREAS:
                load(context)
            context.play()
            run_until_empty(("default",))
            for load in AFTERWARDS:
                load(context)
        _settle(context)
        refresh_patience.func()
    run_until_empty(("default",))


def _settle(context: Context) -> None:
    options.change(
        actor=Actor.system("Loopline"),
        values={"reply_to_askers": True, "reply_to_colleagues": True},
        now=context.now,
    )


def start_real_inputs() -> None:
    """Bring in the packaged app reviews behind the running server, with progress on every page."""
    file = Path(__file__).parent / "reviews" / "app_reviews.csv.gz"
    if file.exists():
        start_import(
            actor=Actor.system("Demo"), path=str(file), kind="feedback-csv", label="Importing 2,000 real app reviews",
            mapping={"received_at": f"={timezone.now() - timedelta(days=400):%Y-%m-%d}"}, now=timezone.now(),
        )  # fmt: skip
