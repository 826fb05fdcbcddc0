"""People who use the product: found, joined, linked to customers, in pages and the API."""

from multiprocessing.connection import Listener
from pathlib import Path

import pytest

from loopline.slices.customers.services import save_account
from loopline.slices.insights.models import Cohort, CohortMember
from loopline.warehouse.desk.client import address_of
from loopline.warehouse.records import Fact
from tests.events import micros


@pytest.fixture
def people(stored, db):
    """Ann came as a visitor first; Bob has a slash in his id; forty others."""
    at = micros("2026-11-01T10:00")
    stored(
        [
            ("page seen", "visitor-1", "2026-11-01T09:00"),
            ("signup", "ann", "2026-11-01T10:00", {"plan": "pro"}, "tarn.example"),
            ("export", "ann", "2026-11-18T10:00", {"x": "<i>"}, "tarn.example"),
            ("signup", "bob/1 ?&é", "2026-11-03T10:00"),
            *(("seen", f"p{n:02}", f"2026-10-{n % 28 + 1:02}T10:00") for n in range(60)),
        ],
        [
            Fact("identify", "visitor-1", at, "ann", b"{}"),
            Fact(
                "person",
                "ann",
                at,
                "",
                b'{"email": "ann@tarn.example", "name": "Ann Tarn", "<b>": "<u>"}',
            ),
            Fact("member", "ann", at, "tarn.example", b"{}"),
        ],
    )


def _page(client, path, status=200, **headers):
    answer = client.get(path, headers=headers)
    assert answer.status_code == status, answer.content[:800]
    return answer.content.decode()


def test_the_list_finds_by_id_address_and_account(people, signed_in, cast):
    client = signed_in(cast.ann)
    page = _page(client, "/people")
    assert "Ann Tarn" in page
    assert page.index("Ann Tarn") < page.index("bob/1")
    assert "offset=50" in page
    assert "p00" in _page(client, "/people?offset=50")
    assert "bob/1" not in _page(client, "/people?q=tarn.example")
    assert "Ann Tarn" in _page(client, "/people?account=tarn.example")
    assert "Nobody matches" in _page(client, "/people?q=nobody-at-all")
    assert "Ann Tarn" in _page(client, "/people?offset=99999999999999")
    assert signed_in(cast.dee).get("/people").status_code == 403
    assert signed_in(cast.dee).get("/people/ann").status_code == 403


def test_a_person_is_shown_with_all_that_belongs_to_them(people, signed_in, cast, now):
    save_account(actor=cast.bo, changes={"name": "Tarn Valley", "domain": "tarn.example"}, now=now)
    cohort = Cohort.objects.create(name="Exporters", created_at=now, updated_at=now)
    CohortMember.objects.create(cohort=cohort, actor_id="ann")
    page = _page(signed_in(cast.bo), "/people/visitor-1")
    for wanted in (
        "Ann Tarn",
        "visitor-1",
        "Tarn Valley",
        "Exporters",
        "export",
        "page seen",
        "&lt;u&gt;",
    ):
        assert wanted in page, wanted
    assert "<u>" not in page
    assert "3 events" in page.replace("\u00a0", " ")
    assert "Erase" not in page
    assert "Erase" in _page(signed_in(cast.ada), "/people/ann")
    _page(signed_in(cast.bo), "/people/nobody", 404)


def test_ids_may_hold_anything(people, signed_in, cast, client, token):
    page = _page(signed_in(cast.bo), "/people")
    at = (
        page.split("bob/1")[0].rsplit('href="', 1)[1]
        + "bob/1"
        + page.split("bob/1", 1)[1].split('"')[0]
    )
    assert "bob/1 ?&amp;é" in _page(signed_in(cast.bo), at)
    said = client.get("/api/v1/people/bob%2F1%20%3F%26%C3%A9", headers=token("member"))
    assert said.json()["id"] == "bob/1 ?&é"


def test_the_timeline_goes_on(stored, signed_in, cast):
    stored([("seen", "ann", f"2026-11-{d:02}T{h:02}:00") for d in range(1, 10) for h in range(10)])
    client = signed_in(cast.ann)
    page = _page(client, "/people/ann")
    at = page.split('id="more-days"><a class="btn" href="')[1].split('"')[0].replace("&amp;", "&")
    rest = _page(client, at, **{"HX-Request": "true"})
    assert "<html" not in rest
    assert rest.count("<li>") == 40
    assert page.count('class="strong">seen') == 40


