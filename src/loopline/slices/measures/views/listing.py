"""The list of metrics."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from loopline.platform.identity.actor import Actor
from loopline.platform.ui.formats import written
from loopline.platform.ui.pages import list_csv, list_page, now_in
from loopline.slices.measures import queries
from loopline.slices.measures.lists import SPEC
from loopline.slices.measures.models import Metric
from loopline.slices.measures.pages import signed


def metric_list(request: HttpRequest) -> HttpResponse:
    def decorate(rows: Sequence[Metric], _actor: Actor) -> Mapping[str, Any]:
        return {"summaries": queries.metric_summary([m.pk for m in rows], now=now_in(request))}

    return list_page(
        request, SPEC, queries.rows(), template="measures/list.html", decorate=decorate,
        context={"written": written, "signed": signed},
    )  # fmt: skip


def metric_csv(request: HttpRequest) -> HttpResponseBase:
    return list_csv(request, SPEC, queries.rows())
