"""Who sees what was frozen, who may write where, and how much a page holds."""

import pytest

from loopline.core.problems import Invalid, NotAllowed
from loopline.platform.blocks import registry
from loopline.platform.identity.policy import Role, declare
from loopline.slices.docs import pages, rules, services, templating
from loopline.slices.docs.models import Doc


def test_what_an_admin_froze_is_hidden_from_who_may_not_see_it(make, read, cast, now):
    declare({"test_secret.read": Role.ADMIN})
    block = registry.Block(
        "test-secret",
        "Secret",
        "",
        "test_secret.read",
        lambda *_: registry.Shown("Salaries: 9", 9.0),
    )
    registry.register(block)
    pk = make("Pay", body="{{test-secret}}")
    services.keep_blocks(
        actor=cast.ada, doc_id=pk, kept=pages.frozen(cast.ada, read(pk), now), now=now
    )
    said = {who: pages.page_parts(getattr(cast, who), read(pk), now)[0].shown for who in ("ada", "dee")}  # fmt: skip
    assert said["ada"].sentence == "Salaries: 9"
    assert (said["dee"].sentence, said["dee"].value) == ("", None)
    assert pages.frozen(cast.dee, read(pk), now) == {}


def test_a_page_holds_so_many_blocks_and_each_place_once(make, read, cast, now):
    with pytest.raises(Invalid, match="blocks"):
        make("Long", body="{{test-slow}}\n" * (rules.MOST_MARKS + 1))
    pk = make("Long", body="{{test-slow}}\n" * rules.MOST_MARKS)
    Doc.objects.filter(pk=pk).update(body="Words\n\n{{test-slow}}\n" * 5_000)
    assert len(pages.page_parts(cast.bo, read(pk), now)) <= 2 * rules.MOST_MARKS + 1
    pk = make()
    Doc.objects.filter(pk=pk).update(body="{{fill lines}}\n" * 50)
    assert len(pages.page_parts(cast.bo, read(pk), now)) == 1


def test_a_template_can_ask_for_more_than_writing(tmp_path, monkeypatch, make, read, cast, now, signed_in):  # fmt: skip
    text = (
        "---\nkey: held\ntitle: Held\nabout: Held.\ngroup: Tests\nwrite: scorecard.change\nplaces:\n"
        "  - {key: notes, label: Notes}\n---\n{{fill notes}}\n"
    )
    folder = tmp_path / "held"
    folder.mkdir()
    (folder / "held.md").write_text(text, encoding="utf-8")
    monkeypatch.setattr(templating, "_FOLDERS", [*templating._FOLDERS, folder])
    templating._READ.clear()
    with pytest.raises(NotAllowed):
        make("Mine", template="held", actor=cast.ann)
    pk = make("Ours", template="held")
    ann = {"actor": cast.ann, "doc_id": pk, "now": now}
    for act in (
        lambda: services.fill(**ann, key="notes", value="x"),
        lambda: services.archive(**ann),
        lambda: services.change_doc(actor=cast.ann, id_=pk, changes={"body": ""}, now=now),
        lambda: services.review(**ann),
    ):
        with pytest.raises(NotAllowed):
            act()
    page = signed_in(cast.ann).get(f"/docs/{pk}").content.decode()
    assert f"/docs/{pk}/fill/notes" not in page
    services.fill(actor=cast.bo, doc_id=pk, key="notes", value="x", now=now)
    assert read(pk).data == {"notes": "x"}
