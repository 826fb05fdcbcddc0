"""What goals ask of the roadmap: bets as a plan sees them, who waits for them, and applying a decided change."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from loopline.platform.identity.actor import Actor
from loopline.platform.links.services import pairs
from loopline.slices.customers import queries as customers
from loopline.slices.decisions import queries as decided
from loopline.slices.decisions import services as decisions
from loopline.slices.goals import services as planning
from loopline.slices.roadmap import services
from loopline.slices.roadmap.demand import demands
from loopline.slices.roadmap.models import Bet, Estimate
from loopline.slices.roadmap.services.planning import kept

MOST_WAITING = 60  # accounts a bet


class Bets:
    """Bets as plain values, in a fixed number of queries."""

    def _shown(self, rows: Sequence[Bet]) -> list[planning.PlannedBet]:
        ids = [b.pk for b in rows]
        weeks: dict[int, dict[str, float]] = {}
        for bet, team, value in Estimate.objects.filter(bet__in=ids).values_list(
            "bet", "team", "weeks"
        ):
            weeks.setdefault(bet, {})[team] = value
        needs: dict[int, list[int]] = {}
        for first, second in pairs(object_type="bet", relation="needs", first_ids=ids):
            needs.setdefault(first, []).append(second)
        return [
            planning.PlannedBet(
                b.pk, f"BET-{b.pk}", b.title, b.state, b.horizon, b.position, b.quarter, b.paused_at is not None,
                b.squad, b.owner_id, b.owner.name if b.owner else "", b.key_result_id, b.opportunity_id,
                weeks.get(b.pk, {}), tuple(needs.get(b.pk, ())), b.version, b.declined_at or b.shipped_at,
            )
            for b in rows
        ]  # fmt: skip

    def bets(self, ids: Iterable[int] | None = None) -> list[planning.PlannedBet]:
        found = Bet.objects.select_related("owner").order_by("position", "pk")
        if ids is None:
            return self._shown(list(found.filter(archived_at=None)))
        wanted = set(ids)
        return self._shown(list(found.filter(pk__in=wanted))) if wanted else []

    def of_key_results(self, ids: Iterable[int]) -> list[planning.PlannedBet]:
        found = Bet.objects.select_related("owner").filter(
            key_result__in=set(ids), archived_at=None
        )
        return self._shown(list(found.order_by("position", "pk")))

    def waiting(self, bet_ids: Sequence[int], now: datetime) -> list[planning.Waiting]:
        """Accounts that asked for what these bets are on, the largest first; their open deal where there is one."""
        bets = [b for b in Bet.objects.filter(pk__in=set(bet_ids)) if b.opportunity_id]
        found = demands(sorted({b.opportunity_id or 0 for b in bets}), now=now)
        accounts = {
            b.pk: [a for a in found[b.opportunity_id or 0].accounts if a.stage != "churned"][
                :MOST_WAITING
            ]
            for b in bets
        }
        ids = {a.id for each in accounts.values() for a in each}
        owners, deals = customers.accounts_by_id(ids), customers.deals_of(ids)
        out = []
        for bet, each in accounts.items():
            for a in each:
                deal = next((d for d in deals.get(a.id, []) if d.state == "open"), None)
                out.append(
                    planning.Waiting(
                        bet, a.id, a.name, a.worth, a.currency, a.stage, owners[a.id].owner_id, a.times,
                        deal.id if deal else None, deal.title if deal else "",
                    )
                )  # fmt: skip
        return out

    def plan(
        self, *, actor: Actor, bet_id: int, quarter: str | None, weeks: Mapping[str, float | None], now: datetime
    ) -> None:  # fmt: skip
        services.plan_bet(actor=actor, bet_id=bet_id, quarter=quarter, weeks=weeks, now=now)


def _added(actor: Actor, move: planning.BetMove, now: datetime) -> None:
    bet = Bet.objects.get(pk=move.bet_id or 0)
    services.resume_bet(actor=actor, bet_id=bet.pk, now=now)
    if bet.state == "declined":
        services.set_outcome(actor=actor, bet_id=bet.pk, state="proposed", reason="", now=now)
    if bet.state in ("proposed", "declined"):
        services.commit_bet(
            actor=actor, bet_id=bet.pk, rationale=move.reason, horizon=move.horizon, now=now
        )
    _moved(actor, move, now)


def _moved(actor: Actor, move: planning.BetMove, now: datetime) -> None:
    bet_id = move.bet_id or 0
    if move.horizon and Bet.objects.get(pk=bet_id).horizon != move.horizon:
        services.move_bet(actor=actor, bet_id=bet_id, horizon=move.horizon, now=now)
    services.plan_bet(
        actor=actor, bet_id=bet_id, quarter=move.quarter or None, weeks=dict(move.weeks), now=now
    )


def _one(actor: Actor, move: planning.BetMove, now: datetime) -> planning.Receipt:
    created = move.bet_id is None
    if move.bet_id is None:
        made = services.create_bet(
            actor=actor,
            title=move.title,
            hypothesis="",
            horizon=move.horizon or "now",
            squad=move.squad,
            now=now,
        )
        move = planning.BetMove(
            move.row, move.action, made, move.title, move.horizon, move.quarter, move.weeks, move.reason, move.squad,
        )  # fmt: skip
    bet_id = move.bet_id or 0
    was = kept(Bet.objects.get(pk=bet_id))
    if move.action == "pause":
        services.pause_bet(actor=actor, bet_id=bet_id, quarter=move.quarter, now=now)
    elif move.action == "drop":
        services.decline_bet(actor=actor, bet_id=bet_id, reason=move.reason, now=now)
    elif move.action == "add":
        _added(actor, move, now)
    else:
        _moved(actor, move, now)
    after = Bet.objects.get(pk=bet_id)
    return {
        "row": move.row, "bet": bet_id, "was": was, "version": after.version, "created": created,
        "at": now.isoformat(),
    }  # fmt: skip


def _apply(
    actor: Actor, moves: Sequence[planning.BetMove], now: datetime
) -> list[planning.Receipt]:
    return [_one(actor, move, now) for move in moves]


def _revert(actor: Actor, receipts: Sequence[planning.Receipt], now: datetime) -> None:
    """Each bet as it was; what was decided about it alongside goes to the archive."""
    for r in reversed(receipts):
        services.put_back(
            actor=actor,
            bet_id=r["bet"],
            was=r["was"],
            version=r["version"],
            archive=r["created"],
            now=now,
        )
        at: Any = datetime.fromisoformat(r["at"])
        for d in decided.about([("bet", r["bet"])]):
            if d.decided_at == at:
                decisions.change_decision(
                    actor=actor, id_=d.id, changes={"archived": True}, now=now
                )


def register() -> None:
    planning.provide_bets(Bets())
    planning.on_decide("bets", planning.Handler(_apply, _revert))
