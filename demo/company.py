"""Oakrow itself: its settings, its people and its teams."""

from demo.context import Context
from demo.oakrow.people import PEOPLE, SQUADS, email
from loopline.platform.entrance import services as entrance
from loopline.platform.identity.actor import Actor
from loopline.platform.identity.models import User
from loopline.platform.settings import options

SIGN_INS = 5  # so many of the people can sign in


def sign_ins() -> list[dict[str, str]]:
    """Who can sign in, one a role: role, email, password, name."""
    return [
        {"role": role, "email": email(name), "password": f"{role}-of-oakrow", "name": name}
        for name, _, role, _ in PEOPLE[:SIGN_INS]
    ]


def here() -> bool:
    """Whether this home has them already."""
    first, *_ = PEOPLE
    return User.objects.filter(email=email(first[0]), sample=True, is_active=True).exists()


def load(w: Context) -> None:
    """Name the company and let its people in; the first five get a password."""
    system, start = Actor.system("Loopline"), w.at(366)
    options.change(
        actor=system,
        values={
            "name": "Oakrow", "currency": "EUR", "zone": "Europe/Berlin", "reply_to_askers": False,
            "reply_to_colleagues": False,
        },
        now=start,
    )  # fmt: skip
    for i, (name, title, role, _squad) in enumerate(PEOPLE):
        password = f"{role}-of-oakrow" if i < SIGN_INS else ""
        w.people[name] = entrance.add_person(
            actor=system, email=email(name), name=name, role=role, title=title, password=password, sample=True,
            now=start,
        )  # fmt: skip
    for squad in SQUADS:
        members = [w.people[n] for n, _, _, s in PEOPLE if s == squad]
        entrance.set_team(actor=system, name=squad, member_ids=members, sample=True, now=start)
