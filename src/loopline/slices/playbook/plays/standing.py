"""Where the workspace stands: what signs say now, and what all of them said in the last nightly look."""

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.tasks import task
from django.utils import timezone

from loopline.platform.blocks import registry
from loopline.platform.blocks.registry import Shown, thawed
from loopline.platform.db.once import reading
from loopline.platform.identity.actor import Actor
from loopline.platform.identity.policy import allow, may
from loopline.platform.settings.options import today
from loopline.platform.ui.formats import num, written
from loopline.slices.docs.pages import met
from loopline.slices.playbook.models import Reckoning
from loopline.slices.playbook.plays.mapping import Evidence, Play, Sign, plays, sign, signs

ACTOR = Actor.system("Playbook")
KEPT = 400  # days of numbers
WEEKS = 13
FOUND, NOTHING, UNMEASURED = "found", "nothing", "unmeasured"
WORDS = {
    FOUND: "Evidence found", NOTHING: "Nothing yet", UNMEASURED: "Not yet measured",
}  # fmt: skip
ABOUT_ITSELF = {
    "stage",
    "plays-standing",
    "practices-missing",
}  # they are read from the look itself


ONE = {"people": "person"}


def counted_in(value: float, unit: str) -> str:
    """1 page, 2 pages: the unit of a single thing without its plural."""
    if abs(value) == 1 and " " not in unit:
        unit = ONE.get(unit, unit.removesuffix("s") if len(unit) > 2 else unit)
    return written(value, unit)


@dataclass(frozen=True, slots=True)
class Seen:
    """A sign and what it says. `good` is None where no value is better than another, or there is none."""

    sign: Sign
    shown: Shown
    good: bool | None

    @property
    def measured(self) -> bool:
        return self.shown.value is not None

    @property
    def there(self) -> bool:
        """Whether it speaks for something being done: it passes, or it is not zero."""
        return bool(self.good) or bool(self.shown.value)

    @property
    def here(self) -> str:
        """The number with its unit."""
        value = self.shown.value
        if value is None:
            return ""
        return counted_in(round(value, 1), self.shown.unit)

    @property
    def bar(self) -> str:
        """What counts as good, in words."""
        s = self.sign
        if s.at_least is not None:
            return f"{counted_in(s.at_least, self.unit)} or more"
        if s.at_most is not None:
            return "none" if s.at_most == 0 else f"{counted_in(s.at_most, self.unit)} or fewer"
        return ""

    @property
    def unit(self) -> str:
        return self.shown.unit

    @property
    def says(self) -> tuple[str, str]:
        """(tone, word)."""
        if not self.measured:
            return "", "Not yet measured"
        if self.good is None:
            return "", "No bar"
        return ("good", "Good") if self.good else ("warn", "Not there yet")


@dataclass(frozen=True, slots=True)
class Row:
    """One entry of a play's evidence with what it says and its numbers of the last weeks, the oldest first."""

    entry: Evidence
    seen: Seen
    weeks: tuple[float | None, ...] = ()


@dataclass(frozen=True, slots=True)
class Standing:
    """A play here: `state` is found, nothing (measured, and none of it) or unmeasured."""

    play: Play
    rows: tuple[Row, ...]

    @property
    def state(self) -> str:
        if any(r.seen.there for r in self.rows):
            return FOUND
        return NOTHING if any(r.seen.measured for r in self.rows) else UNMEASURED

    @property
    def word(self) -> str:
        return WORDS[self.state]

    @property
    def short(self) -> list[Row]:
        """Measured and not good enough."""
        return [r for r in self.rows if r.seen.good is False]

    @property
    def measured(self) -> int:
        return sum(r.seen.measured for r in self.rows)


@dataclass(frozen=True, slots=True)
class Look:
    """The last look over everything; `at` is None where there was none yet."""

    at: datetime | None
    said: Mapping[str, Any]


def seen_of(one: Sign, shown: Shown) -> Seen:
    return Seen(one, shown, met(one.check, shown.value) if one.check else None)


def ask(actor: Actor, keys: Iterable[str], now: datetime) -> dict[str, Seen]:
    """What these signs say now, to this actor; each block is asked once."""
    out = {}
    known: dict[str, Shown] = {}
    for key in dict.fromkeys(keys):
        one = sign(key)
        if one.key not in known:
            known[one.key] = _shown(actor, one, now)
        out[key] = seen_of(one, known[one.key])
    return out


def _shown(actor: Actor, one: Sign, now: datetime) -> Shown:
    if not one.block:
        return Shown(missing=one.missing, connect=one.connect)
    return registry.show(actor, one.block, one.params, now)


