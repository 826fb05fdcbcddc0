"""A home: the one directory that holds a company's database, keys, uploads and backups."""

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit


@dataclass(frozen=True)
class Home:
    """Paths and keys under one directory; folders are made when first asked for."""

    path: Path
    env: Mapping[str, str]

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> "Home":
        return cls(Path(env.get("LOOPLINE_HOME", "./var")).expanduser().resolve(), env)

    def folder(self, name: str = "") -> Path:
        # ours alone: the database holds sessions, and whoever can read those is signed in
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder = self.path / name
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    @property
    def database_file(self) -> Path:
        return self.path / "loopline.sqlite3"

    def secret_key(self) -> str:
        """The signing key: from the environment, else made once and kept with mode 600."""
        given = self.env.get("LOOPLINE_SECRET_KEY")
        if given:
            return given
        file = self.folder() / "secret_key"
        if not file.exists():
            fresh = file.with_suffix(f".{os.getpid()}")
            fd = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(fd, "w") as out:
                out.write(secrets.token_urlsafe(48))
            try:
                os.link(fresh, file)  # the first process to get here wins, the others read its key
            except FileExistsError:
                pass
            finally:
                fresh.unlink()
        return file.read_text().strip()


def database(home: Home, *, testing: bool = False) -> dict[str, Any]:
    """Django's DATABASES entry from LOOPLINE_DATABASE_URL: sqlite:///FILE or postgresql://..."""
    url = home.env.get("LOOPLINE_DATABASE_URL", "")
    if url.startswith(("postgres://", "postgresql://")):
        parts = urlsplit(url)
        query = dict(p.split("=", 1) for p in parts.query.split("&") if "=" in p)
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": unquote(parts.path.lstrip("/")),
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            "HOST": unquote(query.get("host", "") or parts.hostname or ""),
            "PORT": str(parts.port or ""),
            "CONN_MAX_AGE": 600,
            "CONN_HEALTH_CHECKS": True,
        }
    file = url.removeprefix("sqlite:///") if url.startswith("sqlite:///") else home.database_file
    home.folder()
    durable = "OFF" if testing else "FULL"
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(file),
        "CONN_MAX_AGE": 0 if testing else None,
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 30,
            "init_command": (
                f"PRAGMA journal_mode=WAL;PRAGMA synchronous={durable};PRAGMA cache_size=-8192;"
                "PRAGMA mmap_size=134217728;PRAGMA temp_store=MEMORY;"
            ),
        },
    }
