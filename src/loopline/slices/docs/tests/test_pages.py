import pytest

pytestmark = pytest.mark.django_db


def test_pages(signed_in, cast, now):

    c = signed_in(cast.bo)
    assert c.get("/docs").status_code == 200
    assert c.get("/docs/new").status_code == 200
    r = c.post("/docs/new", {"title": "", "template": "brief"})
    assert r.status_code == 302, r.content
    at = r["Location"]
    page = c.get(at)
    assert page.status_code == 200, page.content[-800:]
    h = {"HX-Request": "true"}
    r = c.post(at + "/fill/problem", {"value": "People *struggle* with FB-1"}, headers=h)
    assert r.status_code == 200, r.content
    assert b"<em>struggle</em>" in r.content
    r = c.post(at + "/fill/problem", {"value": "x", "was": "else"}, headers=h)
    assert r.status_code == 409
    assert c.get(at + "/edit").status_code == 200
    assert c.get("/blocks").status_code == 200
