"""Pages of docs: what they show, what they refuse, what hostile text becomes, and how few queries they ask."""

import re

import pytest

from loopline.slices.docs import services
from loopline.slices.docs.models import Doc

H = {"HX-Request": "true"}


def text(answer, status=200):
    assert answer.status_code == status, answer.content[-2000:]
    return answer.content.decode()


def test_from_a_template_to_a_filled_page(signed_in, cast):
    c = signed_in(cast.bo)
    assert "Every place" in text(c.get("/docs/new"))
    made = c.post("/docs/new", {"title": "", "template": "every-place"})
    at = made["Location"]
    page = text(c.get(at))
    assert "2 things." in page
    assert 'hx-get="/blocks/test-slow"' in page
    assert "There is no block called no-such-block." in page
    assert "no place called nowhere" in page
    answer = text(c.post(f"{at}/fill/notes", {"value": "People *struggle*"}, headers=H))
    assert "<em>struggle</em>" in answer
    assert "theirs" not in answer
    again = c.post(f"{at}/fill/notes", {"value": "x", "was": "else"}, headers=H)
    assert "Somebody changed" in text(again, 409)
    assert "not a number" in text(c.post(f"{at}/fill/size", {"value": "big"}, headers=H), 422)
    line = text(c.post(f"{at}/rows/lines", {"what": "Lunch", "cost": "12"}, headers=H))
    assert "Lunch" in line
    assert "Total" in line
    row = Doc.objects.get().data["lines"][0]["id"]
    assert 'name="what"' in text(c.get(f"{at}/fill/lines?edit={row}", headers=H))
    gone = text(c.post(f"{at}/rows/lines/{row}/remove", {}, headers=H))
    assert "The line is gone." in gone
    undo = re.search(r'data-undo-line="(/undo/[^"]+)"', gone)[1]
    assert c.post(undo, headers=H).status_code in (200, 204, 302)
    assert "Lunch" in text(c.get(at))
    ticked = text(c.post(f"{at}/tick/checks/told", {"done": "1"}, headers=H))
    assert "1 of 2" in ticked
    assert "Bo Decider" in ticked


def test_words_with_versions_a_preview_and_a_readable_difference(signed_in, cast, make):
    c, pk = signed_in(cast.bo), make("Plan", body="We sell the old thing to schools.\n")
    assert "as they were first written" in text(c.get(f"/docs/{pk}/versions"))
    seen = text(c.post(f"/docs/{pk}/preview", {"body": "**Bold** \n\n{{test-count of=eggs}}"}))
    assert "<strong>Bold</strong>" in seen
    assert "2 eggs." in seen
    assert "Slowly" not in text(c.post(f"/docs/{pk}/preview", {"body": "{{test-slow}}"}))
    version = Doc.objects.get(pk=pk).version
    body = {"title": "Plan", "body": "We sell the new thing to schools.\n", "version": version}
    assert c.post(f"/docs/{pk}/edit", body).status_code == 302
    assert "Somebody changed" in text(c.post(f"/docs/{pk}/edit", body | {"body": "z"}), 412)
    page = text(c.get(f"/docs/{pk}/versions"))
    assert "<del>old</del>" in page
    assert "<ins>new</ins>" in page
    assert c.get(f"/docs/{pk}/versions?n=7").status_code == 404
    assert c.post(f"/docs/{pk}/versions/1/restore").status_code == 302
    assert "the old thing" in text(c.get(f"/docs/{pk}"))


HOSTILE = '<script>alert(1)</script><img src=x onerror=alert(1)> [x](javascript:alert(1)) "><b>'


def test_hostile_text_stays_text_everywhere(signed_in, cast, make, now):
    c, pk = signed_in(cast.bo), make(HOSTILE[:190], body=HOSTILE + "\n\n{{metric id=<script>}}\n")
    place = make()
    services.fill(actor=cast.bo, doc_id=place, key="notes", value=HOSTILE, now=now)
    values = {"what": HOSTILE, "at": "javascript:alert(1)", "tags": HOSTILE}
    services.add_row(actor=cast.bo, doc_id=place, key="lines", values=values, now=now)
    services.change_doc(actor=cast.bo, id_=pk, changes={"body": HOSTILE + "x"}, now=now)
    for at in (
        f"/docs/{pk}",
        f"/docs/{pk}/edit",
        f"/docs/{pk}/versions",
        f"/docs/{place}",
        "/docs",
    ):
        page = text(c.get(at))
        assert "<script>alert" not in page
        assert "<img src=x" not in page
        assert 'href="javascript:' not in page


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("get", "/docs/999999", 404),
        ("get", "/docs/{pk}/fill/notes", 404),
        ("get", "/docs/{pk}/rows/lines", 404),
        ("post", "/docs/{pk}/fill/nowhere", 404),
        ("post", "/docs/{pk}/rows/lines/zz/remove", 404),
        ("post", "/docs/{pk}/tick/checks/zz", 404),
        ("get", "/docs/{pk}/preview", 404),
        ("post", "/docs/{pk}/versions/4/restore", 404),
        ("get", "/docs/{pk}/review", 404),
        ("post", "/docs/{pk}/tick/checks/count", 409),
        ("get", "/docs?owner=x", 422),
        ("get", "/docs?standing=odd", 422),
        ("get", "/blocks/no-such", 404),
    ],
)
def test_bad_input_is_refused(signed_in, cast, make, method, path, status):
    c, pk = signed_in(cast.bo), make()
    assert getattr(c, method)(path.format(pk=pk)).status_code == status


def test_a_viewer_sees_no_place_to_write(signed_in, cast, make):
    pk = make()
    page = text(signed_in(cast.dee).get(f"/docs/{pk}"))
    assert "Nothing written yet." in page
    assert '<textarea class="in" name="value"' not in page
    assert signed_in(cast.dee).get(f"/docs/{pk}/edit").status_code == 403


def test_the_page_of_what_was_written_about_says_so(signed_in, cast, make, now):
    pk = make("First", body="x")
    make("Second", body=f"See DOC-{pk}.")
    page = text(signed_in(cast.bo).get(f"/docs/{pk}"))
    assert "Written about it" in page
    assert "Second" in page


def test_the_list_and_a_page_cost_the_same_with_more(
    signed_in, cast, make, now, django_assert_max_num_queries
):
    c = signed_in(cast.bo)
    for n in range(30):
        make(f"Doc {n}", body="x")
    with django_assert_max_num_queries(14):
        text(c.get("/docs"))
    pk = make()
    for n in range(40):
        services.add_row(actor=cast.bo, doc_id=pk, key="lines", values={"what": str(n)}, now=now)
    text(c.get(f"/docs/{pk}"))
    with django_assert_max_num_queries(26):
        text(c.get(f"/docs/{pk}"))
