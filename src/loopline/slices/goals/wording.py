"""A change of direction in words: what becomes of a row, what is given up, and the message to Sales and Success."""

from collections.abc import Mapping, Sequence
from typing import Any

from loopline.platform.ui.formats import money, num, plural
from loopline.slices.goals.facts import printed
from loopline.slices.goals.models import Direction, DirectionPromise, DirectionRow
from loopline.slices.goals.rules import label

ACTIONS: Mapping[str, tuple[tuple[str, str], ...]] = {
    "bet": (("pause", "Pause"), ("drop", "Drop"), ("move", "Move or re-scope"), ("add", "Add")),
    "key_result": (("target", "Change the target"), ("drop", "Take it out")),
}
TAGS = {
    "pause": "Paused", "drop": "Dropped", "move": "Moved", "add": "New", "target": "New target",
}  # fmt: skip
HORIZONS = {"now": "Now", "next": "Next", "later": "Later"}


def weeks_said(weeks: Mapping[str, float] | None) -> str:
    """9 wk, or a dash where nobody estimated."""
    return f"{num(sum(weeks.values()))} wk" if weeks else "–"


def stood(kind: str, before: Mapping[str, Any]) -> str:
    """How a thing stood: in progress, Q4 2026, 9 wk."""
    if not before:
        return "not in the plan"
    if kind == "key_result":
        return (
            "taken out"
            if before.get("dropped")
            else "target " + printed(before["target"], before["unit"])
        )
    parts = [
        "paused" if before.get("paused") else str(before.get("state", "")).replace("_", " "),
        label(before.get("quarter", "")) or "no quarter",
        weeks_said(before.get("weeks")),
    ]
    return ", ".join(p for p in parts if p and p != "–")


def becomes(row: DirectionRow) -> str:
    """What a row turns its thing into, in a few words."""
    v = row.values
    if row.kind == "key_result":
        if row.action == "drop":
            return "taken out"
        return f"target {printed(v.get('target'), row.before.get('unit', ''))}"
    if row.action == "pause":
        return "paused" + (f", back in {label(v['quarter'])}" if v.get("quarter") else "")
    if row.action == "drop":
        return "dropped"
    parts = [label(v.get("quarter", "")), HORIZONS.get(v.get("horizon", ""), "").lower()]
    parts.append(weeks_said(v.get("weeks")) if v.get("weeks") else "")
    return ", ".join(p for p in parts if p) or "as it was"


def weeks_moved(rows: Sequence[DirectionRow]) -> float:
    """Person-weeks that leave the plan or come into it, whichever is more."""

    def of(kinds: tuple[str, ...], key: str) -> float:
        return sum(
            sum((getattr(r, key).get("weeks") or {}).values())
            for r in rows
            if r.kind == "bet" and r.action in kinds
        )

    return max(of(("pause", "drop"), "before"), of(("add",), "values"))


def message_of(
    d: Direction, rows: Sequence[DirectionRow], promises: Sequence[DirectionPromise]
) -> str:
    """What Sales, Success and Support are told, filled from the rows; plain text to be edited."""
    out = [f"{d.title}", "", d.why.strip() or "Why: to be written.", ""]
    for heading, actions in (
        ("What comes now", ("add",)), ("What moves", ("move",)), ("What is paused", ("pause",)),
        ("What we no longer build", ("drop",)),
    ):  # fmt: skip
        mine = [r for r in rows if r.kind == "bet" and r.action in actions]
        if mine:
            out += [f"{heading}:"]
            out += [
                f"- {r.title}: {becomes(r)}" + (f". {r.trade_off}" if r.trade_off else "")
                for r in mine
            ]
            out.append("")
    goals = [r for r in rows if r.kind == "key_result"]
    if goals:
        out += ["Goals that change:", *(f"- {r.title}: {becomes(r)}" for r in goals), ""]
    if promises:
        out += [
            f"{plural(len(promises), 'promise')} to renegotiate; do not promise the old date again:"
        ]
        for p in promises:
            who = p.owner.name if p.owner else "nobody yet"
            new = p.new or "the answer comes from their owner"
            out.append(f"- {p.account.name} ({p.bet_title}): {new}. Speaks with them: {who}")
        out.append("")
    if d.look_again:
        out.append(f"We look at it again on {d.look_again:%-d %B %Y}.")
    return "\n".join(out).strip() + "\n"


def sums(promises: Sequence[DirectionPromise], currency: str) -> str:
    """What hangs on the promises together, each account once; other currencies apart."""
    by: dict[str, dict[int, Any]] = {}
    for p in promises:
        if p.worth is not None:
            by.setdefault(p.currency or currency, {})[p.account_id] = p.worth
    own = [money(sum(by.pop(currency).values()), currency)] if currency in by else []
    return ", ".join([*own, *(money(sum(v.values()), c) for c, v in sorted(by.items()))])
