"""The doors to the outside, made from the environment once a process."""

import os
from functools import lru_cache
from pathlib import Path

from django.conf import settings

from loopline.platform.egress.client import EgressClient
from loopline.platform.egress.letter import Message
from loopline.platform.egress.mail import Mailer
from loopline.platform.egress.policy import policy_from_env
from loopline.platform.notify.folder import FolderMailer
from loopline.platform.settings.options import value


@lru_cache(maxsize=1)
def client() -> EgressClient:
    """The one client for outgoing requests; it cannot be led to internal addresses."""
    return EgressClient(policy_from_env(os.environ))


def mailer() -> Mailer | FolderMailer | None:
    """The mail server of LOOPLINE_SMTP_URL, a folder for `file:///path`; None where none is set."""
    url = os.environ.get("LOOPLINE_SMTP_URL", "")
    if url.startswith("file://"):
        return FolderMailer(Path(url.removeprefix("file://")))
    return Mailer.from_url(url) if url else None


def may_send() -> bool:
    """Whether anything may leave at all."""
    return bool(value("sending"))


def absolute(path: str) -> str:
    """An address as people outside need it."""
    return f"{settings.BASE_URL}{path}"


__all__ = ["Message", "absolute", "client", "mailer", "may_send"]
