"""The actor every service takes first: who acts, with which role, through which door."""

from dataclasses import dataclass, replace
from enum import StrEnum


class Role(StrEnum):
    """What a person is here. Each role may do everything the one before it may."""

    VIEWER = "viewer"  # reads
    MEMBER = "member"  # gives feedback, comments, owns actions and work
    PRODUCT = "product"  # runs the loop
    ADMIN = "admin"  # people, connections, settings
    OWNER = "owner"  # everything, also what cannot be undone

    @property
    def rank(self) -> int:
        return list(Role).index(self)


class Via(StrEnum):
    WEB = "web"
    API = "api"
    CLI = "cli"
    MCP = "mcp"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Actor:
    """`scopes` None means everything the role may; otherwise names like `feedback:write` or `read`."""

    role: Role
    via: Via
    user_id: int | None = None
    name: str = ""
    email: str = ""
    token_id: int | None = None
    scopes: frozenset[str] | None = None

    @classmethod
    def system(cls, name: str = "Loopline") -> "Actor":
        """The product itself: handlers, schedules, seeding."""
        return cls(role=Role.OWNER, via=Via.SYSTEM, name=name)

    @property
    def initials(self) -> str:
        words = [w for w in self.name.replace("@", " ").split() if w]
        return "".join(w[0] for w in words[:2]).upper() or "–"

    def through(self, via: Via) -> "Actor":
        return replace(self, via=via)
