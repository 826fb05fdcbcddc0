"""Opportunities, bets and scores in the API."""

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Query, Router, Status

from loopline.core.problems import Missing
from loopline.core.scoring.models import MODELS
from loopline.platform.api.access import actor_of, can
from loopline.platform.api.lists import listing
from loopline.platform.api.shapes import answers, id_in, ref_in
from loopline.platform.api.versions import expected, tag
from loopline.platform.settings.options import workspace
from loopline.slices.feedback.endpoints import FeedbackOut
from loopline.slices.feedback.queries import as_json, one
from loopline.slices.roadmap import queries, services
from loopline.slices.roadmap.lists import BETS, OPPORTUNITIES
from loopline.slices.roadmap.models import Bet, Opportunity, ScoringModel
from loopline.slices.roadmap.schemas import (
    BetChange,
    BetIn,
    BetOut,
    BetPage,
    BetQuery,
    CommitIn,
    DeclineIn,
    DemandOut,
    EvidenceIn,
    EvidencePage,
    IntoIn,
    LinkIn,
    OpportunityChange,
    OpportunityIn,
    OpportunityOut,
    OpportunityPage,
    OpportunityQuery,
    ScoreIn,
    ScoresOut,
    ScoringModelChange,
    ScoringModelOut,
    ScoringModels,
)  # fmt: skip
from loopline.slices.roadmap.scores import scores_of

router = Router(tags=["roadmap"])


def _money(amount: Any) -> dict[str, Any]:
    return {"amount": amount, "currency": workspace().currency}


def _opp(o: Opportunity, currency: str) -> dict[str, Any]:
    return {
        "id": o.pk, "key": f"OPP-{o.pk}", "title": o.title, "problem": o.problem, "tags": o.tags, "squad": o.squad,
        "owner": str(o.owner_id) if o.owner_id else None, "ask_count": o.ask_count, "account_count": o.account_count,
        "arr": {"amount": o.arr, "currency": currency},
        "merged_into": str(o.merged_into_id) if o.merged_into_id else None, "archived": o.archived_at is not None,
        "version": o.version, "created_at": o.created_at, "updated_at": o.updated_at,
    }  # fmt: skip


def _opps(rows: Sequence[Opportunity]) -> list[dict[str, Any]]:
    currency = workspace().currency
    return [_opp(o, currency) for o in rows]


def _bet(b: Bet) -> dict[str, Any]:
    return {
        "id": b.pk, "key": f"BET-{b.pk}", "title": b.title, "hypothesis": b.hypothesis,
        "opportunity": str(b.opportunity_id) if b.opportunity_id else None,
        "metric": str(b.metric_id) if b.metric_id else None, "baseline": b.baseline, "target": b.target,
        "horizon": b.horizon, "state": b.state, "squad": b.squad, "owner": str(b.owner_id) if b.owner_id else None,
        "inputs": b.inputs, "committed_at": b.committed_at, "shipped_at": b.shipped_at,
        "archived": b.archived_at is not None, "version": b.version,
        "created_at": b.created_at, "updated_at": b.updated_at,
    }  # fmt: skip


def _bets(rows: Sequence[Bet]) -> list[dict[str, Any]]:
    return [_bet(b) for b in rows]


def _read_opp(request: HttpRequest, response: HttpResponse, key: int) -> dict[str, Any]:
    row = queries.opportunity(actor=actor_of(request), opportunity_id=key)
    tag(response, row.version)
    return _opp(row, workspace().currency)


def _read_bet(request: HttpRequest, response: HttpResponse, key: int) -> dict[str, Any]:
    row = queries.bet(actor=actor_of(request), bet_id=key)
    tag(response, row.version)
    return _bet(row)


@router.get("/opportunities", auth=can("opportunity.read"), response=answers(OpportunityPage))
def list_opportunities(request: HttpRequest, query: Query[OpportunityQuery]) -> Any:
    return listing(request, OPPORTUNITIES, queries.opportunity_rows(), _opps)


@router.post(
    "/opportunities", auth=can("opportunity.change"), response=answers(OpportunityOut, status=201)
)
def create_opportunity(request: HttpRequest, body: OpportunityIn, response: HttpResponse) -> Any:
    made = services.create_opportunity(
        actor=actor_of(request), now=timezone.now(), **body.model_dump()
    )
    return Status(201, _read_opp(request, response, made))


@router.get("/opportunities/{id}", auth=can("opportunity.read"), response=answers(OpportunityOut))
def read_opportunity(request: HttpRequest, id: str, response: HttpResponse) -> Any:
    return _read_opp(request, response, id_in(id, "opportunity"))


