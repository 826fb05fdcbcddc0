"""`loopline desk`: answers questions about events; started on demand by whoever asks, it ends when nobody does."""

import argparse
import signal
import sys
from typing import Any

from loopline.entry.home import Home


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--parent", type=int, default=0, help="end when this process is gone")
    parser.add_argument("address", nargs="?", default="", help="the socket to listen on")


class _Later:
    """The product's views, and Django with them, only when a statement names one."""

    def _offered(self) -> Any:
        from loopline.entry.terminal import setup

        setup()
        from loopline.platform.tables.registry import Offered

        return Offered()

    def names(self) -> list[str]:
        return list(self._offered().names())

    def columns(self, name: str) -> list[tuple[str, str]]:
        return list(self._offered().columns(name))

    def rows(self, name: str) -> list[tuple[Any, ...]]:
        from django.db import close_old_connections

        offered = self._offered()
        close_old_connections()
        return list(offered.rows(name))


def run(args: argparse.Namespace) -> None:
    import os

    from loopline.warehouse.desk.client import address_of
    from loopline.warehouse.desk.server import serve
    from loopline.warehouse.elsewhere import VARIABLE

    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda *_: os._exit(0))
    folder = Home.from_env(os.environ).path / "events"
    url = os.environ.get(VARIABLE, "")
    address = args.address or address_of(folder)
    serve(folder, address, tables=_Later(), parent=args.parent, url=url)
    sys.exit(0)
