"""Addresses of the roadmap."""

from django.urls import path

from loopline.slices.roadmap.views import bets, evidence, opportunities, planning, priorities

urlpatterns = [
    path("opportunities", opportunities.opportunity_list, name="opportunities"),
    path("opportunities.csv", opportunities.opportunity_csv, name="opportunities-csv"),
    path("opportunities/bulk", opportunities.opportunity_bulk, name="opportunities-bulk"),
    path("opportunities/new", opportunities.opportunity_new, name="opportunity-new"),
    path(
        "opportunities/<int:opportunity_id>",
        opportunities.opportunity_page,
        name="opportunity-page",
    ),
    path("opportunities/<int:opportunity_id>/merge", opportunities.merge, name="opportunity-merge"),
    path("opportunities/link/<int:feedback_id>", opportunities.link, name="opportunity-link"),
    path(
        "opportunities/unlink/<int:feedback_id>/<int:opportunity_id>",
        opportunities.unlink,
        name="opportunity-unlink",
    ),
    path("opportunities/<int:opportunity_id>/evidence", evidence.add, name="evidence-add"),
    path(
        "opportunities/<int:opportunity_id>/evidence/<int:evidence_id>/remove",
        evidence.remove,
        name="evidence-remove",
    ),
    path("roadmap", bets.board, name="roadmap"),
    path("roadmap/move", bets.move, name="roadmap-move"),
    path("bets", bets.bet_list, name="bets"),
    path("bets.csv", bets.bet_csv, name="bets-csv"),
    path("bets/new", bets.bet_new, name="bet-new"),
    path("bets/<int:bet_id>", bets.bet_page, name="bet-page"),
    path("bets/<int:bet_id>/score", bets.bet_score, name="bet-score"),
    path("bets/<int:bet_id>/pause", planning.pause, name="bet-pause"),
    path("bets/<int:bet_id>/resume", planning.resume, name="bet-resume"),
    path("bets/<int:bet_id>/do/<slug:verb>", bets.bet_do, name="bet-do"),
    path("priorities", priorities.priorities, name="priorities"),
    path("priorities/scales", priorities.scales, name="priorities-scales"),
]
