"""Unordered funnels as SQL: the same windows as core.insights.windows.

A window opens at each instant that serves a step. Where no event can serve two steps, its k-th time is the k-th of the
steps' first times from there. Where one can, Hall's theorem gives it: k steps are served by different events as
soon as, for every set S of steps, at least k - (steps outside S) events that serve one of S lie inside.
"""

from dataclasses import dataclass

from loopline.core.insights.ir import BadQuestion, Funnel
from loopline.warehouse.portable.boards import carried, may_start
from loopline.warehouse.portable.chains import FAR, later
from loopline.warehouse.portable.dialects import Dialect

MOST_SHARED = 6
UPTO = "rows between unbounded preceding and 1 preceding"
ONWARD = "rows between current row and unbounded following"


@dataclass(frozen=True, slots=True)
class Windows:
    """SQL of one funnel over `source`, rows of (KEYS, ts, s1.., g1..), one an event."""

    question: Funnel
    keys: str
    dialect: Dialect
    periods: bool = False  # whether windows open between `lo` and `hi` alone

    @property
    def count(self) -> int:
        return len(self.question.steps)

    def parts(self, source: str) -> dict[str, str]:
        """Named parts, the last `reached` as in Chains."""
        shared = any(later(self.question.steps))
        parts = self._counted(source) if shared else self._following(source)
        place = "windows"
        for g in range(1, len(self.question.exclude) + 1):
            parts[f"probed{g}"] = self._probed(source, place, g)
            place = f"probed{g}"
        parts["judged"] = self._judged(place)
        parts["reached"] = self._reached()
        return parts

    def _over(self, frame: str, order: str = "ts") -> str:
        return f"over (partition by {self.keys} order by {order} {frame})"

    def _steps(self) -> range:
        return range(1, self.count + 1)

    def _any(self) -> str:
        return " or ".join(f"s{k} = 1" for k in self._steps())

    def _opens(self) -> str:
        return may_start(self.question, periods=self.periods)

    def _carried(self) -> str:
        return "".join(f", max({c}) as {c}" for c in carried(self.question, periods=self.periods))

    # times of each window

    def _following(self, source: str) -> dict[str, str]:
        flags = ", ".join(f"max(s{k}) as s{k}" for k in self._steps())
        until = f"ts + {self.question.window}"
        first = ", ".join(
            f"min(case when s{k} = 1 then ts end) {self._over(ONWARD)} as f{k}"
            for k in self._steps()
        )
        inside = [f"case when f{k} <= {until} then f{k} else {FAR} end" for k in self._steps()]
        return {
            "instants": f"select {self.keys}, ts, {flags}{self._carried()} from {source} where {self._any()}"
            f" group by {self.keys}, ts",
            "ahead": f"select *, {first}, case when {self._opens()} then 1 else 0 end as opens from instants",
            "listed": f"select {self.keys}, ts, {self.dialect.sorted_items(inside)} as times from ahead"
            " where opens = 1",
            "windows": f"select {self.keys}, ts, "
            + ", ".join(f"{self.dialect.item('times', str(k))} as h{k}" for k in self._steps())
            + " from listed",
        }

    def _counted(self, source: str) -> dict[str, str]:
        if self.count > MOST_SHARED:
            raise BadQuestion(
                f"more than {MOST_SHARED} steps in any order, two of which one event could serve,"
                " are beyond this database: use fewer steps or different events"
            )
        sets = {s: [k for k in self._steps() if s >> (k - 1) & 1] for s in range(1, 2**self.count)}
        serves = {s: " or ".join(f"s{k} = 1" for k in some) for s, some in sets.items()}
        here = ", ".join(f"{self.dialect.count_if(test)} as k{s}" for s, test in serves.items())
        before = ", ".join(
            f"cast(coalesce(sum(k{s}) {self._over(UPTO)}, 0) as bigint) as c{s}" for s in sets
        )
        lists = ", ".join(
            f"{self.dialect.listed(f'case when {test} then ts else {FAR} end')} as a{s}"
            for s, test in serves.items()
        )
        keys = [key.strip() for key in self.keys.split(",")]
        same = " and ".join(f"i.{key} = l.{key}" for key in keys)
        whole = ", ".join(f"i.{key} as {key}" for key in keys)
        until = f"ts + {self.question.window}"
        times = []
        for k in self._steps():
            reach = [
                f"coalesce({self.dialect.item(f'a{s}', f'c{s} + {k - self.count + len(some)}')}, {FAR})"
                for s, some in sets.items()
                if k - self.count + len(some) >= 1
            ]
            times.append(
                f"greatest({', '.join(reach)}) as w{k}" if len(reach) > 1 else f"{reach[0]} as w{k}"
            )
        return {
            "served": f"select * from {source} where {self._any()}",
            "instants": f"select {self.keys}, ts, {here}{self._carried()} from served group by {self.keys}, ts",
            "ahead": f"select *, {before}, case when {self._opens()} then 1 else 0 end as opens from instants",
            "lists": f"select {self.keys}, {lists} from served group by {self.keys}",
            "waits": f"select {whole}, i.ts as ts, {', '.join(times)} from ahead i join lists l on {same}"
            " where opens = 1",
            "windows": f"select {self.keys}, ts, "
            + ", ".join(
                f"case when w{k} <= {until} then w{k} else {FAR} end as h{k}" for k in self._steps()
            )
            + " from waits",
        }

    # exclusions

    def _probed(self, source: str, place: str, g: int) -> str:
        """The windows with `x{g}`: the first event of gate g behind the window's step it shuts after."""
        columns = ["ts", *(f"h{k}" for k in self._steps()), *(f"x{n}" for n in range(1, g))]
        since = f"h{self.question.exclude[g - 1].after_step}"
        blank = ", ".join(f"{self.dialect.nothing} as {column}" for column in columns)
        both = (
            f"select {self.keys}, {since} as moment, 0 as hit, {', '.join(columns)} from {place} union all"
            f" select {self.keys}, ts as moment, 1 as hit, {blank} from {source} where g{g} = 1"
        )
        over = self._over("range between 1 following and unbounded following", "moment")
        return (
            f"select {self.keys}, {', '.join(columns)}, x{g} from (select *,"
            f" coalesce(min(case when hit = 1 then moment end) {over}, {FAR}) as x{g} from ({both}) b) p"
            " where hit = 0"
        )

    def _judged(self, place: str) -> str:
        """Each window's own level, and the level that exclusions leave it."""
        own = " + ".join(f"case when h{k} < {FAR} then 1 else 0 end" for k in self._steps())
        drops = self.question.exclusion == "person"
        left = own
        for g, gate in enumerate(self.question.exclude, 1):
            known, done = f"h{gate.after_step} < {FAR}", f"h{gate.before_step} < {FAR}"
            hit = f"{known} and {done} and x{g} < h{gate.before_step}"
            if drops:
                owed = f"{known} and not ({done}) and x{g} <= h1 + {self.question.window}"
                left = f"case when ({hit}) or ({owed}) then 0 else {left} end"
            else:
                left = f"case when {hit} then least({left}, {gate.before_step - 1}) else {left} end"
        return f"select *, {own} as own, {left} as level from {place}"

    def _reached(self) -> str:
        last = " ".join(f"when {k} then h{k}" for k in self._steps())
        order = f"level desc, case level {last} else 0 end, h1 desc"
        whole = f"over (partition by {self.keys})"
        times = ", ".join(f"case when level >= {k} then h{k} end as t{k}" for k in self._steps())
        kept = (
            " and level >= most"
            if self.question.exclude and self.question.exclusion == "person"
            else ""
        )
        return (
            f"select {self.keys}, level, {times} from (select *, max(own) {whole} as most,"
            f" row_number() over (partition by {self.keys} order by {order}) as turn from judged) j"
            f" where turn = 1 and level > 0{kept}"
        )
