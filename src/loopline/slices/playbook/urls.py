"""Addresses of the playbook."""

from django.urls import path

from loopline.slices.playbook import views
from loopline.slices.playbook.plays import library_views, stage_views
from loopline.slices.playbook.plays import views as plays
from loopline.slices.playbook.scorecard import views as scorecard
from loopline.slices.playbook.standup import squad_views, start_views
from loopline.slices.playbook.standup import views as standup

urlpatterns = [
    path("prepare", views.browse, name="prepare"),
    path("prepare/skills", views.skills, name="prepare-skills"),
    path("prepare/mock", views.mock, name="prepare-mock"),
    path("prepare/import", views.import_file, name="prepare-import"),
    path("prepare/questions/<int:number>", views.page, name="prepare-question"),
    path("prepare/questions/<int:number>/practise", views.practise, name="prepare-practise"),
    path("prepare/questions/<int:number>/sheet", views.sheet, name="prepare-sheet"),
    path("prepare/questions/<int:number>/improve", views.improve, name="prepare-improve"),
    path("prepare/improvements/<int:improvement_id>/decide", views.decide, name="prepare-decide"),
    path("rollout", standup.rollout, name="rollout"),
    path("rollout/new", standup.rollout_new, name="rollout-new"),
    path("rollout/start", start_views.start, name="rollout-start"),
    path("rollout/start/<slug:step>", start_views.start_step, name="rollout-step"),
    path("rollout/tour", standup.tour_page, name="rollout-tour"),
    path("rollout/tour/new", standup.tour_new, name="rollout-tour-new"),
    path("rollout/tour/<int:doc_id>/<slug:row>/book", standup.tour_book, name="rollout-tour-book"),
    path("rollout/map", standup.map_page, name="rollout-map"),
    path("rollout/begin/<slug:key>", standup.begin_page, name="rollout-begin"),
    path("rollout/squads", squad_views.squads_page, name="rollout-squads"),
    path("rollout/squads/set-up", squad_views.squad_set_up, name="rollout-squad-set-up"),
    path("rollout/squads/<int:team_id>", squad_views.squad_page, name="rollout-squad"),
    path("rollout/squads/<int:team_id>/copy", squad_views.squad_copy, name="rollout-squad-copy"),
    path("rollout/squads/<int:team_id>/pulse/<int:day>/read", squad_views.squad_read, name="rollout-squad-read"),
    path("rollout/squads/<int:team_id>/playbook.md", squad_views.squad_text, name="rollout-squad-text"),
    path("rollout/squads/<int:team_id>/playbook.zip", squad_views.squad_zip, name="rollout-squad-zip"),
    path("rollout/tools", standup.tools_page, name="rollout-tools"),
    path("rollout/baseline", standup.baseline_page, name="rollout-baseline"),
    path("rollout/baseline/take", standup.baseline_take, name="rollout-baseline-take"),
    path("adoption", standup.adoption_page, name="adoption"),
    path("scorecard", scorecard.scorecard, name="scorecard"),
    path("scorecard/new", scorecard.scorecard_new, name="scorecard-new"),
    path("scorecard/baseline", scorecard.scorecard_baseline, name="scorecard-baseline"),
    path("scorecard/review", scorecard.scorecard_review, name="scorecard-review"),
    path("scorecard/rows", scorecard.scorecard_add, name="scorecard-add"),
    path("scorecard/rows/<slug:row>", scorecard.scorecard_change, name="scorecard-change"),
    path("scorecard/rows/<slug:row>/remove", scorecard.scorecard_remove, name="scorecard-remove"),
    path("plays", plays.play_list, name="plays"),
    path("plays/look", plays.look, name="plays-look"),
    path("plays/<int:number>", plays.play_page, name="play"),
    path("plays/<int:number>/notes", plays.notes, name="play-notes"),
    path("plays/<int:number>/tried", plays.tried, name="play-tried"),
    path("stage", stage_views.stage_page, name="stage"),
    path("stage/set", stage_views.stage_set, name="stage-set"),
    path("stage/mark", stage_views.stage_mark, name="stage-mark"),
    path("library", library_views.library_page, name="library"),
    path("library/add", library_views.library_add, name="library-add"),
    path("library/share-outs/prepare", library_views.share_out_prepare, name="library-share-out"),
    path("library/feeds/follow", library_views.feed_follow, name="library-feed-follow"),
    path("library/feeds/<int:feed_id>/leave", library_views.feed_leave, name="library-feed-leave"),
]  # fmt: skip
