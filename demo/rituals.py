"""What Oakrow meets for: a year of sessions with what came of them, and the next ones with their pages."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from functools import partial

from demo.context import Context
from demo.oakrow.rituals import DECIDED, FOCUS, RITUALS, TO_DO, SampleRitual
from loopline.platform.settings.options import zone
from loopline.slices.actions import services as actions
from loopline.slices.rituals import rules, services
from loopline.slices.rituals.models import Ritual, Session
from loopline.slices.rituals.settling import NOBODY

Found = dict[tuple[str, int], tuple[int, datetime]]


def load(w: Context) -> None:
    """Make the rituals, write down how each session went, and plan what was captured in its turn."""
    found: Found = {}
    for r in RITUALS:
        ritual_id = _make(w, r)
        slots = _slots(w, r)
        dice = w.dice(f"ritual {r.name}")
        held = [
            _held(w, r, slot, dict(r.skips).get(place, ""), dice.randint(-4, 4), dice.sample(range(99), 12))
            for place, slot in enumerate(slots)
        ]  # fmt: skip
        ids = services.record_past(
            actor=w.actor(_maker(r)), ritual_id=ritual_id, held=held, now=w.now, sample=True
        )
        for place, (slot, id_) in enumerate(zip(slots, ids, strict=True)):
            found[r.name, place] = id_, rules.moment(slot, time.fromisoformat(r.at), zone())
    for name, place, who, line in DECIDED:
        id_, at = found[name, place]
        at = min(at + timedelta(minutes=20), w.now - timedelta(minutes=5))
        w.plan(at, partial(_decide, w, who, id_, line, at))
    for name, place, who, line, due, done in TO_DO:
        id_, at = found[name, place]
        at = min(at + timedelta(minutes=25), w.now - timedelta(minutes=5))
        w.plan(at, partial(_promise, w, who, id_, line, due, done, at))
    _weeks(w)


def settle(w: Context) -> None:
    """What squads were set up with was held too, though nobody pressed start in a sample."""
    for r in Ritual.objects.filter(team__sample=True):
        left = Session.objects.filter(ritual=r, at__lt=w.now - timedelta(hours=2), started_at=None)
        left = left.exclude(state="held").filter(skip_reason__in=("", NOBODY))
        slots = list(left.values_list("slot", flat=True))
        left.delete()
        there = list(r.attendees.values_list("pk", flat=True))[:6]
        held = [services.Held(slot, r.minutes + 1, there, (0, 0, 1, 3, 1)) for slot in slots]
        services.record_past(
            actor=w.actor("Tomas Lindgren"), ritual_id=r.pk, held=held, now=w.now, sample=True
        )
        made = (
            Session.objects.filter(ritual=r, state="held", slot__in=slots).order_by("-at").first()
        )
        if made:
            line = (
                "@Wen Show the two screens to Tarn Valley by "
                + (w.now.date() + timedelta(days=4)).isoformat()
            )
            services.capture_action(
                actor=w.actor("Tomas Lindgren"), session_id=made.pk, line=line, now=w.now
            )


def _maker(r: SampleRitual) -> str:
    return r.owner if r.owner != "Wen Li" else "Tomas Lindgren"


def _make(w: Context, r: SampleRitual) -> int:
    squads = dict(_teams())
    return services.create_ritual(
        actor=w.actor(_maker(r)), now=w.now, sample=True,
        new=services.NewRitual(
            r.name, r.cadence, r.weekday, time.fromisoformat(r.at), r.minutes, r.template, r.purpose, r.nth,
            (w.now - timedelta(days=r.since)).date(), squads.get(r.team), w.people[r.owner],
            [w.people[p] for p in r.people], r.channel, 4,
        ),
    )  # fmt: skip


def _teams() -> Sequence[tuple[str, int]]:
    from loopline.platform.identity.queries import teams

    return [(name, pk) for pk, name in teams()]


def _slots(w: Context, r: SampleRitual) -> list[date]:
    """The days it fell on, the newest first."""
    start = (w.now - timedelta(days=r.since)).date()
    cadence = rules.Cadence(r.cadence, r.weekday, r.nth, start)
    at = time.fromisoformat(r.at)
    over = w.now - timedelta(minutes=r.minutes + 60)
    slots = rules.slots(cadence, start, w.now.date() + timedelta(days=1))
    return [d for d in slots if rules.moment(d, at, zone()) <= over][::-1]


def _held(
    w: Context, r: SampleRitual, slot: date, skipped: str, extra: int, chance: Sequence[int]
) -> services.Held:
    """Most are there, most rate, and most ratings are the usual ones."""
    there = [w.people[p] for p, c in zip(r.people, chance, strict=False) if c < 88]
    counts = [0] * len(rules.WORTH)
    for c in chance[: len(there)]:
        if c < 75:
            counts[r.worth[c % len(r.worth)]] += 1
    return services.Held(
        slot, max(r.minutes + r.over + extra, 5), there, [] if skipped else counts, skipped
    )


def _decide(w: Context, who: str, session_id: int, line: str, at: datetime) -> None:
    services.capture_decision(actor=w.actor(who), session_id=session_id, line=line, now=at)


def _promise(
    w: Context, who: str, session_id: int, line: str, due: int, done: int | None, at: datetime
) -> None:
    """Written in the room, done when the sample says so."""
    day = (at + timedelta(days=due)).date()
    made = services.capture_action(
        actor=w.actor(who), session_id=session_id, line=f"{line} by {day.isoformat()}", now=at
    )
    if done is not None:
        when = min(at + timedelta(days=done), w.now - timedelta(minutes=3))
        actions.finish(actor=w.actor(who), ids=[made], now=when)


def _weeks(w: Context) -> None:
    """The person in operations sets time aside, this week and the last three."""
    on = w.now.date()
    monday = on - timedelta(days=on.weekday())
    for back in range(3, -1, -1):
        for day, at, minutes, hat, note in FOCUS:
            block = services.Block(day, time.fromisoformat(at), minutes, hat, note)
            services.add_block(
                actor=w.actor("Rafael Amaral"), monday=monday - timedelta(weeks=back), block=block, now=w.now,
                sample=True,
            )  # fmt: skip
