"""Ordered and strict funnels as window SQL: the same chains as core.insights.chains, one row an instant.

Events of one actor and time become one row, so nothing is tied. A chain's steps k..r of equal time form its last
stretch; the rest of the chain is the latest that reached step r-1 before. Starts and all other times of the latest
chain never go back from one instant to the next, so each is a running maximum. Among the stretches a step may close
the longest gives the latest chain. Columns: `n{k}_{i}` is the time of step i in the chain that reaches step k here,
`p{k}_{i}` that of the latest chain that reached k before; `n{k}_x{g}` is the first event of gate g behind the step
after which the gate shuts.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from loopline.core.insights.ir import Funnel, Match, Order
from loopline.warehouse.portable.boards import carried, may_start

FAR = 2**62
BEFORE = "rows between unbounded preceding and 1 preceding"
BEHIND = "rows between 1 following and unbounded following"


@dataclass(frozen=True, slots=True)
class Chains:
    """SQL of one funnel over `source`, rows of (KEYS, ts, s1.., g1..) that need not be distinct."""

    question: Funnel
    keys: str  # columns an actor is told by, with commas
    periods: bool = False  # whether chains start between `lo` and `hi` alone

    @property
    def count(self) -> int:
        return len(self.question.steps)

    def parts(self, source: str) -> dict[str, str]:
        """Named parts, the last `reached`: KEYS, level, t1.. (null where not reached); one row an actor."""
        parts = {"instants": self._instants(source), "board": self._board()}
        drops = bool(self.question.exclude) and self.question.exclusion == "person"
        parts |= self._merge("c", gated=bool(self.question.exclude))
        if drops:
            parts |= self._merge("o", gated=False)
        parts["ends"] = self._ends("c", owing=drops)
        if drops:
            parts["whole"] = self._ends("o", owing=False)
        parts["reached"] = self._reached(drops=drops)
        return parts

    # one row an instant

    def _instants(self, source: str) -> str:
        flags = [f"s{k}" for k in range(1, self.count + 1)]
        flags += [f"g{g}" for g in range(1, len(self.question.exclude) + 1)]
        flags += carried(self.question, periods=self.periods)
        picked = ", ".join(f"max({flag}) as {flag}" for flag in flags)
        return f"select {self.keys}, ts, {picked} from {source} group by {self.keys}, ts"

    def _over(self, frame: str) -> str:
        return f"over (partition by {self.keys} order by ts {frame})"

    def _board(self) -> str:
        picked = ["*"]
        for g in range(1, len(self.question.exclude) + 1):
            hit = f"min(case when g{g} = 1 then ts end) {self._over(BEHIND)}"
            picked.append(f"coalesce({hit}, {FAR}) as x{g}")
        if self.question.order is Order.STRICT:
            picked.append(f"max(ts) {self._over(BEFORE)} as before_ts")
        return f"select {', '.join(picked)} from instants"

    # levels

    def _merge(self, name: str, *, gated: bool) -> dict[str, str]:
        """Parts NAME1..NAMEn, each with the nodes of one more level."""
        first = f"s1 = 1 and {may_start(self.question, periods=self.periods)}"
        columns = self._columns(1, gated=gated)
        picked = [
            f"case when {first} then {'ts' if c == '1' else c} end as n1_{c}" for c in columns
        ]
        parts = {f"{name}1": f"select *, {', '.join(picked)} from board"}
        for k in range(2, self.count + 1):
            before = self._columns(k - 1, gated=gated)
            seen = ", ".join(
                f"max(n{k - 1}_{c}) {self._over(BEFORE)} as p{k - 1}_{c}" for c in before
            )
            parts[f"{name}{k}p"] = f"select *, {seen} from {name}{k - 1}"
            parts[f"{name}{k}r"] = (
                f"select *, {self._stretch(k, first, gated=gated)} as r{k} from {name}{k}p"
            )
            nodes = ", ".join(
                f"{self._time(k, c)} as n{k}_{c}" for c in self._columns(k, gated=gated)
            )
            parts[f"{name}{k}"] = f"select *, {nodes} from {name}{k}r"
        return parts

    def _columns(self, k: int, *, gated: bool) -> list[str]:
        gates = [f"x{g}" for g, gate in enumerate(self.question.exclude, 1) if gate.after_step <= k]
        return [str(i) for i in range(1, k + 1)] + (gates if gated else [])

    def _stretch(self, k: int, first: str, *, gated: bool) -> str:
        """The first step of the longest stretch that step k can close here; null where it cannot be reached."""
        cases = []
        for r in range(lowest(self.question.steps, k), k + 1):
            tests = [f"s{step} = 1" for step in range(r, k + 1)]
            if r == 1:
                tests[0] = first
            else:
                tests.append(f"ts - p{r - 1}_1 <= {self.question.window}")
                if self.question.order is Order.STRICT:
                    tests.append(f"p{r - 1}_{r - 1} = before_ts")
                if gated:
                    tests += [
                        f"p{r - 1}_x{g} >= ts"
                        for g, gate in enumerate(self.question.exclude, 1)
                        if gate.after_step < r <= gate.before_step <= k
                    ]
            cases.append(f"when {' and '.join(tests)} then {r}")
        return f"case {' '.join(cases)} end"

    def _time(self, k: int, column: str) -> str:
        """A column of the node at step k, from its own instant or the chain before its stretch."""
        if column.startswith("x"):
            after, here = self.question.exclude[int(column[1:]) - 1].after_step, column
        else:
            after, here = int(column), "ts"
        low = lowest(self.question.steps, k)
        cases = [f"when r{k} <= {after} then {here}"]
        cases += [
            f"when r{k} = {r} then p{r - 1}_{column}" for r in range(max(low, after + 1), k + 1)
        ]
        return f"case {' '.join(cases)} end"

    # the chain kept

    def _ends(self, name: str, *, owing: bool) -> str:
        """Per actor and level the chain that ends first."""
        picked = []
        for k in range(1, self.count + 1):
            tests = [
                f"n{k}_x{g} > n{k}_1 + {self.question.window}"
                for g, gate in enumerate(self.question.exclude, 1)
                if owing and gate.after_step <= k < gate.before_step
            ]
            for i in range(1, k + 1):
                node = f"n{k}_{i}"
                value = f"case when {' and '.join(tests)} then {node} end" if tests else node
                picked.append(f"min({value}) as e{k}_{i}")
        return (
            f"select {self.keys}, {', '.join(picked)} from {name}{self.count} group by {self.keys}"
        )

    def _reached(self, *, drops: bool) -> str:
        """The deepest level; with `drops` only of actors who would not have come deeper without exclusions."""
        levels = range(self.count, 0, -1)
        deepest = f"case {' '.join(f'when e{k}_1 is not null then {k}' for k in levels)} end"
        times = []
        for i in range(1, self.count + 1):
            cases = (
                f"when e{k}_1 is not null then {f'e{k}_{i}' if k >= i else 'null'}" for k in levels
            )
            times.append(f"case {' '.join(cases)} end as t{i}")
        some = " or ".join(f"e{k}_1 is not null" for k in levels)
        sql = f"select {self.keys}, {deepest} as level, {', '.join(times)} from ends where {some}"
        if not drops:
            return sql
        keys = [key.strip() for key in self.keys.split(",")]
        same = " and ".join(f"w.{key} = f.{key}" for key in keys)
        listed = [*keys, "level", *(f"t{i}" for i in range(1, self.count + 1))]
        return (
            f"select {', '.join(f'f.{column} as {column}' for column in listed)} from ({sql}) f join"
            f" (select {self.keys}, {deepest} as most from whole) w on {same} where f.level >= w.most"
        )


def later(steps: Sequence[Match]) -> tuple[int, ...]:
    """Per step the last earlier one (from 1, 0 none) an event could serve too: one of the same name, or of any."""
    return tuple(
        max(
            (
                earlier + 1
                for earlier in range(place)
                if step.event is None or steps[earlier].event in (None, step.event)
            ),
            default=0,
        )
        for place, step in enumerate(steps)
    )


def lowest(steps: Sequence[Match], k: int) -> int:
    """The first step that may share step k's instant: from it on, no two steps can be served by one event."""
    return max(earlier + 1 for earlier in later(steps)[:k])
