"""The WSGI application that granian serves: events are taken at the door, everything else is Django's."""

import gc
import os
import sys

from django.conf import settings
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "loopline.entry.settings")
_pages = get_wsgi_application()

from loopline.entry.dispatch import Dispatcher  # noqa: E402  it reads models, which Django loads first
from loopline.entry.home import Home  # noqa: E402

application = Dispatcher(
    _pages, Home.from_env(os.environ).path / "events", proxies=settings.TRUSTED_PROXIES
)

# Pages and events share a process. Threads that parse hundreds of events hand over after 1 ms, not 5, so that a page
# does not wait that long after each of its queries; and the collector leaves alone what was loaded once.
sys.setswitchinterval(0.001)
gc.collect()
gc.freeze()
gc.set_threshold(50_000, 20, 20)
