"""Addresses of goals, the plan and changes of direction."""

from django.urls import path

from loopline.slices.goals.views import change, key_results, objectives, plan, tree, weekly

urlpatterns = [
    path("goals", tree.goals, name="goals"),
    path("goals/check-in", weekly.check_in, name="goals-check-in"),
    path("goals/objectives", objectives.objective_list, name="objectives"),
    path("goals/objectives.csv", objectives.objective_csv, name="objectives-csv"),
    path("goals/objectives/new", objectives.objective_new, name="objective-new"),
    path("goals/objectives/<int:objective_id>", objectives.objective_page, name="objective-page"),
    path(
        "goals/objectives/<int:objective_id>/do/<slug:verb>",
        objectives.objective_act,
        name="objective-do",
    ),
    path("goals/key-results", key_results.key_result_list, name="key-results"),
    path("goals/key-results.csv", key_results.key_result_csv, name="key-results-csv"),
    path("goals/key-results/new", key_results.key_result_new, name="key-result-new"),
    path(
        "goals/key-results/<int:key_result_id>", key_results.key_result_page, name="key-result-page"
    ),
    path(
        "goals/key-results/<int:key_result_id>/check-in",
        key_results.key_result_check_in,
        name="key-result-check-in",
    ),
    path(
        "goals/key-results/<int:key_result_id>/drop",
        key_results.key_result_drop,
        name="key-result-drop",
    ),
    path(
        "goals/key-results/<int:key_result_id>/restore",
        key_results.key_result_restore,
        name="key-result-restore",
    ),
    path("goals/plan", plan.plan, name="plan"),
    path("goals/plan/capacity", plan.capacity_set, name="plan-capacity"),
    path("goals/plan/bets", plan.bets_set, name="plan-bets"),
    path("goals/plan/needs", plan.needs_add, name="plan-needs"),
    path("goals/plan/snapshots", plan.snapshots, name="plan-snapshots"),
    path("goals/plan/diff", plan.diff, name="plan-diff"),
    path("goals/change", change.change_list, name="directions"),
    path("goals/change.csv", change.change_csv, name="directions-csv"),
    path("goals/change/new", change.change_new, name="direction-new"),
    path("goals/change/<int:direction_id>", change.change_page, name="direction-page"),
    path("goals/change/<int:direction_id>/do/<slug:verb>", change.change_do, name="direction-do"),
]
