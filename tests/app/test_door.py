"""Who is let in, and what every answer says about how it may be used."""

from __future__ import annotations

import pytest

from tests.app.conftest import HERE, Browser, words


def test_the_link_works_once_and_leaves_a_cookie_that_no_script_reads(browser: Browser) -> None:
    token = browser.keys.token
    answer = browser.client.get("/open", params={"token": token})
    assert answer.status_code == 200
    cookie = answer.headers["set-cookie"].lower()
    assert {"httponly", "samesite=strict", f"path={browser.base}"} <= {part.strip() for part in cookie.split(";")}
    assert browser.get("/").status_code == 200
    again = browser.client.get("/open", params={"token": token})
    assert again.status_code == 403
    assert "works once" in words(again)
    assert "set-cookie" not in again.headers


@pytest.mark.parametrize("token", ["", "x", "Ä", "0" * 5_000])
def test_a_wrong_link_opens_nothing_and_does_not_use_up_the_right_one(browser: Browser, token: str) -> None:
    assert browser.client.get("/open", params={"token": token}).status_code == 403
    browser.enter()


def test_who_has_no_session_sees_a_plain_word_and_learns_nothing(browser: Browser) -> None:
    for path in ("/", "/job/0123456789abcdef", browser.base + "/", browser.base + "/job/0123456789abcdef"):
        answer = browser.client.get(path)
        assert answer.status_code == 403
        assert "belongs to another browser" in words(answer)
        assert browser.keys.room not in answer.text
    browser.client.cookies.set("retrodict_8123", "guess")
    assert browser.get("/").status_code == 403


def test_a_foreign_name_for_this_machine_is_refused(browser: Browser) -> None:
    browser.enter()
    for host in ("evil.example", "localhost:8123", "127.0.0.1", "127.0.0.1:1"):
        assert browser.get("/", headers={"host": host}).status_code == 421


@pytest.mark.parametrize("origin", [None, "null", "http://evil.example", "http://127.0.0.1:1", HERE + ".evil.example"])
def test_a_form_from_elsewhere_is_refused(browser: Browser, origin: str | None) -> None:
    browser.enter().headers = {} if origin is None else {"origin": origin}
    answer = browser.post("/end")
    assert answer.status_code == 403
    assert "not sent by one of the app" in words(answer)


def test_a_form_without_its_secret_is_refused(browser: Browser) -> None:
    browser.enter()
    true, browser.keys.form = browser.keys.form, "guess"
    answer = browser.client.post(f"{browser.base}/end", files=[("form", (None, "other"))], headers=browser.headers)
    assert answer.status_code == 403
    browser.keys.form = true
    assert browser.client.post(f"{browser.base}/end", data={"form": true}, headers=browser.headers).status_code == 415


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_what_another_page_asks_for_is_refused(browser: Browser, site: str) -> None:
    assert browser.enter().get("/", headers={"sec-fetch-site": site}).status_code == 403
    assert browser.get("/", headers={"sec-fetch-site": "same-origin"}).status_code == 200


def test_every_answer_says_how_it_may_be_used(browser: Browser) -> None:
    browser.enter()
    for answer in (browser.get("/"), browser.get("/none"), browser.client.get("/app.js"), browser.client.get("/x")):
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-frame-options"] == "DENY"
        assert "access-control-allow-origin" not in answer.headers
    assert "<style" not in browser.get("/").text
    assert " on" not in "".join(part.split(">")[0] for part in browser.get("/").text.split("<script")[1:])


def test_unknown_pages_and_methods_are_one_plain_line(browser: Browser) -> None:
    browser.enter()
    assert browser.get("/job/../../etc/passwd").status_code in (403, 404)
    assert "not here" in words(browser.get("/job/0123456789abcdef"))
    assert browser.client.put(f"{browser.base}/end", headers=browser.headers).status_code == 405