def test_the_api_pages_through_people_and_what_they_did(people, client, token):
    header = token("member")
    first = client.get("/api/v1/people?limit=50", headers=header).json()
    assert (first["count"], len(first["items"]), first["next_cursor"]) == (62, 50, "50")
    rest = client.get("/api/v1/people?limit=50&cursor=50", headers=header).json()
    assert len(rest["items"]) == 12
    assert not {p["id"] for p in first["items"]} & {p["id"] for p in rest["items"]}
    ann = client.get("/api/v1/people/visitor-1", headers=header).json()
    assert (ann["id"], ann["account"], ann["events"], sorted(ann["ids"])) == (
        "ann", "tarn.example", 3, ["ann", "visitor-1"],
    )  # fmt: skip
    did = client.get("/api/v1/people/ann/events?limit=2", headers=header).json()
    assert [e["event"] for e in did["items"]] == ["export", "signup"]
    more = client.get(
        f"/api/v1/people/ann/events?limit=2&cursor={did['next_cursor']}", headers=header
    )
    assert [e["event"] for e in more.json()["items"]] == ["page seen"]
    for path, status in (
        ("people/nobody", 404), ("people/nobody/events", 404), ("people?cursor=x", 422), ("people?limit=0", 422),
        ("people?no=1", 422),
    ):  # fmt: skip
        assert client.get(f"/api/v1/{path}", headers=header).status_code == status, path
    assert client.get("/api/v1/people", headers=token("viewer")).status_code == 403


def test_the_api_keeps_the_catalogue(people, client, token, now):
    from loopline.slices.insights import cataloguing

    cataloguing.refresh(now)
    header = token("product") | {"Content-Type": "application/json"}
    rows = client.get("/api/v1/event-names?sort=name", headers=header).json()["items"]
    assert [r["name"] for r in rows] == ["export", "page seen", "seen", "signup"]
    key = rows[3]["id"]
    said = client.patch(
        f"/api/v1/event-names/{key}", '{"description": "New account", "state": "retired"}',
        content_type="application/json", headers=header,
    )  # fmt: skip
    assert (said.json()["description"], said.json()["state"]) == ("New account", "retired")
    found = client.get(f"/api/v1/event-names/EV-{key}/properties", headers=header).json()
    assert [p["name"] for p in found["items"]] == ["plan"]
    made = client.post(
        "/api/v1/event-names",
        '{"name": "trial started"}',
        content_type="application/json",
        headers=header,
    )
    assert (made.status_code, made.json()["state"]) == (201, "planned")
    again = client.post(
        "/api/v1/event-names",
        '{"name": "trial started"}',
        content_type="application/json",
        headers=header,
    )
    assert again.status_code == 409
    assert client.get("/api/v1/event-names/99", headers=header).status_code == 404


def _palette(client, q):
    page = client.get("/palette", {"q": q}, headers={"HX-Request": "true"}).content.decode()
    _, _, rest = page.partition('aria-label="Product people"')
    return rest.partition("</div>\n</div>")[0] if rest else ""


def test_the_palette_finds_people_by_the_start_of_id_address_or_name(people, signed_in, cast):
    client = signed_in(cast.ann)
    for q in ("ann@ta", "Ann T", "ANN"):
        assert 'data-href="/people/ann"' in _palette(client, q), q
    assert "ann@tarn.example" in _palette(client, "Ann T")
    assert "/people/bob%2F1%20%3F%26%C3%A9" in _palette(client, "bob/")
    assert _palette(client, "p0").count("data-href") == 0  # too short
    assert _palette(client, "visitor-1") == _palette(client, "tarn.ex") == ""  # not how they start
    assert _palette(signed_in(cast.dee), "ann@ta") == ""


def test_the_palette_neither_starts_a_desk_nor_waits_for_one(people, signed_in, cast, settings):
    settings.LOOPLINE_ENGINE = "process"
    client = signed_in(cast.ann)
    assert _palette(client, "ann@ta") == ""
    address = address_of(settings.LOOPLINE_EVENTS)
    assert not Path(address).exists()
    with Listener(address, "AF_UNIX"):  # knocks are taken, nobody answers
        page = client.get("/palette", {"q": "ann@ta"}, headers={"HX-Request": "true"})
    assert page.status_code == 200
    assert "Product people" not in page.content.decode()
