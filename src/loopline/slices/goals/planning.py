"""The plan of a quarter as plain values: capacity, load, what needs what; and the doors later slices fill.

Bets and work live in later slices. They register here how they are read and how a decided change is applied.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, Protocol

from loopline.platform.identity.actor import Actor
from loopline.slices.goals.rules import label

LIVE = ("proposed", "committed", "in_progress")  # states of a bet that still asks for people
ENDED = ("shipped", "confirmed", "pivoted", "sunset", "declined")
DAYS_A_WEEK = 5
_HORIZONS = {"now": 0, "next": 1, "later": 2}
Receipt = dict[str, Any]


@dataclass(frozen=True, slots=True)
class PlannedBet:
    """A bet as a plan sees it: `weeks` are person-weeks by team, `needs` bets that have to come first."""

    id: int
    key: str
    title: str
    state: str
    horizon: str = "later"
    position: float = 0.0
    quarter: str = ""
    paused: bool = False
    squad: str = ""
    owner_id: int | None = None
    owner: str = ""
    key_result_id: int | None = None
    opportunity_id: int | None = None
    weeks: Mapping[str, float] = field(default_factory=dict)
    needs: tuple[int, ...] = ()
    version: int = 0
    ended_at: datetime | None = None

    @property
    def url(self) -> str:
        return f"/bets/{self.id}"

    @property
    def total(self) -> float | None:
        """Person-weeks of all teams; None where nobody estimated."""
        return sum(self.weeks.values()) if self.weeks else None

    @property
    def live(self) -> bool:
        return self.state in LIVE and not self.paused

    def asks(self, team: str) -> bool:
        return team in self.weeks


@dataclass(frozen=True, slots=True)
class BetMove:
    """What a decided change does to one bet: pause, drop, move or add. `bet_id` None makes a new one."""

    row: int
    action: str
    bet_id: int | None
    title: str
    horizon: str
    quarter: str
    weeks: Mapping[str, float]
    reason: str
    squad: str = ""
    key_result_id: int | None = None


@dataclass(frozen=True, slots=True)
class Waiting:
    """An account that asked for a bet, with what it is worth; `deal` is the open deal that hangs on it."""

    bet_id: int
    account_id: int
    account: str
    worth: Decimal | None
    currency: str
    stage: str
    owner_id: int | None
    times: int
    deal_id: int | None = None
    deal: str = ""


@dataclass(frozen=True, slots=True)
class PausedWork:
    """Work under way for a bet; `outside` is its tracker's address where it is kept elsewhere."""

    id: int
    key: str
    title: str
    state: str
    bet_id: int
    outside: str = ""


class Source(Protocol):
    """How bets are read and planned; the roadmap fills it."""

    def bets(self, ids: Iterable[int] | None = None) -> list[PlannedBet]: ...
    def of_key_results(self, ids: Iterable[int]) -> list[PlannedBet]: ...
    def waiting(self, bet_ids: Sequence[int], now: datetime) -> list[Waiting]: ...
    def plan(
        self, *, actor: Actor, bet_id: int, quarter: str | None, weeks: Mapping[str, float | None], now: datetime
    ) -> None: ...  # fmt: skip


class _NoBets:
    def bets(self, ids: Iterable[int] | None = None) -> list[PlannedBet]:
        return []

    def of_key_results(self, ids: Iterable[int]) -> list[PlannedBet]:
        return []

    def waiting(self, bet_ids: Sequence[int], now: datetime) -> list[Waiting]:
        return []

    def plan(
        self, *, actor: Actor, bet_id: int, quarter: str | None, weeks: Mapping[str, float | None], now: datetime
    ) -> None:  # fmt: skip
        return None


Apply = Callable[[Actor, Sequence[BetMove], datetime], list[Receipt]]
Revert = Callable[[Actor, Sequence[Receipt], datetime], None]


@dataclass(frozen=True, slots=True)
class Handler:
    """`apply` changes what is this slice's and answers how to take each back; `revert` takes them back.

    Both run in the transaction of the decision. `revert` raises Conflict where a thing moved on since.
    """

    apply: Apply
    revert: Revert


_SOURCE: list[Source] = [_NoBets()]
_WORK: list[Callable[[Sequence[int]], list[PausedWork]]] = []
_HANDLERS: dict[str, Handler] = {}


def provide_bets(source: Source) -> None:
    _SOURCE[:] = [source]


def source() -> Source:
    return _SOURCE[0]


def provide_work(of_bets: Callable[[Sequence[int]], list[PausedWork]]) -> None:
    _WORK[:] = [of_bets]


def work_of(bet_ids: Sequence[int]) -> list[PausedWork]:
    """Unfinished work of these bets; empty while no slice keeps work."""
    return _WORK[0](bet_ids) if _WORK and bet_ids else []


def on_decide(name: str, handler: Handler) -> None:
    """Register how a slice applies a change of direction; they run in the order of registration."""
    _HANDLERS[name] = handler


