"""Addresses of surveys: /surveys is ours, /survey is open to whoever is asked."""

from django.urls import path

from loopline.slices.surveys.views import asking, embed, pages, public

urlpatterns = [
    path("surveys", pages.survey_list, name="surveys"),
    path("surveys.csv", pages.survey_csv, name="surveys-csv"),
    path("surveys/bulk", pages.survey_bulk, name="surveys-bulk"),
    path("surveys/new", pages.survey_new, name="survey-new"),
    path("surveys/<int:survey_id>", pages.survey_page, name="survey-page"),
    path("surveys/<int:survey_id>/do/<slug:verb>", pages.survey_do, name="survey-do"),
    path("surveys/<int:survey_id>/send", asking.survey_send, name="survey-send"),
    path("surveys/<int:survey_id>/answers", asking.answer_list, name="survey-answers"),
    path("surveys/<int:survey_id>/answers.csv", asking.answer_csv, name="survey-answers-csv"),
    path("surveys/<int:survey_id>/asked", asking.asked_list, name="survey-asked"),
    path("survey/embed.js", embed.embed_script, name="survey-embed"),
    path("survey/api/<str:key>", embed.embed_survey, name="survey-api"),
    path("survey/<str:key>", public.ask_page, name="survey-ask"),
    path("survey/<str:key>/thanks", public.thanks, name="survey-thanks"),
    path("survey/<str:key>/stop", public.stop, name="survey-stop"),
]
