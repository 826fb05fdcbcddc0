"""A PostgreSQL of the tests' own: made in a temporary folder, on a socket only, gone when the process ends."""

import atexit
import os
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path


def bin_folder() -> str | None:
    """The folder with initdb, or None where PostgreSQL is not installed."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), reverse=True)
    if found:
        return str(found[0].parent)
    initdb = shutil.which("initdb")
    return str(Path(initdb).resolve().parent) if initdb else None


def _as_other() -> dict[str, int]:
    """PostgreSQL refuses to run as root; then it runs as the account its package made, or nobody."""
    if os.geteuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return {"user": entry.pw_uid, "group": entry.pw_gid}
    return {}


def start(port: int = 0) -> str:
    """Start a server and answer the URL of an empty database on it; with a port it also listens on loopback there."""
    folder = bin_folder()
    if folder is None:
        raise RuntimeError("No PostgreSQL here. Debian: apt install postgresql.")
    home = tempfile.mkdtemp(prefix="loopline-pg-")
    other = _as_other()
    if other:
        os.chown(home, other["user"], other["group"])
    data = f"{home}/data"

    def run(*command: str) -> None:
        subprocess.run(command, check=True, capture_output=True, cwd=home, **other)

    run(
        f"{folder}/initdb", "-D", data, "-U", "loopline", "-A", "trust", "-E", "UTF8", "--no-locale"
    )
    listen = "127.0.0.1" if port else ""
    options = (
        f"-k {home} -c listen_addresses='{listen}' -c port={port or 5432} -c fsync=off -c full_page_writes=off "
        "-c synchronous_commit=off -c max_connections=60"
    )
    run(f"{folder}/pg_ctl", "-D", data, "-o", options, "-l", f"{home}/log", "-w", "start")

    def stop() -> None:
        subprocess.run(
            [f"{folder}/pg_ctl", "-D", data, "-m", "immediate", "stop"],
            check=False, capture_output=True, cwd="/", **other,
        )  # fmt: skip
        shutil.rmtree(home, ignore_errors=True)

    atexit.register(stop)
    if port:
        return f"postgresql://loopline@127.0.0.1:{port}/postgres"
    return f"postgresql://loopline@/postgres?host={home}"
