"""What was said in an interview comes into the intake from its page, line by line and once."""

import pytest

from loopline.slices.docs import queries, services

pytestmark = pytest.mark.django_db


def test_an_insight_becomes_feedback_once_with_its_themes_and_account(signed_in, cast, now):
    from loopline.slices.feedback.models import Feedback

    pk = services.create_doc(actor=cast.bo, new=services.NewDoc("Talk", "interview"), now=now)
    services.fill(actor=cast.bo, doc_id=pk, key="account", value="Tarn Valley", now=now)
    row = services.add_row(
        actor=cast.bo, doc_id=pk, key="insights", now=now,
        values={"said": "I walk to the office for every swap.", "tags": "swaps, phone"},
    )  # fmt: skip
    client = signed_in(cast.bo)
    page = client.get(f"/docs/{pk}").content.decode()
    assert "Into the intake" in page
    for _ in range(2):
        answer = client.post(f"/docs/{pk}/rows/insights/{row}/act", headers={"HX-Request": "true"})
        assert answer.status_code == 200, answer.content
    item = Feedback.objects.get()
    assert f'href="/feedback/{item.pk}">FB-{item.pk}</a>' in answer.content.decode()
    assert (item.source, item.account.name) == ("interview", "Tarn Valley")
    assert sorted(t.name for t in item.tags.all()) == ["phone", "swaps"]
    doc = queries.one(actor=cast.bo, doc_id=pk)
    assert doc.data["insights"][0]["became"] == {"key": f"FB-{item.pk}", "url": f"/feedback/{item.pk}"}  # fmt: skip
    assert client.post(f"/docs/{pk}/rows/insights/zz/act").status_code == 404
    assert client.post(f"/docs/{pk}/rows/guide/{row}/act").status_code == 404
