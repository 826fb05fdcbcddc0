"""The API of insights: one file for each resource, joined here."""

from ninja import Router

from loopline.slices.insights.endpoints import events, people, questions

router = Router()
for part in (questions, events, people):
    router.add_router("", part.router)
