"""Entity tags: an object's version as its ETag, and If-Match on changes."""

from django.http import HttpRequest, HttpResponse

from loopline.core.problems import Invalid


def tag(response: HttpResponse, version: int) -> None:
    """Send the object's version as its ETag."""
    response["ETag"] = f'"v{version}"'


def expected(request: HttpRequest) -> int | None:
    """The version the caller has read, from If-Match; None where it did not say. `*` is any."""
    raw = request.headers.get("If-Match", "").strip().removeprefix("W/").strip('"')
    if not raw or raw == "*":
        return None
    if not raw.startswith("v") or not (raw[1:].isdecimal() and len(raw) < 12):
        raise Invalid(if_match='If-Match is an ETag of ours, such as "v3".')
    return int(raw[1:])