@router.patch(
    "/opportunities/{id}", auth=can("opportunity.change"), response=answers(OpportunityOut)
)
def change_opportunity(
    request: HttpRequest, id: str, body: OpportunityChange, response: HttpResponse
) -> Any:
    """Correct fields; `archived` puts it away or brings it back."""
    key, actor, now = id_in(id, "opportunity"), actor_of(request), timezone.now()
    changes = {k: v for k, v in body.model_dump(exclude_unset=True).items() if v is not None}
    archived = changes.pop("archived", None)
    services.change_opportunity(
        actor=actor, id_=key, changes=changes, version=expected(request), now=now
    )
    if archived is not None:
        act = services.archive_opportunities if archived else services.restore_opportunities
        act(actor=actor, ids=[key], now=now)
    return _read_opp(request, response, key)


@router.get("/opportunities/{id}/demand", auth=can("opportunity.read"), response=answers(DemandOut))
def read_opportunity_demand(request: HttpRequest, id: str) -> Any:
    """Who asks, each account once, and what they are worth."""
    key = id_in(id, "opportunity")
    d = queries.demand(actor=actor_of(request), opportunity_id=key, now=timezone.now())
    return {
        "accounts": [
            {"id": a.id, "name": a.name,
             "arr": None if a.worth is None else {"amount": a.worth, "currency": a.currency},
             "counted_as": a.counted_as, "feedback": a.times}
            for a in d.accounts
        ],
        "arr": {
            "won": _money(d.won), "open": _money(d.open), "lost": _money(d.lost),
            "apart": [{"amount": amount, "currency": c} for c, amount in d.apart],
        },
        "personas": [{"name": n, "feedback": c} for n, c in d.personas],
        "feedback_count": d.feedback_count, "last_30_days": d.recent,
    }  # fmt: skip


@router.post(
    "/opportunities/{id}/merge", auth=can("opportunity.change"), response=answers(OpportunityOut)
)
def merge_opportunity(request: HttpRequest, id: str, body: IntoIn, response: HttpResponse) -> Any:
    """Two names for one problem: asks and bets move to the other."""
    key, into = id_in(id, "opportunity"), ref_in(body.into, "opportunity", "into") or 0
    services.merge_opportunities(
        actor=actor_of(request), opportunity_id=key, into_id=into, now=timezone.now()
    )
    return _read_opp(request, response, key)


@router.post("/feedback/{id}/link", auth=can("opportunity.change"), response=answers(FeedbackOut))
def link_feedback(request: HttpRequest, id: str, body: LinkIn) -> Any:
    """The item asks for the opportunity, in these words; with it the item is accepted."""
    key, opp = id_in(id, "feedback"), ref_in(body.opportunity, "opportunity", "opportunity") or 0
    services.link_feedback(
        actor=actor_of(request),
        feedback_id=key,
        opportunity_id=opp,
        quote=body.quote,
        now=timezone.now(),
    )
    return as_json(one(actor=actor_of(request), feedback_id=key))


@router.post("/feedback/{id}/unlink", auth=can("opportunity.change"), response=answers(FeedbackOut))
def unlink_feedback(request: HttpRequest, id: str, body: LinkIn) -> Any:
    key, opp = id_in(id, "feedback"), ref_in(body.opportunity, "opportunity", "opportunity") or 0
    services.unlink_feedback(
        actor=actor_of(request), feedback_id=key, opportunity_id=opp, now=timezone.now()
    )
    return as_json(one(actor=actor_of(request), feedback_id=key))


@router.get("/bets", auth=can("bet.read"), response=answers(BetPage))
def list_bets(request: HttpRequest, query: Query[BetQuery]) -> Any:
    return listing(request, BETS, queries.bet_rows(), _bets)


def _refs(sent: dict[str, Any]) -> dict[str, Any]:
    out = dict(sent)
    for name in ("opportunity", "metric"):
        if name in out:
            out[f"{name}_id"] = ref_in(out.pop(name), name, name)
    return out


@router.post("/bets", auth=can("bet.change"), response=answers(BetOut, status=201))
def create_bet(request: HttpRequest, body: BetIn, response: HttpResponse) -> Any:
    made = services.create_bet(
        actor=actor_of(request), now=timezone.now(), **_refs(body.model_dump())
    )
    return Status(201, _read_bet(request, response, made))


@router.get("/bets/{id}", auth=can("bet.read"), response=answers(BetOut))
def read_bet(request: HttpRequest, id: str, response: HttpResponse) -> Any:
    return _read_bet(request, response, id_in(id, "bet"))


@router.patch("/bets/{id}", auth=can("bet.change"), response=answers(BetOut))
def change_bet(request: HttpRequest, id: str, body: BetChange, response: HttpResponse) -> Any:
    key = id_in(id, "bet")
    sent = body.model_dump(exclude_unset=True)
    optional = ("opportunity", "metric", "baseline", "target")
    changes = _refs({k: v for k, v in sent.items() if v is not None or k in optional})
    services.change_bet(
        actor=actor_of(request),
        id_=key,
        changes=changes,
        version=expected(request),
        now=timezone.now(),
    )
    return _read_bet(request, response, key)


