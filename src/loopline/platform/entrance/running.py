"""Pages for those who run the place: settings, people, tokens, audit, jobs."""

from typing import Any

from django.http import HttpRequest, HttpResponse

from loopline.core.problems import Invalid, Missing, Problem
from loopline.platform.audit import queries as audit
from loopline.platform.entrance import services
from loopline.platform.identity import queries as identity
from loopline.platform.identity.actor import Role
from loopline.platform.identity.policy import may
from loopline.platform.jobs import queries as jobs
from loopline.platform.settings import options
from loopline.platform.ui.pages import go, now_in, render, signed_in, toast

ROLES = [(r.value, r.value.capitalize()) for r in Role]


def _tabs(request: HttpRequest, here: str) -> list[tuple[str, str, bool, str]]:
    actor = getattr(request, "actor", None)
    pages = [
        ("Company", "/settings", "settings.read"), ("People", "/settings/people", "people.read"),
        ("Tokens", "/settings/tokens", "token.read"), ("Audit", "/settings/audit", "audit.read"),
        ("Jobs", "/settings/jobs", "jobs.read"),
    ]  # fmt: skip
    return [(label, href, href == here, "") for label, href, needs in pages if may(actor, needs)]


def _context(request: HttpRequest, here: str) -> dict[str, Any]:
    return {
        "tabs_of": _tabs(request, here),
        "here": "Settings",
        "group": "Foot",
        "title": "Settings",
    }


def settings(request: HttpRequest) -> HttpResponse:
    """The company and every option, each with what it does."""
    actor = signed_in(request, "settings.read")
    space = options.workspace()
    errors: dict[str, str] = {}
    if request.method == "POST":
        names = request.POST.getlist("known")
        values = {n: request.POST.get(n, "") for n in names}
        try:
            options.change(actor=actor, values=values, now=now_in(request))
            toast(request, "Saved")
            return go(request, "/settings")
        except Problem as wrong:
            errors = dict(wrong.errors) if isinstance(wrong, Invalid) else {"name": wrong.sentence}
    rows = [
        (o, space.switches.get(o.key, o.default), may(actor, o.needs))
        for o in options.options().values()
    ]
    context = _context(request, "/settings") | {
        "space": space, "rows": rows, "errors": errors, "changes": may(actor, "settings.change"),
    }  # fmt: skip
    return render(request, "entrance/settings.html", context, 422 if errors else 200)


def people(request: HttpRequest) -> HttpResponse:
    """Who is here with which role; invite, change, deactivate."""
    actor, now = signed_in(request, "people.read"), now_in(request)
    context = _context(request, "/settings/people") | {"link": "", "error": "", "roles": ROLES}
    status = 200
    if request.method == "POST":
        signed_in(request, "people.invite")
        try:
            made = services.invite(
                actor=actor,
                email=request.POST.get("email", ""),
                role=request.POST.get("role", "member"),
                now=now,
            )
            context["link"] = f"{request.scheme}://{request.get_host()}/join/{made.value}"
        except Problem as wrong:
            context["error"], status = wrong.sentence, 422
    invites = may(actor, "people.invite")
    context |= {
        "people_": identity.people(actor=actor, active_only=False), "changes": may(actor, "people.change"),
        "invites": invites, "open": identity.open_invitations(actor=actor, now=now) if invites else [],
    }  # fmt: skip
    return render(request, "entrance/people.html", context, status)


def person_do(request: HttpRequest, user_id: int, verb: str) -> HttpResponse:
    """Change a role, deactivate or bring back, or make a sign-in link."""
    actor, now = signed_in(request, "people.change"), now_in(request)
    if request.method != "POST":
        raise Missing("page")
    if verb == "role":
        services.change_role(
            actor=actor, user_id=user_id, role=request.POST.get("role", ""), now=now
        )
        toast(request, "Role changed")
    elif verb in ("deactivate", "activate"):
        services.set_active(actor=actor, user_id=user_id, active=verb == "activate", now=now)
        toast(request, "Changed")
    elif verb == "link":
        plain = services.sign_in_link(actor=actor, user_id=user_id, now=now)
        context = _context(request, "/settings/people") | {
            "link": f"{request.scheme}://{request.get_host()}/enter/{plain}",
        }  # fmt: skip
        return render(request, "entrance/link.html", context)
    else:
        raise Missing("page")
    return go(request, "/settings/people")


def invitation_withdraw(request: HttpRequest, invitation_id: int) -> HttpResponse:
    actor = signed_in(request, "people.invite")
    if request.method != "POST":
        raise Missing("page")
    services.withdraw_invitation(actor=actor, invitation_id=invitation_id, now=now_in(request))
    return go(request, "/settings/people")


def tokens(request: HttpRequest) -> HttpResponse:
    """API tokens; a new one is shown once."""
    actor, now = signed_in(request, "token.read"), now_in(request)
    context = _context(request, "/settings/tokens") | {"made": None, "error": "", "roles": ROLES}
    status = 200
    if request.method == "POST":
        days = request.POST.get("days", "")
        scopes = [s.strip() for s in request.POST.get("scopes", "").split(",") if s.strip()]
        try:
            context["made"] = services.create_token(
                actor=actor, name=request.POST.get("name", ""), role=request.POST.get("role", "viewer"),
                scopes=scopes or None, days=int(days) if days.isdecimal() and len(days) < 5 else None, now=now,
            )  # fmt: skip
        except Problem as wrong:
            context["error"], status = wrong.sentence, 422
    context["rows"] = identity.tokens(actor=actor)
    return render(request, "entrance/tokens.html", context, status)


def token_revoke(request: HttpRequest, token_id: int) -> HttpResponse:
    actor = signed_in(request, "token.read")
    if request.method != "POST":
        raise Missing("page")
    services.revoke_token(actor=actor, token_id=token_id, now=now_in(request))
    toast(request, "Revoked; it no longer opens anything")
    return go(request, "/settings/tokens")


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 18 else None


def audit_page(request: HttpRequest) -> HttpResponse:
    """Everything that was changed, by whom and through which door."""
    actor = signed_in(request, "audit.read")
    g = request.GET
    found = audit.entries(
        actor=actor, action=g.get("action", ""), person=_number(g.get("person", "")), via=g.get("via", ""),
        object_type=g.get("type", ""), before_id=_number(g.get("before", "")), limit=51,
    )  # fmt: skip
    kept = "&".join(f"{k}={g[k]}" for k in ("action", "person", "via", "type") if g.get(k))
    context = _context(request, "/settings/audit") | {
        "entries": found[:50],
        "more": f"/settings/audit?{kept}&before={found[49].id}" if len(found) > 50 else "",
        "values": g,
        "people_": identity.people_choices(),
        "changed": {
            e.id: [(k, e.before.get(k), e.after.get(k)) for k in {**e.before, **e.after}][:6]
            for e in found[:50]
        },
    }
    return render(request, "entrance/audit.html", context)


def jobs_page(request: HttpRequest) -> HttpResponse:
    """What runs in the background, and what failed for good."""
    actor = signed_in(request, "jobs.read")
    if request.method == "POST":
        jobs.retry(
            actor=actor, job_id=_number(request.POST.get("job", "")) or 0, now=now_in(request)
        )
        toast(request, "It runs again")
        return go(request, "/settings/jobs")
    context = _context(request, "/settings/jobs") | {
        "counted": jobs.counts(), "dead": jobs.jobs(actor=actor, state="dead"),
        "waiting": jobs.jobs(actor=actor, state="ready"), "retries": may(actor, "jobs.retry"),
    }  # fmt: skip
    return render(request, "entrance/jobs.html", context)