def handlers() -> Mapping[str, Handler]:
    return dict(_HANDLERS)


@dataclass(frozen=True, slots=True)
class TeamLoad:
    """`room` and `load` in person-weeks; `room` None while nobody said how many people there are."""

    team: str
    room: float | None
    load: float
    unestimated: int = 0

    @property
    def over(self) -> float | None:
        """Person-weeks beyond the room; None within it, or where the room is unknown."""
        if self.room is None or self.load <= self.room + 1e-9:
            return None
        return self.load - self.room


def room(people: float, weeks: float, days_away: float) -> float:
    """Person-weeks a team has: people by weeks, less the days they are away."""
    return max(people * weeks - days_away / DAYS_A_WEEK, 0.0)


def loads(
    bets: Iterable[PlannedBet], rooms: Mapping[str, float | None], squads: Iterable[str] = ()
) -> list[TeamLoad]:
    """What live bets ask of each team beside the room it has; a bet without an estimate counts for its squad."""
    live = [b for b in bets if b.live]
    teams = sorted({*rooms, *squads, *(t for b in live for t in b.weeks)})
    return [
        TeamLoad(
            team, rooms.get(team), sum(b.weeks.get(team, 0.0) for b in live),
            sum(not b.weeks and b.squad == team for b in live),
        )
        for team in teams
    ]  # fmt: skip


def cycles(needs: Mapping[int, Sequence[int]]) -> list[tuple[int, ...]]:
    """Rings of objects that need one another, each once, from its smallest id on; Tarjan's components."""
    index: dict[int, int] = {}
    low: dict[int, int] = {}
    stack: list[int] = []
    out: list[tuple[int, ...]] = []

    def close(node: int) -> None:
        ring: list[int] = []
        while not ring or ring[-1] != node:
            ring.append(stack.pop())
        if len(ring) > 1 or node in needs.get(node, ()):
            out.append(_ring(ring, needs))

    for root in sorted(needs):
        if root in index:
            continue
        index[root] = low[root] = len(index)
        stack.append(root)
        path = [(root, iter(needs.get(root, ())))]
        while path:
            node, following = path[-1]
            child = next(following, None)
            if child is None:
                path.pop()
                if path:
                    low[path[-1][0]] = min(low[path[-1][0]], low[node])
                if low[node] == index[node]:
                    close(node)
            elif child not in index:
                index[child] = low[child] = len(index)
                stack.append(child)
                path.append((child, iter(needs.get(child, ()))))
            elif child in stack:
                low[node] = min(low[node], index[child])
    return sorted(out)


def _ring(members: Sequence[int], needs: Mapping[int, Sequence[int]]) -> tuple[int, ...]:
    """One way round through a component, from its smallest member: the shortest walk that comes back."""
    first, inside = min(members), set(members)
    came: dict[int, int] = {}
    queue = [first]
    for node in queue:
        for child in needs.get(node, ()):
            if child == first:
                walk = [node]
                while walk[-1] != first:
                    walk.append(came[walk[-1]])
                return tuple(reversed(walk))
            if child in inside and child not in came:
                came[child] = node
                queue.append(child)
    return (first,)


def _place(bet: PlannedBet) -> tuple[str, int, float, int]:
    return (bet.quarter or "9999", _HORIZONS.get(bet.horizon, 2), bet.position, bet.id)


def troubles(bets: Sequence[PlannedBet]) -> list[tuple[str, int]]:
    """What does not fit in the order of bets that need one another: sentences, each with the bet it is about."""
    known = {b.id: b for b in bets}
    needs = {b.id: [n for n in b.needs if n in known] for b in bets}
    rings = cycles(needs)
    ringed = {(a, b) for ring in rings for a, b in zip(ring, (*ring[1:], ring[0]), strict=True)}
    out = [
        (" needs ".join(f"“{known[i].title}”" for i in (*ring, ring[0])) + ": none can come first.", ring[0])
        for ring in rings
    ]  # fmt: skip
    for b in sorted(bets, key=_place):
        if not b.live or not b.quarter:
            continue
        for n in needs[b.id]:
            first = known[n]
            if (b.id, n) in ringed:
                continue
            said = _late(b, first)
            if said:
                out.append((f"“{b.title}” needs “{first.title}”, {said}.", b.id))
    return out


def _late(bet: PlannedBet, first: PlannedBet) -> str:
    if first.state == "declined":
        return "which was declined"
    if first.state in ENDED:
        return ""
    if first.paused:
        return "which is paused"
    if not first.quarter:
        return "which is in no quarter yet"
    if first.quarter > bet.quarter:
        return (
            f"which is built later, in {label(first.quarter)}; it is needed in {label(bet.quarter)}"
        )
    if _place(first) > _place(bet):
        return "which comes after it in the order of the same quarter"
    return ""
