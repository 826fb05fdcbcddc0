"""What a viewer is not told on a dashboard."""

from loopline.slices.dashboards import services

MAIL = "ann@acme.example"


def test_a_filter_hides_an_address_from_a_viewer_only(client, token, cast, signed_in, now):
    made = services.create_dashboard(
        actor=cast.bo, name="D", filters=[{"property": "who", "value": MAIL}], now=now
    )
    for who, role, seen in ((cast.dee, "viewer", False), (cast.ann, "member", True)):
        page = signed_in(who).get(f"/dashboards/{made}").content.decode()
        client.logout()
        one = client.get(f"/api/v1/dashboards/{made}", headers=token(role)).content.decode()
        every = client.get("/api/v1/dashboards", headers=token(role)).content.decode()
        assert [MAIL in page, MAIL in one, MAIL in every] == [seen] * 3
