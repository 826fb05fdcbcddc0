"""Goals, plans and changes of direction by program."""

import pytest

pytestmark = pytest.mark.django_db
JSON = "application/json"


@pytest.fixture
def api(client, token):
    header = token("product")

    def call(method, path, body=None, role=None):
        headers = token(role) if role else header
        data = {"data": body, "content_type": JSON} if method != "get" else {}
        if method != "get" and body is None:
            data = {"content_type": JSON}
        return getattr(client, method)(f"/api/v1{path}", headers=headers, **data)

    return call


def test_from_an_objective_to_a_check_in(api, quarter):
    made = api("post", "/objectives", {"title": "Faster", "period": "2026-Q4"})
    assert made.status_code == 201
    o = made.json()["id"]
    body = {"objective": o, "text": "Swapped more", "target": 60, "metric": str(quarter.metric)}
    key = api("post", "/key-results", body).json()
    assert (key["value"], key["baseline"], key["unit"], key["direction"]) == (31, 31, "%", "up")
    assert api("post", f"/objectives/{o}/start").json()["state"] == "active"
    at = f"/key-results/{key['id']}/check-ins"
    assert api("post", at, {"confidence": 7, "note": "Fine"}).json()["value"] == 31
    typed = api("post", at, {"confidence": 7, "value": 50})
    assert typed.status_code == 422
    assert "not typed in" in typed.json()["detail"]
    assert api("post", at, {"confidence": 11}).status_code == 422
    assert [c["confidence"] for c in api("get", at).json()["items"]] == [7]
    assert api("patch", f"/key-results/{key['key']}", {"target": 20}).status_code == 422
    closed = api("post", f"/objectives/{o}/close", {"outcome": "achieved", "learned": "Yes"}).json()
    assert (closed["state"], closed["outcome"]) == ("closed", "achieved")
    assert api("post", f"/objectives/{o}/reopen").json()["outcome"] is None


def test_lists_filter_and_refuse_what_they_do_not_know(api, quarter):
    found = api("get", f"/key-results?period={quarter.period}&limit=1").json()
    assert len(found["items"]) == 1
    assert found["next_cursor"]
    assert api("get", "/key-results?colour=red").status_code == 422
    assert len(api("get", "/objectives?state=active").json()["items"]) == 1
    assert (
        api("get", f"/bets?key_result={quarter.measured}").json()["items"][0]["title"]
        == "Swap approval"
    )


def test_the_plan_and_its_frozen_states(api, quarter):
    plan = api("get", f"/plan/{quarter.period}").json()
    team = next(t for t in plan["teams"] if t["team"] == "Platform")
    assert (team["room"], team["load"], team["over"]) == (24, 27, 3)
    a = api("post", "/plan-snapshots", {"period": quarter.period}).json()["id"]
    bet = quarter.bets[0]
    moved = api("put", f"/bets/{bet}/plan", {"quarter": "2027-Q1", "weeks": {"Platform": 4}}).json()
    assert moved["weeks"] == {"Platform": 4}
    b = api("post", "/plan-snapshots", {"period": quarter.period}).json()["id"]
    kinds = {
        (d["kind"], d["id"]) for d in api("get", f"/plan-snapshots/{a}/diff/{b}").json()["items"]
    }
    assert kinds == {("moved", str(bet)), ("rescoped", str(bet))}
    put = api("put", f"/plan/{quarter.period}/capacity/Payroll", {"people": 3}).json()
    assert next(t for t in put["teams"] if t["team"] == "Payroll")["room"] == 39
    assert api("get", "/plan/winter").status_code == 422
    assert api("get", "/plan-snapshots/x").status_code == 404


def test_a_change_of_direction_by_program(api, quarter):
    d = api(
        "post", "/directions", {"title": "Other way", "period": quarter.period, "why": "So it is."}
    ).json()
    at = f"/directions/{d['id']}"
    bad = api("post", f"{at}/rows", {"kind": "bet", "action": "pause", "ref": "999"})
    assert bad.status_code == 422
    row = {"kind": "bet", "action": "pause", "ref": f"BET-{quarter.bets[1]}", "quarter": "2027-Q1"}
    assert api("post", f"{at}/rows", row).status_code == 201
    accounts = api("get", "/accounts").json()["items"]
    tarn = next(a["id"] for a in accounts if a["name"] == "Tarn Valley")
    got = api("post", f"{at}/promises", {"account": tarn, "bet": str(quarter.bets[1])}).json()
    p = got["promises"][0]
    assert p["old"] == "Sheet import in Q4 2026"
    assert api("post", f"{at}/decide", role="member").status_code == 403
    decided = api("post", f"{at}/decide").json()
    assert decided["state"] == "decided"
    assert decided["decision"]
    assert api("post", f"{at}/close").status_code == 409
    told = api("patch", f"{at}/promises/{p['id']}", {"state": "told"}).json()
    assert told["promises"][0]["state"] == "told"
    assert api("post", f"{at}/close").json()["state"] == "closed"
    assert api("delete", f"{at}/rows/{decided['rows'][0]['id']}").status_code == 409
