"""Signing in and out in plain HTML."""

import re
from datetime import timedelta
from pathlib import Path

import pytest

from engine.access import SYSTEM, Role
from engine.clock import FixedClock
from engine.commands import people
from engine.errors import SignInRefused
from engine.runtime import Engine
from tests.api.conftest import PASSWORD, Server, prepared

FORM = {"username": "owner", "password": PASSWORD}


def test_signing_in_leads_back_to_where_one_wanted_to_go(server: Server):
    with server.browser() as client:
        wanted = client.get("/lead?id=3&tab=why")
        page = client.get(wanted.headers["location"])
        target = re.search(r'name="next" value="([^"]*)"', page.text)
        assert target is not None
        assert target[1] == "/lead?id=3&amp;tab=why"
        answer = client.post("/auth/sign-in", data={**FORM, "next": "/lead?id=3&tab=why"}, headers={"Origin": server.url})
        assert (answer.status_code, answer.headers["location"]) == (303, "/lead?id=3&tab=why")
        assert client.get("/").status_code == 200
        assert client.get("/auth/sign-in?next=/inbox").headers["location"] == "/inbox"


def test_the_cookie_is_out_of_reach_for_scripts_and_other_sites(server: Server):
    with server.browser() as client:
        cookie = client.post("/auth/sign-in", data=FORM).headers["set-cookie"].lower()
    assert cookie.startswith("jorge_session=")
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert "path=/;" in cookie + ";"
    assert "domain" not in cookie


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "/\\evil.example", "/%09/evil.example"])
def test_signing_in_never_leads_to_another_site(server: Server, target: str):
    with server.browser() as client:
        assert "evil" not in client.get("/auth/sign-in", params={"next": target}).text or target.startswith("/%09")
        location = client.post("/auth/sign-in", data={**FORM, "next": target}).headers["location"]
    assert location == "/" or (location.startswith("/%") and "//" not in location[:2])


