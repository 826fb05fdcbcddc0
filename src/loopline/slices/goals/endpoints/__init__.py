"""Goals, plans and changes of direction in the API."""

from ninja import Router

router = Router(tags=["goals"])
