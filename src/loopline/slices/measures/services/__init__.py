"""Doing things with metrics: naming them, defining them anew, writing values down, having them computed."""

from loopline.slices.measures.builtins import builtin
from loopline.slices.measures.services.editing import change_metric, create_metric
from loopline.slices.measures.services.recording import compute_now, record_value
from loopline.slices.measures.services.starting import install_starters

__all__ = [
    "builtin",
    "change_metric",
    "compute_now",
    "create_metric",
    "install_starters",
    "record_value",
]
