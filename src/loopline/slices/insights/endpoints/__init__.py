"""The API of insights: one file for each resource, joined here."""

from ninja import Router

from loopline.slices.insights.endpoints import cohorts, events, people, questions

router = Router()
for part in (questions, events, people, cohorts):
    router.add_router("", part.router)
