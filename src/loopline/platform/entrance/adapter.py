"""How allauth behaves here: nobody signs up by themselves, and its one mail goes out by our mailer."""

import logging
from typing import Any
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest
from django.utils import timezone

from loopline.platform.entrance import jobs
from loopline.platform.jobs.queue import enqueue
from loopline.platform.notify import post

log = logging.getLogger("loopline.entrance")


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Closed sign-up: people come in by invitation or by an owner's `init`."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        return "/"

    def add_message(self, *args: Any, **kwargs: Any) -> None:
        """allauth's own messages say nothing the page does not show."""

    def get_reset_password_from_key_url(self, key: str) -> str:
        """On our own address: the request's Host is whatever somebody chose to send."""
        return post.absolute(urlsplit(super().get_reset_password_from_key_url(key)).path)

    def send_password_reset_mail(
        self, user: AbstractBaseUser, email: str, context: dict[str, Any]
    ) -> None:
        """Behind the page, so that known and unknown addresses take alike; the link is made when it leaves."""
        enqueue(jobs.send_reset, now=timezone.now(), user_id=user.pk)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Nothing else is sent: its other mails belong to ways of signing up that are closed here."""
        log.warning("mail %s not sent", template_prefix)

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        # allauth counts per host and address, and a guesser chooses the Host header freely
        return str(credentials.get("email") or credentials.get("username") or "").strip().lower()
