"""Every address with every role: public ones are listed, all others refuse strangers; nothing answers 5xx."""

import re

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

PUBLIC = re.compile(
    r"^(healthz|readyz|metrics|api/openapi\.json|account/.*|accounts?/.*login.*|enter/.*|join/.*|portal.*|changelog.*"
    r"|feeds/.*|survey/.*|prepare.*|unsubscribe/.*|hooks/.*|static/.*|\.well-known/.*|design|api/docs)$"
)
ROLES = ("dee", "ann", "bo", "ada", "olu")


def addresses():
    """Every route of the site as a concrete path."""

    def walk(patterns, prefix=""):
        for p in patterns:
            if isinstance(p, URLResolver):
                yield from walk(p.url_patterns, prefix + str(p.pattern))
            elif isinstance(p, URLPattern):
                yield prefix + str(p.pattern)

    for raw in walk(get_resolver().url_patterns):
        path = re.sub(r"<int:[^>]+>", "987654", raw)
        path = re.sub(r"<(?:str|slug|path):object_type>", "feedback", path)
        path = re.sub(r"<[^>]+>", "987654", path)
        path = re.sub(r"\(\?P<[^>]+>[^)]*\)", "987654", path)
        yield path.replace("^", "").replace("$", "").replace("\\", "")


ALL = sorted(set(addresses()))
PAGES = [a for a in ALL if not a.startswith("api/v1/") and not a.startswith("account/")]
API = [a for a in ALL if a.startswith("api/v1/")]


@pytest.mark.django_db
@pytest.mark.parametrize("path", PAGES)
def test_a_stranger_sees_only_public_pages(client, path):
    if PUBLIC.match(path):
        assert client.get(f"/{path}").status_code < 500
        return
    for method in ("get", "post"):
        response = getattr(client, method)(f"/{path}")
        leads_to_sign_in = response.status_code == 302 and "/account/login" in response["Location"]
        assert leads_to_sign_in or response.status_code in (401, 403, 404, 405), (
            method,
            response.status_code,
        )


@pytest.mark.django_db
@pytest.mark.parametrize("path", API)
def test_the_api_wants_a_token_everywhere(client, path):
    for method in ("get", "post", "patch", "put", "delete"):
        response = getattr(client, method)(f"/{path}", content_type="application/json")
        assert response.status_code in (401, 405, 404), (method, path, response.status_code)
        if path in ("api/v1/",):
            continue
        if response.status_code == 401:
            assert response["Content-Type"].startswith("application/problem+json")


@pytest.mark.django_db
@pytest.mark.parametrize("who", ROLES)
def test_no_address_breaks_for_any_role(signed_in, cast, who):
    client = signed_in(getattr(cast, who))
    broken = []
    for path in PAGES:
        for method in ("get", "post"):
            if path.startswith("account/logout"):
                continue
            response = getattr(client, method)(f"/{path}")
            if response.status_code >= 500:
                broken.append((method, path, response.status_code))
    assert broken == []


@pytest.mark.django_db
def test_a_viewer_writes_nothing(client, token):
    header = token("viewer")
    for path in API:
        for method in ("post", "patch", "put", "delete"):
            response = getattr(client, method)(
                f"/{path}", data="{not json", content_type="application/json", headers=header
            )
            reads = path.startswith(("api/v1/insights", "api/v1/search"))
            if response.status_code != 405 and not reads:
                assert response.status_code in (403, 404), (
                    method,
                    path,
                    response.status_code,
                    response.content[:200],
                )