@transaction.atomic
def reckon(*, now: datetime, only: Container[str] | None = None, sample: bool = False) -> int:
    """Look at every sign and keep what it says for the day; again on one day replaces it. Answers how many.

    `only` looks at some again and leaves the others as they were.
    """
    day = today(now)
    wanted = {k: s for k, s in signs().items() if only is None or k in only}
    others = {k: s for k, s in wanted.items() if s.block not in ABOUT_ITSELF}
    _keep(day, _asked(others, now), now, sample)
    itself = {k: s for k, s in wanted.items() if s.block in ABOUT_ITSELF}
    _keep(day, _asked(itself, now), now, sample)
    newest = Reckoning.objects.order_by("-day").values_list("day", flat=True)[:1]
    Reckoning.objects.exclude(day__in=list(newest)).exclude(said={}).update(said={})
    Reckoning.objects.filter(day__lt=day - timedelta(days=KEPT)).delete()
    return len(wanted)


def _asked(found: Mapping[str, Sign], now: datetime) -> dict[str, Any]:
    with reading():  # what several signs read alike is read once
        return {k: _plain(_shown(ACTOR, s, now)) for k, s in found.items()}


def _keep(day: date, said: Mapping[str, Any], now: datetime, sample: bool) -> None:
    row, _ = Reckoning.objects.get_or_create(day=day, defaults={"at": now, "sample": sample})
    row.at, row.said = now, {**row.said, **said}
    values = {k: v for k, v in row.values.items() if k not in said}
    row.values = values | {k: s["value"] for k, s in said.items() if s["value"] is not None}
    row.save()


def _plain(shown: Shown) -> dict[str, Any]:
    return {**shown.kept(), "head": [], "rows": []}


def look_again(*, actor: Actor, now: datetime) -> int:
    """The same by hand."""
    allow(actor, "play.look")
    return reckon(now=now)


@task()
def reckon_nightly() -> None:
    """Once a day."""
    reckon(now=timezone.now())


def last_look() -> Look:
    """One query."""
    found = Reckoning.objects.exclude(said={}).order_by("-day").first()
    return Look(found.at, found.said) if found else Look(None, {})


def kept(actor: Actor, look: Look, key: str) -> Seen:
    """A sign as the look found it; what the actor may not see is left out."""
    one = sign(key)
    block = registry.known().get(one.block)
    if one.block and (block is None or not may(actor, block.read)):
        return Seen(one, Shown(missing="You may not see this."), None)
    said = look.said.get(one.key)
    if said is None:
        missing = one.missing or "It has not been looked at yet."
        return Seen(one, Shown(missing=missing, connect=one.connect), None)
    return seen_of(one, thawed(said))


def every(actor: Actor, look: Look) -> list[Standing]:
    """All plays by the last look; asks nothing."""
    return [
        Standing(p, tuple(Row(e, kept(actor, look, e.sign)) for e in p.evidence))
        for p in plays().values()
    ]


def one(actor: Actor, play: Play, now: datetime) -> Standing:
    """One play, asked now, with the numbers of the last weeks."""
    keys = [e.sign for e in play.evidence]
    found, before = ask(actor, keys, now), history(keys, today(now))
    rows = []
    for e in play.evidence:
        s = found[e.sign]
        weeks = (*before[e.sign][:-1], s.shown.value) if s.measured else ()
        rows.append(Row(e, s, weeks))
    return Standing(play, tuple(rows))


def history(keys: Sequence[str], on: date) -> dict[str, tuple[float | None, ...]]:
    """The last number of each of the last weeks up to this day, the oldest first; one query."""
    since = on - timedelta(weeks=WEEKS)
    rows = Reckoning.objects.filter(day__gt=since, day__lte=on).order_by("day")
    weeks: list[dict[str, float]] = [{} for _ in range(WEEKS)]
    for day, values in rows.values_list("day", "values"):
        weeks[(day - since).days // 7 - (not (day - since).days % 7)] |= values
    return {k: tuple(w.get(k) for w in weeks) for k in keys}


def sentence(s: Seen, on: str) -> str:
    """What a sign says as a sentence with its day, for somebody to use in an answer."""
    text = s.shown.sentence.rstrip(".")
    return f"{text} (as of {on})."


def tally(found: Sequence[Standing]) -> dict[str, int]:
    return {state: sum(s.state == state for s in found) for state in WORDS}


def counted(found: Sequence[Standing]) -> str:
    """A sentence over all plays."""
    n = tally(found)
    text = f"{num(n[FOUND])} of {num(len(found))} plays have evidence here"
    if n[NOTHING]:
        text += f", {num(n[NOTHING])} have nothing yet"
    if n[UNMEASURED]:
        text += f", {num(n[UNMEASURED])} cannot be measured yet"
    return f"{text}."
