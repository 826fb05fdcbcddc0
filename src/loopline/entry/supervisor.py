"""The process group behind one port: granian with its workers, and the job worker; all end together."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from loopline.entry.terminal import say

PATIENCE = 10.0  # seconds a child gets to end by itself
# glibc keeps what many threads freed; bodies of megabytes go back to the system at once instead.
_SMALL = {"MALLOC_ARENA_MAX": "2", "MALLOC_MMAP_THRESHOLD_": "1048576"}


def _end_with_parent() -> None:
    """Linux: a child whose parent was killed is told to stop, so that no port stays taken."""
    try:
        ctypes.CDLL("libc.so.6", use_errno=True).prctl(1, signal.SIGTERM)
    except OSError:
        return


@dataclass
class Group:
    """Children by name; a job worker that dies is started again, the web's death ends the group."""

    env: Mapping[str, str]
    commands: dict[str, list[str]] = field(default_factory=dict)
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    stopping: bool = False

    def start(self, name: str) -> None:
        self.running[name] = subprocess.Popen(  # noqa: S603  our own commands
            self.commands[name],
            env=dict(self.env),
            preexec_fn=_end_with_parent,
            start_new_session=False,
        )

    def stop(self) -> None:
        """Ask all to end, insist after a while."""
        self.stopping = True
        for child in self.running.values():
            if child.poll() is None:
                child.terminate()
        deadline = time.monotonic() + PATIENCE
        for child in self.running.values():
            try:
                child.wait(max(deadline - time.monotonic(), 0.1))
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()

    def watch(self) -> int:
        """Wait until told to stop or until the web process ends; answers the exit status."""
        restarts = 0
        while not self.stopping:
            time.sleep(0.2)
            if self.running["web"].poll() is not None and not self.stopping:
                say("The web process ended by itself; see the lines above.")
                return 1
            if (
                "worker" in self.running
                and self.running["worker"].poll() is not None
                and not self.stopping
            ):
                restarts += 1
                time.sleep(min(restarts * 0.2, 5))
                if not self.stopping:
                    self.start("worker")
        return 0


def commands(host: str, port: int, workers: int = 2, threads: int = 8) -> dict[str, list[str]]:
    """What to start for one home."""
    web = [
        sys.executable, "-m", "granian", "--interface", "wsgi", "--host", host, "--port", str(port),
        "--workers", str(workers), "--blocking-threads", str(threads), "--no-ws", "--backlog", "512",
        "--respawn-failed-workers", "--log-level", "error", "loopline.entry.wsgi:application",
    ]  # fmt: skip
    return {"web": web, "worker": [sys.executable, "-m", "loopline.entry.cli.main", "worker"]}


def serve(*, host: str, port: int) -> int:
    """Serve until signalled. SIGTERM and Ctrl-C end everything that was started."""
    env = {**_SMALL, **os.environ, "DJANGO_SETTINGS_MODULE": "loopline.entry.settings"}
    env["LOOPLINE_SUPERVISOR"] = str(os.getpid())  # what is started on demand ends with it
    group = Group(env, commands(host, port))

    def on_signal(*_: object) -> None:
        group.stopping = True

    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, on_signal)
    try:
        for name in group.commands:
            group.start(name)
        return group.watch()
    finally:
        group.stop()
