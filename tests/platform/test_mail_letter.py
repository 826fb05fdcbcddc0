"""What can and cannot get into a mail's headers and body."""

import email
from dataclasses import replace
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import default

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loopline.platform.egress.letter import MailRefused, Message, address, compose

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
PLAIN = Message(to="tom@brightleaf.test", subject="Hello", text="Hi")
HEADERS = {
    "from",
    "to",
    "subject",
    "date",
    "content-type",
    "content-transfer-encoding",
    "mime-version",
}


def sent(message: Message) -> EmailMessage:
    raw = compose(message, sender="hello@oakrow.test", now=NOW).as_bytes()
    return email.message_from_bytes(raw, policy=default)


@given(st.text(max_size=300), st.text(max_size=300))
def test_no_subject_or_text_makes_a_header_of_its_own(subject: str, text: str) -> None:
    mail = sent(replace(PLAIN, subject=subject, text=text))
    assert {name.lower() for name in mail} == HEADERS
    assert len(mail["Subject"].splitlines()) <= 1


def test_a_subject_of_several_lines_becomes_one() -> None:
    mail = sent(replace(PLAIN, subject="Hello\r\nBcc: eve@evil.test\n\n<b>x</b>\u2028\x00y"))
    assert mail["Subject"] == "Hello Bcc: eve@evil.test <b>x</b> y"
    assert mail["Bcc"] is None
    assert len(sent(replace(PLAIN, subject="x" * 9000))["Subject"]) == 250


@pytest.mark.parametrize(
    "to",
    [
        "",
        "tom",
        "tom@",
        "@brightleaf.test",
        "a@x.test, b@y.test",
        "a@x.test;b@y.test",
        "tom@brightleaf.test\r\nBcc: eve@evil.test",
        "Tom\nBcc: eve@evil.test <tom@brightleaf.test>",
        "tom@brightleaf.test\x00",
        "tom@b@c.test",
        "team: a@x.test, b@y.test;",
        "<a@x.test> <b@y.test>",
        "tom@" + "x" * 300 + ".test",
        "tom@brightleaf..test",
        "\ud800@x.test",
    ],
)
def test_anything_but_one_address_is_refused(to: str) -> None:
    with pytest.raises(MailRefused, match="is not one mail address"):
        compose(replace(PLAIN, to=to), sender="hello@oakrow.test", now=NOW)
    with pytest.raises(MailRefused, match="is not one mail address"):
        compose(replace(PLAIN, sender=to or "x"), sender="hello@oakrow.test", now=NOW)


@pytest.mark.parametrize(
    ("text", "shown", "plain"),
    [
        ("tom@brightleaf.test", "", "tom@brightleaf.test"),
        ('"Ćwik, Tom" <tom@brightleaf.test>', "Ćwik, Tom", "tom@brightleaf.test"),
        ("tom+a.b@bücher.test", "", "tom+a.b@xn--bcher-kva.test"),
        ("  tom@brightleaf.test ", "", "tom@brightleaf.test"),
        ("tom @brightleaf.test", "", "tom@brightleaf.test"),
        ("O'Neil <o'neil@x.test>", "O'Neil", "o'neil@x.test"),
    ],
)
def test_usual_addresses_pass(text: str, shown: str, plain: str) -> None:
    found = address(text, "recipient")
    assert (found.display_name, found.addr_spec) == (shown, plain)


@pytest.mark.parametrize(
    "headers",
    [
        {"Bcc": "eve@evil.test"},
        {"from": "eve@evil.test"},
        {"X-A: b\r\nBcc": "x"},
        {"": "x"},
        {"X Y": "x"},
        {"List-Unsubscribe": "<https://evil.test>"},
    ],
)
def test_headers_that_are_ours_or_malformed_are_refused(headers: dict[str, str]) -> None:
    with pytest.raises(MailRefused, match="cannot be set"):
        compose(replace(PLAIN, headers=headers), sender="hello@oakrow.test", now=NOW)


def test_a_header_value_stays_one_line() -> None:
    mail = sent(replace(PLAIN, headers={"X-Cause": "a\r\nBcc: eve@evil.test"}))
    assert mail["X-Cause"] == "a Bcc: eve@evil.test"
    assert mail["Bcc"] is None


@pytest.mark.parametrize("text", ["x@y.test", "<x>", "<x@y>\r\nBcc: z", "<x y@z>", "<a@b> <c@d>"])
def test_ids_that_are_none_are_refused(text: str) -> None:
    for message in (replace(PLAIN, message_id=text), replace(PLAIN, in_reply_to=text)):
        with pytest.raises(MailRefused, match="is not a message id"):
            compose(message, sender="hello@oakrow.test", now=NOW)


def test_one_click_is_offered_for_https_only() -> None:
    mail = sent(replace(PLAIN, list_unsubscribe_url="http://127.0.0.1:8000/u/1"))
    assert mail["List-Unsubscribe"] == "<http://127.0.0.1:8000/u/1>"
    assert mail["List-Unsubscribe-Post"] is None
    for url in ("javascript:x", "https://x.test/>\r\nBcc: y", "https://x.test/a b", "mailto:a@b"):
        with pytest.raises(MailRefused, match="unsubscribe"):
            compose(replace(PLAIN, list_unsubscribe_url=url), sender="hello@oakrow.test", now=NOW)


def test_a_long_unsubscribe_address_survives_folding() -> None:
    url = "https://loop.oakrow.test/unsubscribe/" + "a1B2-_" * 40
    assert sent(replace(PLAIN, list_unsubscribe_url=url))["List-Unsubscribe"] == f"<{url}>"


def test_a_body_beyond_all_measure_is_refused() -> None:
    with pytest.raises(MailRefused, match="longer than"):
        compose(replace(PLAIN, text="x" * 1_000_001), sender="hello@oakrow.test", now=NOW)


def test_control_characters_and_half_pairs_drop_out_of_the_body() -> None:
    body = sent(replace(PLAIN, text="a\x00b\ud800c\td")).get_body(("plain",))
    assert body is not None
    assert body.get_content().strip() == "abc\td"