def test_a_form_from_another_site_changes_nothing(server: Server):
    with server.signed_in() as client:
        for path in ("/auth/sign-in", "/auth/sign-out", "/auth/password"):
            for foreign in ({"Origin": "https://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}):
                answer = client.post(path, data=FORM, headers=foreign)
                assert answer.status_code == 403
                assert "set-cookie" not in answer.headers
        assert client.get("/").status_code == 200


def test_a_link_alone_does_not_sign_out(server: Server):
    with server.signed_in() as client:
        assert "Sign out, Jorge?" in client.get("/auth/sign-out").text
        assert client.get("/").status_code == 200


def test_a_copied_cookie_is_refused_after_sign_out(server: Server):
    with server.signed_in() as client:
        copied = dict(client.cookies)
        answer = client.post("/auth/sign-out", headers={"Origin": server.url})
        assert answer.headers["location"] == "/auth/sign-in?signed-out"
        assert not client.cookies
        assert "You are signed out" in client.get(answer.headers["location"]).text
    with server.browser() as thief:
        thief.cookies.update(copied)
        assert thief.get("/").status_code == 303
        assert thief.get("/_stcore/host-config").status_code == 401


def test_a_wrong_password_reads_like_a_name_that_is_not_there(server: Server, office: Engine):
    people.add_user(office, SYSTEM, username="wrong-once", name="Wrong Once", role=Role.AGENT, password=PASSWORD)
    pages = []
    with server.browser() as client:
        for name in ("wrong-once", "ghost-once"):
            answer = client.post("/auth/sign-in", data={"username": name, "password": "wrong-password"})
            assert answer.status_code == 401
            assert "set-cookie" not in answer.headers
            pages.append(answer.text.replace(name, "NAME"))
    assert pages[0] == pages[1]


def test_what_was_typed_comes_back_as_text_and_the_password_not_at_all(server: Server):
    with server.browser() as client:
        page = client.post("/auth/sign-in", data={"username": '"><script>alert(1)</script>', "password": "my-secret-1"}).text
    assert "<script" not in page
    assert "my-secret-1" not in page


def test_a_form_of_size_is_refused_before_it_is_read(server: Server):
    with server.browser() as client:
        assert client.post("/auth/sign-in", content=b"x" * 100_000).status_code == 413
        assert client.post("/auth/sign-in", content=b"\xff\xfe=1").status_code == 400
        assert client.post("/auth/sign-in", content="&".join(f"f{n}=1" for n in range(500))).status_code == 400
        assert client.post("/auth/sign-in", content=b"").status_code == 401


def test_a_one_time_password_must_be_replaced_before_anything_opens(server: Server, office: Engine):
    new = people.add_user(office, SYSTEM, username="newcomer", name="New Comer", role=Role.AGENT)
    with server.browser() as client:
        first = client.post("/auth/sign-in", data={"username": "newcomer", "password": new.one_time_password})
        assert first.headers["location"] == "/auth/password"
        assert client.get("/inbox").headers["location"] == "/auth/password"
        assert client.get("/_stcore/host-config").status_code == 401
        assert "Choose your own password" in client.get("/auth/password").text
        form = {"current": new.one_time_password, "new": "green-gate-12-oak", "repeated": "green-gate-12-oak"}
        assert "differ" in client.post("/auth/password", data={**form, "repeated": "other"}).text
        assert "at least 10 characters" in client.post("/auth/password", data={**form, "new": "short", "repeated": "short"}).text
        before = dict(client.cookies)
        assert client.post("/auth/password", data=form).headers["location"] == "/"
        assert dict(client.cookies) != before
        assert client.get("/").status_code == 200
    with server.browser() as old:
        old.cookies.update(before)
        assert old.get("/").status_code == 303


def test_the_pages_ask_nothing_of_other_sites(server: Server):
    with server.browser() as client:
        page, style = client.get("/auth/sign-in"), client.get("/auth/auth.css")
    assert style.headers["content-type"].startswith("text/css")
    assert not re.findall(r"(?:src|href)=[\"']https?:|url\(\s*['\"]?https?:|@import", page.text + style.text)
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert 'name="viewport"' in page.text
    assert "prefers-color-scheme: dark" in style.text


def test_a_lock_out_survives_a_restart_and_ends_by_itself(tmp_path: Path):
    web = prepared(tmp_path, JORGE_CLOCK="2026-03-02T17:00:00Zx0.01")  # so slow that the minute outlasts any restart
    web.start()
    try:
        with web.browser() as client:
            wrong = [client.post("/auth/sign-in", data={**FORM, "password": "wrong-password"}).text for _ in range(5)]
            assert not any("Too many" in page for page in wrong)
            assert "Too many wrong tries" in client.post("/auth/sign-in", data=FORM).text
    finally:
        web.stop()
    office = web.open_office()  # the next process on the same ledger
    with pytest.raises(SignInRefused, match="Too many wrong tries"):
        people.sign_in(office, "owner", PASSWORD, "127.0.0.1")
    office.clock = FixedClock(office.clock.now() + timedelta(seconds=61))
    assert people.sign_in(office, "owner", PASSWORD, "127.0.0.1").token
    office.close()


def test_signing_in_again_ends_the_session_of_before(server: Server):
    with server.signed_in() as client:
        before = dict(client.cookies)
        client.post("/auth/sign-in", data=FORM)
        assert dict(client.cookies) != before
    with server.browser() as old:
        old.cookies.update(before)
        assert old.get("/").status_code == 303


def test_one_click_on_our_own_pages_signs_out_and_another_sites_link_does_not(server: Server):
    with server.signed_in() as client:
        asked = client.get("/auth/sign-out", headers={"Sec-Fetch-Site": "cross-site"})
        prefetched = client.get("/auth/sign-out", headers={"Sec-Fetch-Site": "same-origin", "Sec-Purpose": "prefetch"})
        assert asked.status_code == prefetched.status_code == 200
        assert client.get("/auth/password").status_code == 200
        clicked = client.get("/auth/sign-out", headers={"Sec-Fetch-Site": "same-origin"})
        assert clicked.status_code == 303
        assert client.get("/auth/password").status_code == 303
