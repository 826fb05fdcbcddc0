"""Goals, plans and changes of direction in the API."""

from ninja import Router

from loopline.slices.goals.endpoints import directions, goals, plans

router = Router(tags=["goals"])
router.add_router("", goals.router)
router.add_router("", plans.router)
router.add_router("", directions.router)
