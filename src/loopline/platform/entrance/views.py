"""Coming in: sign-in links and invitations. And one's own account."""

from typing import Any

from allauth.account.internal.flows.login import record_authentication
from django.contrib.auth import login, update_session_auth_hash
from django.http import HttpRequest, HttpResponse

from loopline.core.problems import Invalid, Problem
from loopline.platform.entrance import services
from loopline.platform.identity.models import User
from loopline.platform.ui.pages import go, now_in, render, signed_in, toast

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def _sign_in(request: HttpRequest, user: User, how: str) -> None:
    login(request, user, backend=BACKEND)
    record_authentication(request, user, method=how)


def enter(request: HttpRequest, token: str) -> HttpResponse:
    """A single-use sign-in link. Opening it uses nothing up, so that mail scanners cannot."""
    if request.method != "POST":
        return render(request, "entrance/enter.html", {"token": token, "title": "Sign in"})
    user = services.use_sign_in_link(plain=token, now=now_in(request))
    _sign_in(request, user, "link")
    return go(request, "/")


def join(request: HttpRequest, token: str) -> HttpResponse:
    """An invitation: choose a name and a password."""
    now = now_in(request)
    found = services.invitation(plain=token, now=now)
    context: dict[str, Any] = {
        "invitation": found,
        "errors": {},
        "values": request.POST,
        "title": "Join",
    }
    if request.method != "POST":
        return render(request, "entrance/join.html", context)
    try:
        user = services.accept_invitation(
            plain=token,
            name=request.POST.get("name", ""),
            password=request.POST.get("password", ""),
            now=now,
        )
    except Invalid as wrong:
        return render(request, "entrance/join.html", context | {"errors": wrong.errors}, 422)
    _sign_in(request, user, "invitation")
    return go(request, "/")


def account(request: HttpRequest) -> HttpResponse:
    """Name, title and password; two-factor and passkeys are allauth's pages."""
    actor, now = signed_in(request, "line.read"), now_in(request)
    user = User.objects.get(pk=actor.user_id or 0)
    errors: dict[str, str] = {}
    if request.method == "POST":
        try:
            if request.POST.get("password"):
                if not user.check_password(request.POST.get("current", "")):
                    raise Invalid(current="This is not your present password.")
                services.set_password(user_id=user.pk, password=request.POST["password"], now=now)
                user.refresh_from_db()
                update_session_auth_hash(request, user)
                toast(request, "Password changed")
            else:
                services.change_self(
                    actor=actor,
                    name=request.POST.get("name", ""),
                    title=request.POST.get("title", ""),
                    now=now,
                )
                toast(request, "Saved")
            return go(request, "/settings/account")
        except Problem as wrong:
            errors = dict(wrong.errors) if isinstance(wrong, Invalid) else {"name": wrong.sentence}
    context = {"me": user, "errors": errors, "here": "Your account", "title": "Your account"}
    return render(request, "entrance/account.html", context, 422 if errors else 200)
