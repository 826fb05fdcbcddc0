"""The one policy: each action names the least role that may do it. What is not declared is denied."""

from collections.abc import Mapping

from loopline.core.problems import NotAllowed, NotSignedIn
from loopline.platform.identity.actor import Actor, Role

__all__ = ["Role", "actions", "allow", "declare", "may"]

_LEAST: dict[str, Role] = {}


def declare(rules: Mapping[str, Role]) -> None:
    """Add actions (`area.verb`) with the least role each needs. A second, other rule is a mistake."""
    for action, role in rules.items():
        if _LEAST.setdefault(action, role) != role:
            raise ValueError(f"{action} is declared twice with different roles")


def actions() -> Mapping[str, Role]:
    """Every declared action, for the documentation and the test that walks them."""
    return dict(_LEAST)


def _in_scope(actor: Actor, action: str) -> bool:
    if actor.scopes is None:
        return True
    area, verb = action.split(".", 1)
    kind = "read" if verb == "read" else "write"
    return not actor.scopes.isdisjoint(
        {kind, f"{area}:{kind}", f"{area}:write", "write"}
        if kind == "read"
        else {kind, f"{area}:{kind}"}
    )


def may(actor: Actor | None, action: str) -> bool:
    """Whether the actor may do this at all; for showing and hiding, and before a body is read."""
    least = _LEAST.get(action)
    return (
        actor is not None
        and least is not None
        and actor.role.rank >= least.rank
        and _in_scope(actor, action)
    )


def allow(actor: Actor | None, action: str) -> None:
    """Stop here unless the actor may. Raises NotSignedIn or NotAllowed with a sentence."""
    if actor is None:
        raise NotSignedIn("Sign in, or send a token with Authorization: Bearer.")
    if may(actor, action):
        return
    least = _LEAST.get(action)
    if least is None:
        raise NotAllowed(f"Nobody may do {action}: it has no rule.")
    if actor.role.rank >= least.rank:
        raise NotAllowed(
            f"This token's scopes do not include {action.split('.', maxsplit=1)[0]}:write."
        )
    raise NotAllowed(f"This needs the role {least}; yours is {actor.role}. An admin can change it.")
