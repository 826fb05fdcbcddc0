"""The WSGI application that granian serves: events are taken at the door, everything else is Django's."""

import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "loopline.entry.settings")
_pages = get_wsgi_application()

from loopline.entry.dispatch import Dispatcher  # noqa: E402  it reads models, which Django loads first
from loopline.entry.home import Home  # noqa: E402

application = Dispatcher(
    _pages, Home.from_env(os.environ).path / "events", proxies=settings.TRUSTED_PROXIES
)
