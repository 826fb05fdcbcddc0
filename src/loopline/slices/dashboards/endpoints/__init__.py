"""The API of dashboards and investigations, joined here."""

from ninja import Router

from loopline.slices.dashboards.endpoints import boards, investigations

router = Router()
for part in (boards, investigations):
    router.add_router("", part.router)
