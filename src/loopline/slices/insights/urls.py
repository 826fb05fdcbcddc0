"""Addresses of insights."""

from django.urls import path

from loopline.slices.insights.views import cohorts, events, explore, keys, persons, reports, sql

urlpatterns = [
    path("events", events.live, name="events"),
    path("events/keys", keys.keys, name="event-keys"),
    path("events/catalogue", events.catalogue, name="event-names"),
    path("events/catalogue.csv", events.catalogue_csv, name="event-names-csv"),
    path("events/catalogue/bulk", events.catalogue_bulk, name="event-names-bulk"),
    path("events/catalogue/refresh", events.catalogue_refresh, name="event-names-refresh"),
    path("events/catalogue/new", events.event_new, name="event-name-new"),
    path("events/catalogue/<int:event_id>", events.event_page, name="event-name-page"),
    path("people", persons.person_list, name="product-people"),
    path("people/<path:person>", persons.person_page, name="product-person"),
    path("cohorts", cohorts.cohort_list, name="cohorts"),
    path("cohorts.csv", cohorts.cohort_csv, name="cohorts-csv"),
    path("cohorts/bulk", cohorts.cohort_bulk, name="cohorts-bulk"),
    path("cohorts/new", cohorts.cohort_new, name="cohort-new"),
    path("cohorts/<int:cohort_id>", cohorts.cohort_page, name="cohort-page"),
    path("cohorts/<int:cohort_id>/members.csv", cohorts.members_csv, name="cohort-members-csv"),
    path("cohorts/<int:cohort_id>/<slug:verb>", cohorts.cohort_do, name="cohort-do"),
    path("sql", sql.editor, name="sql"),
    path("sql.csv", sql.download, name="sql-csv"),
    path("sql/run", sql.run, name="sql-run"),
    path("sql/save", sql.save, name="sql-save"),
    path("sql/sources", sql.sources, name="sql-sources"),
    path("insights/<slug:kind>", explore.explore, name="explore"),
    path("insights/<slug:kind>/edit", explore.explore_edit, name="explore-edit"),
    path("insights/<slug:kind>/answer", explore.explore_answer, name="explore-answer"),
    path("insights/<slug:kind>/people", explore.explore_people, name="explore-people"),
    path("insights/<slug:kind>/save", explore.explore_save, name="explore-save"),
    path("funnels", explore.kept_of, {"kind": "funnel"}, name="funnels"),
    path("retention", explore.kept_of, {"kind": "retention"}, name="retention"),
    path("trends", explore.kept_of, {"kind": "trend"}, name="trends"),
    path("reports", reports.report_list, name="reports"),
    path("reports.csv", reports.report_csv, name="reports-csv"),
    path("reports/<int:report_id>", reports.report_page, name="report-page"),
    path("reports/<int:report_id>/definition", reports.report_change, name="report-change"),
    path("reports/<int:report_id>/archive", reports.report_archive, name="report-archive"),
]