@router.post("/bets/{id}/commit", auth=can("bet.change"), response=answers(BetOut))
def commit_bet(
    request: HttpRequest, id: str, response: HttpResponse, body: CommitIn | None = None
) -> Any:
    """We will build it; the decision is written with today's demand frozen."""
    key = id_in(id, "bet")
    why = body.rationale if body else ""
    services.commit_bet(actor=actor_of(request), bet_id=key, rationale=why, now=timezone.now())
    return _read_bet(request, response, key)


@router.post("/bets/{id}/decline", auth=can("bet.change"), response=answers(BetOut))
def decline_bet(request: HttpRequest, id: str, body: DeclineIn, response: HttpResponse) -> Any:
    """We will not build it, or not now; the reason goes to those who asked."""
    key = id_in(id, "bet")
    services.decline_bet(
        actor=actor_of(request),
        bet_id=key,
        reason=body.reason,
        not_now=body.not_now,
        now=timezone.now(),
    )
    return _read_bet(request, response, key)


@router.get("/bets/{id}/scores", auth=can("bet.read"), response=answers(ScoresOut))
def list_bet_scores(request: HttpRequest, id: str) -> Any:
    row = queries.bet(actor=actor_of(request), bet_id=id_in(id, "bet"))
    found = scores_of(row.pk)
    return {
        "items": [
            {"model": s.model, "team": s.team, "values": s.values, "score": s.value} for s in found
        ]
    }


@router.post("/bets/{id}/scores", auth=can("bet.score"), response=answers(ScoresOut, status=201))
def create_bet_score(request: HttpRequest, id: str, body: ScoreIn) -> Any:
    """One team's inputs; the same team again replaces its own."""
    key = id_in(id, "bet")
    services.score_bet(
        actor=actor_of(request),
        bet_id=key,
        model=body.model,
        team=body.team,
        values=body.values,
        now=timezone.now(),
    )
    found = scores_of(key)
    items = [
        {"model": s.model, "team": s.team, "values": s.values, "score": s.value} for s in found
    ]
    return Status(201, {"items": items})


def _model(m: ScoringModel) -> dict[str, Any]:
    levels = {
        k: [{"value": v, "label": label, "says": says} for v, label, says in rows]
        for k, rows in m.levels.items()
    }
    return {
        "id": m.pk,
        "key": m.key,
        "name": m.name,
        "formula": MODELS[m.key].formula,
        "levels": levels,
        "version": m.version,
    }


@router.get("/scoring-models", auth=can("bet.read"), response=answers(ScoringModels))
def list_scoring_models(request: HttpRequest) -> Any:
    """RICE, ICE and WSJF with the levels as this company words them."""
    return {"items": [_model(m) for m in ScoringModel.objects.order_by("pk")], "next_cursor": None}


@router.get("/scoring-models/{id}", auth=can("bet.read"), response=answers(ScoringModelOut))
def read_scoring_model(request: HttpRequest, id: str, response: HttpResponse) -> Any:
    row = ScoringModel.objects.filter(pk=id_in(id, "scoring-model")).first()
    if row is None:
        raise Missing("scoring model")
    tag(response, row.version)
    return _model(row)


@router.patch("/scoring-models/{id}", auth=can("scoring.change"), response=answers(ScoringModelOut))
def change_scoring_model(
    request: HttpRequest, id: str, body: ScoringModelChange, response: HttpResponse
) -> Any:
    key = id_in(id, "scoring-model")
    levels = {k: [[x.value, x.label, x.says] for x in rows] for k, rows in body.levels.items()}
    services.change_scale(
        actor=actor_of(request),
        id_=key,
        levels=levels,
        version=expected(request),
        now=timezone.now(),
    )
    return read_scoring_model(request, id, response)


@router.get(
    "/opportunities/{id}/evidence", auth=can("opportunity.read"), response=answers(EvidencePage)
)
def list_evidence(request: HttpRequest, id: str) -> Any:
    """Numbers from product usage behind an opportunity, counted again each day."""
    row = queries.opportunity(actor=actor_of(request), opportunity_id=id_in(id, "opportunity"))
    return {"items": list(queries.evidence_of(row.pk).values())}


@router.post(
    "/opportunities/{id}/evidence",
    auth=can("opportunity.change"),
    response=answers(EvidencePage, status=201),
)
def add_evidence(request: HttpRequest, id: str, body: EvidenceIn) -> Any:
    services.add_evidence(
        actor=actor_of(request),
        opportunity_id=id_in(id, "opportunity"),
        now=timezone.now(),
        **body.model_dump(),
    )
    return Status(201, list_evidence(request, id))
