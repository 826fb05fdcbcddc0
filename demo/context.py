"""What every area of the sample shares: the clock, the dice, who acts, and what was made so far."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from demo.oakrow import SEED
from demo.oakrow.accounts import SampleAccount
from loopline.platform.identity.actor import Actor, Via
from loopline.platform.identity.models import User
from loopline.platform.identity.queries import actor_for

OWNERS = {  # who answers for a squad's opportunities and bets
    "Scheduling": "Tomas Lindgren",
    "Payroll": "Priya Raman",
    "Platform": "Hanna Sørensen",
}
Act = Callable[[], object]


@dataclass
class Context:
    """Handed to every area's `load`. Ids are by name where the sample has a name, else by the place in its list."""

    now: datetime
    rng: random.Random = field(default_factory=lambda: random.Random(SEED))
    people: dict[str, int] = field(default_factory=dict)
    accounts: list[SampleAccount] = field(default_factory=list)
    account_ids: list[int] = field(default_factory=list)
    contacts: list[list[tuple[str, str, str]]] = field(default_factory=list)
    """By account: (name, e-mail, persona)."""
    opportunities: dict[int, int] = field(default_factory=dict)
    bets: dict[int, int] = field(default_factory=dict)
    metrics: dict[str, int] = field(default_factory=dict)
    reports: dict[str, int] = field(default_factory=dict)
    investigations: dict[str, int] = field(default_factory=dict)
    actions: dict[int, int] = field(default_factory=dict)
    linked: set[int] = field(default_factory=set)
    asked: dict[int, list[int]] = field(default_factory=dict)
    passed: random.Random | None = None
    acts: list[tuple[datetime, int, Act]] = field(default_factory=list)

    def at(self, days: float, hour: float = 10.0) -> datetime:
        """A moment `days` before the seeding day at an hour, never in the future."""
        moment = self.now.replace(hour=0, minute=0, second=0, microsecond=0)
        moment += timedelta(days=-days, hours=hour)
        return min(moment, self.now - timedelta(minutes=5))

    def plan(self, when: datetime, act: Act) -> None:
        """Have something done in its turn, among all that the areas plan."""
        self.acts.append((when, len(self.acts), act))

    def play(self) -> None:
        """Do everything planned, in the order it happened."""
        for _, _, act in sorted(self.acts, key=lambda each: (each[0], each[1])):
            act()
        self.acts.clear()

    def actor(self, name: str) -> Actor:
        """One of Oakrow's people, acting in the browser."""
        return actor_for(User.objects.get(pk=self.people[name]), Via.WEB)

    def dice(self, area: str) -> random.Random:
        """An area's own chance, the same every time, so that a new area changes nothing in the others."""
        return random.Random(f"{SEED}:{area}")
