"""The doors: guessing, resetting, forwarded headers, bodies of strangers, and refusals that are no crashes."""

import re
from email import policy
from email.parser import BytesParser

import pytest
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.test import RequestFactory

from loopline.entry import middleware
from loopline.entry.proxies import networks, settle
from loopline.platform.identity.models import User

PASSWORD = "a long and quiet river 7"


@pytest.fixture(autouse=True)
def _fresh_limits():
    cache.clear()
    yield
    cache.clear()


def _guess(client, n, **headers):
    return client.post(
        "/account/login/", {"login": "olu@oakrow.example", "password": f"wrong {n}"}, headers=headers,
        REMOTE_ADDR=f"198.51.100.{n}",
    ).content.decode()  # fmt: skip


def test_guesses_at_one_account_are_counted_whatever_host_they_name(client, cast):
    said = [_guess(client, n, host=f"h{n}.example") for n in range(1, 8)]
    assert "Too many" not in said[4]
    assert all("Too many" in s for s in said[5:])


def test_at_most_twenty_guesses_at_one_account_an_hour(client, cast, monkeypatch):
    import time

    start, checked = time.time(), 0
    for n in range(1, 60):
        monkeypatch.setattr("allauth.core.internal.ratelimit.time.time", lambda n=n: start + n * 60)
        checked += "Too many" not in _guess(client, n)
    assert checked <= 20


def _ask(client, email):
    return client.post(
        "/account/password/reset/", {"email": email}, headers={"host": "evil.example"}
    )


def test_a_reset_mail_leads_to_our_own_address_only(
    client, cast, run_jobs, monkeypatch, tmp_path, settings
):
    monkeypatch.setenv("LOOPLINE_SMTP_URL", f"file://{tmp_path}")
    answered = [_ask(client, e) for e in ("olu@oakrow.example", "nobody@oakrow.example")]
    assert [a.status_code for a in answered] == [302, 302]
    assert answered[0].url == answered[1].url
    run_jobs()
    (file,) = tmp_path.iterdir()
    text = BytesParser(policy=policy.default).parsebytes(file.read_bytes()).get_content()
    (link,) = re.findall(r"https?://\S+", text)
    assert link.startswith(f"{settings.BASE_URL}/account/password/reset/key/")
    assert "evil" not in text
    form = client.get(link.removeprefix(settings.BASE_URL), follow=True)
    client.post(form.redirect_chain[-1][0], {"password1": PASSWORD, "password2": PASSWORD})
    assert User.objects.get(email="olu@oakrow.example").check_password(PASSWORD)


def test_a_reset_without_a_mail_server_says_the_same_and_breaks_nothing(client, cast, run_jobs):
    assert _ask(client, "olu@oakrow.example").status_code == 302
    run_jobs()


PROXIES = networks("10.0.0.0/8, fd00::1")


@pytest.mark.parametrize(
    ("sender", "forwarded", "asks"),
    [
        ("203.0.113.9", "1.1.1.1", "203.0.113.9"),
        ("10.0.0.1", "6.6.6.6, 198.51.100.4", "198.51.100.4"),
        ("10.0.0.1", "6.6.6.6, 198.51.100.4, 10.0.0.2", "198.51.100.4"),
        ("::ffff:10.0.0.1", "198.51.100.4", "198.51.100.4"),
        ("fd00::1", "2001:db8::7", "2001:db8::7"),
        ("10.0.0.1", "nonsense", "10.0.0.1"),
        ("10.0.0.1", "", "10.0.0.1"),
    ],
)
def test_only_our_proxies_are_believed(sender, forwarded, asks):
    meta = {"REMOTE_ADDR": sender, "HTTP_X_FORWARDED_FOR": forwarded, "HTTP_X_FORWARDED_PROTO": "https"}  # fmt: skip
    settle(meta, PROXIES)
    assert meta["REMOTE_ADDR"] == asks
    assert ("HTTP_X_FORWARDED_PROTO" in meta) == (sender != "203.0.113.9")


def test_a_range_that_is_none_is_named():
    with pytest.raises(ValueError, match="LOOPLINE_TRUSTED_PROXIES"):
        networks("yes")


@pytest.mark.parametrize(
    ("path", "size", "status"),
    [("/account/login/", 28_000_000, 413), ("/imports", 28_000_000, 200), ("/imports", 110_000_000, 413),
     ("/api/v1/feedback", 6_000_000, 413), ("/nowhere", 10**30, 413)],
)  # fmt: skip
def test_a_strangers_file_is_refused_before_it_is_read(path, size, status):
    from django.http import HttpResponse

    asked = RequestFactory().post(path, b"", content_type="multipart/form-data; boundary=x")
    asked.META["CONTENT_LENGTH"] = str(size)
    assert middleware.RequestFrame(lambda _r: HttpResponse("ok"))(asked).status_code == status


def test_what_django_forbids_is_no_crash(signed_in, cast, monkeypatch):
    def refuse(*_: object, **__: object) -> None:
        raise PermissionDenied

    monkeypatch.setattr("loopline.slices.home.views.signed_in", refuse)
    assert signed_in(cast.bo).get("/").status_code == 403


@pytest.mark.parametrize(
    ("came_from", "back"),
    [("http://testserver/feedback?q=1", "/feedback?q=1"), ("http://evil.example/?http://testserver/x", "/"),
     ("http://testserver//evil.example/", "/"), ("http://testserver/\\evil.example", "/"), ("", "/"),
     ("http://testserver.evil.example/x", "/")],
)  # fmt: skip
def test_after_a_form_one_is_led_to_our_own_pages(came_from, back):
    from loopline.platform.shell.views import _back

    assert _back(RequestFactory().post("/undo", headers={"referer": came_from})) == back


@pytest.mark.parametrize(
    "words",
    ['"><img src', '"', 'a " b', '"a" "b', "* ^ : - ( ) NEAR", "AND OR NOT", "a*", "\x00"],
)
def test_no_words_break_the_search(signed_in, cast, words):
    browser = signed_in(cast.bo)
    for page in ("/search", "/feedback", "/find", "/palette"):
        assert browser.get(page, {"q": words}, headers={"HX-Request": "true"}).status_code == 200


def test_a_home_is_its_owners_alone(tmp_path):
    from loopline.entry.home import Home

    home = Home(tmp_path / "deep" / "home", {})
    home.folder("imports")
    assert home.path.stat().st_mode & 0o077 == 0


def test_what_commands_write_is_its_owners_alone(tmp_path):
    import os
    import subprocess
    import sys

    home = tmp_path / "home"
    home.mkdir(mode=0o755)
    subprocess.run(
        [sys.executable, "-m", "loopline.entry.cli.main", "init", "--home", str(home),
         "--owner-email", "a@b.example"],
        env={k: v for k, v in os.environ.items() if not k.startswith("LOOPLINE_")}, check=True, capture_output=True,
    )  # fmt: skip
    files = [f for f in home.rglob("*") if f.is_file()]
    assert home / "loopline.sqlite3" in files
    assert [f for f in files if f.stat().st_mode & 0o077] == []


def test_who_is_deactivated_is_out_at_once(signed_in, cast, now):
    from loopline.platform.entrance import services

    browser = signed_in(cast.bo)
    assert browser.get("/feedback").status_code == 200
    services.set_active(actor=cast.olu, user_id=cast.bo.user_id, active=False, now=now)
    assert browser.get("/feedback").status_code == 302
    services.set_active(actor=cast.olu, user_id=cast.bo.user_id, active=True, now=now)
    assert browser.get("/feedback").status_code == 302, "an old session came back to life"
