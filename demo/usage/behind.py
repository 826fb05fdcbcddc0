"""Making the usage beside everything else: in a process of its own, with progress on every page while it lasts."""

import subprocess
import sys
import threading
from pathlib import Path

from django.db import connections
from django.utils import timezone

from demo import finish
from loopline.platform.identity.actor import Actor
from loopline.platform.progress import track

LABEL = "Loading 120 days of product events"


class Behind:
    """The process, from its start. `show` once the database may be written to; `stop` when all ends."""

    def __init__(self, folder: Path, as_of: str | None) -> None:
        day = ["--as-of", as_of] if as_of else []
        self._process = subprocess.Popen(  # noqa: S603  our own command
            [sys.executable, "-m", "demo.usage", str(folder), *day],
            stdout=subprocess.PIPE,
            text=True,
        )
        self._thread = threading.Thread(target=self._follow, daemon=True)

    def show(self) -> None:
        """Say on the pages how far it is, until it is done; nothing where it is done already."""
        if self._process.poll() is None:
            self._thread.start()
        else:
            finish.soon(recompute=False)

    def stop(self) -> None:
        """End it, where it still runs."""
        self._process.terminate()
        self._process.wait()

    def _follow(self) -> None:
        try:
            token = track.start(actor=Actor.system("Demo"), label=LABEL, now=timezone.now())
            for line in self._process.stdout or ():
                done, total = (int(each) for each in line.split())
                track.move(token, done=done, total=total, note=f"{done:,} events")
            bad = self._process.wait() != 0
            note = "The events could not be made; the terminal says why." if bad else ""
            track.finish(token, state="failed" if bad else "done", note=note, now=timezone.now())
            finish.soon(recompute=True)
        except track.Stopped:
            self.stop()
            track.finish(token, state="stopped", now=timezone.now())
        finally:
            connections.close_all()
