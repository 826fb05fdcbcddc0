"""The mail that lets somebody set a new password. Its link is never stored: it is made when it leaves."""

import logging

from allauth.account import app_settings
from allauth.account.utils import user_pk_to_url_str
from django.tasks import task
from django.urls import reverse
from django.utils import timezone

from loopline.platform.egress.letter import MailRefused, Message
from loopline.platform.egress.mail import MailDeferred
from loopline.platform.identity.models import User
from loopline.platform.notify import post
from loopline.platform.settings.options import workspace

log = logging.getLogger("loopline.entrance")
TEXT = """Hello {name},

somebody, most likely you, asked to set a new password for {email} at {company}:

{link}

If it was not you, do nothing: your password stays as it is.
"""


@task(queue_name="io")
def send_reset(user_id: int) -> None:
    """Write to one person. A server that does not take it now is tried again by the queue."""
    user = User.objects.filter(pk=user_id, is_active=True).first()
    mailer = post.mailer()
    if user is None or mailer is None or not post.may_send():
        log.warning("password reset not mailed: no mail server, sending is off, or nobody is there")
        return
    key = app_settings.PASSWORD_RESET_TOKEN_GENERATOR().make_token(user)
    path = reverse(
        "account_reset_password_from_key", kwargs={"uidb36": user_pk_to_url_str(user), "key": key}
    )
    company = workspace().name
    text = TEXT.format(name=user.name, email=user.email, company=company, link=post.absolute(path))
    message = Message(to=user.email, subject=f"A new password for {company}", text=text)
    try:
        mailer.send(message, now=timezone.now())
    except MailRefused as refused:
        log.warning("password reset refused by the mail server: %s", refused.sentence)
    except MailDeferred as later:
        if not later.uncertain:
            raise
