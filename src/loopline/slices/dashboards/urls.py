"""Addresses of dashboards and investigations."""

from django.urls import path

from loopline.slices.dashboards.views import boards, inquiries

urlpatterns = [
    path("dashboards", boards.board_list, name="dashboards"),
    path("dashboards.csv", boards.board_csv, name="dashboards-csv"),
    path("dashboards/new", boards.board_new, name="dashboard-new"),
    path("dashboards/<int:dashboard_id>", boards.board_page, name="dashboard-page"),
    path("dashboards/<int:dashboard_id>.csv", boards.board_data, name="dashboard-data"),
    path("dashboards/<int:dashboard_id>/filters", boards.board_filters, name="dashboard-filters"),
    path("dashboards/<int:dashboard_id>/archive", boards.board_archive, name="dashboard-archive"),
    path("dashboards/<int:dashboard_id>/subscribe", boards.board_subscribe, name="dashboard-subscribe"),
    path("dashboards/<int:dashboard_id>/tiles", boards.tile_add, name="tile-add"),
    path("dashboards/<int:dashboard_id>/tiles/<int:tile_id>", boards.board_tile, name="dashboard-tile"),
    path("dashboards/<int:dashboard_id>/tiles/<int:tile_id>/change", boards.tile_change, name="tile-change"),
    path("dashboards/<int:dashboard_id>/tiles/<int:tile_id>/remove", boards.tile_remove, name="tile-remove"),
    path("investigations", inquiries.inquiry_list, name="investigations"),
    path("investigations.csv", inquiries.inquiry_csv, name="investigations-csv"),
    path("investigations/new", inquiries.inquiry_new, name="investigation-new"),
    path("investigations/<int:investigation_id>", inquiries.inquiry_page, name="investigation-page"),
    path("investigations/<int:investigation_id>/charts", inquiries.inquiry_add, name="investigation-add"),
    path(
        "investigations/<int:investigation_id>/charts/<int:chart_id>", inquiries.inquiry_chart,
        name="investigation-chart",
    ),
    path(
        "investigations/<int:investigation_id>/charts/<int:chart_id>/remove", inquiries.inquiry_drop,
        name="investigation-drop",
    ),
    path("investigations/<int:investigation_id>/conclude", inquiries.inquiry_conclude, name="investigation-conclude"),
    path("investigations/<int:investigation_id>/effect", inquiries.inquiry_effect, name="investigation-effect"),
]  # fmt: skip
