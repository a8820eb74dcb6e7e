"""How the API answers: ETags, errors, limits, other sites' scripts, pages of long lists."""

from __future__ import annotations

from dataclasses import replace

import pytest

from groundswell.serve.desk.state import Context, DeskState
from tests.serve.kept import MINUTE, ORDINARY, WELSH, filled, get, told

CACHED = (
    "/api/v1/boards",
    "/api/v1/boards/all",
    "/api/v1/openapi.json",
    "/api/v1/trends/tags",
    "/xrpc/app.bsky.unspecced.getTrends",
    "/feeds/all.rss",
)


@pytest.fixture
def desk() -> DeskState:
    """A desk with two boards of two slices."""
    boards = [
        told(m, titles, name) for m in (1, 2) for titles, name in ((ORDINARY, "all"), (WELSH, "cy"))
    ]
    return filled(boards, None)


@pytest.mark.parametrize("path", CACHED)
def test_who_has_the_same_bytes_gets_none(desk: DeskState, path: str) -> None:
    """A strong ETag; 304 without a body to it, to a list with it and to `*`; else the body."""
    first = get(desk, path)
    tag = first.headers["etag"]
    assert first.status_code == 200
    assert tag.startswith('"')
    assert first.headers["cache-control"] == "no-cache"
    for sent in (tag, f'"x", {tag}', f"W/{tag}", "*"):
        again = get(desk, path, {"If-None-Match": sent})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == tag
    for sent in ('"x"', tag.strip('"'), ""):
        assert get(desk, path, {"If-None-Match": sent}).content == first.content


def test_a_tag_changes_with_what_it_stands_for(desk: DeskState) -> None:
    """A new board has a new tag, and the old one gets the new board."""
    tag = get(desk, "/api/v1/boards/all").headers["etag"]
    desk.publish(told(3))
    again = get(desk, "/api/v1/boards/all", {"If-None-Match": tag})
    assert again.status_code == 200
    assert again.headers["etag"] != tag


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/api/v1/boards?limit=0", 400),
        ("/api/v1/boards?limit=101", 400),
        ("/api/v1/boards?limit=%D9%A1", 400),  # a digit that int() takes
        ("/api/v1/boards?limit=" + "9" * 2_000, 400),
        ("/api/v1/boards?limit=" + "9" * 5_000, 414),
        ("/api/v1/boards?after=none", 404),
        ("/api/v1/boards/all?at=noon", 400),
        ("/api/v1/boards/all?at=" + "1" * 2_000, 400),
        ("/api/v1/boards/all?at=1960-01-01T00:00:00Z", 404),
        ("/api/v1/boards/none", 404),
        ("/api/v1/boards/none?at=2030-01-01T00:00:00Z", 404),
        ("/api/v1/stories/none", 404),
        ("/api/v1/stories/" + "x" * 1_000, 404),
        ("/api/v1/stories/" + "x" * 5_000, 414),
        ("/api/v1/stories/none/series", 404),
        ("/api/v1/stories/none/series?since=x", 400),
        ("/api/v1/stories/none/series?limit=1001", 400),
        ("/api/v1/explain", 400),
        ("/api/v1/stream?board=none", 404),
        ("/api/v1/trends/tags?limit=-1", 400),
        ("/api/v1/trends/links?offset=x", 400),
        ("/xrpc/app.bsky.unspecced.getTrends?limit=26", 400),
        ("/xrpc/app.bsky.unspecced.getTrends?limit=0", 400),
        ("/xrpc/nothing", 404),
        ("/feeds/none.rss", 404),
        ("/feeds/all.xml", 404),
        ("/api/v1/boards/", 404),
    ],
)
def test_errors_have_one_form_and_say_what_to_try(desk: DeskState, path: str, status: int) -> None:
    """The status, the same as `code`, a message and a hint, short whatever was sent."""
    answer = get(desk, path)
    assert answer.status_code == status
    error = answer.json()["error"]
    assert set(error) == {"code", "message", "hint"}
    assert error["code"] == status
    assert error["message"]
    assert error["hint"]
    assert len(answer.content) < 700


@pytest.mark.parametrize("path", CACHED)
def test_scripts_of_other_sites_may_read_and_nothing_else(desk: DeskState, path: str) -> None:
    """CORS for any origin, without credentials; a preflight allows GET alone; errors too."""
    sent = {"Origin": "https://elsewhere.example"}
    for asked in (path, "/api/v1/nothing"):
        headers = get(desk, asked, sent).headers
        assert headers["access-control-allow-origin"] == "*"
        assert "access-control-allow-credentials" not in headers
    for method, status in (("GET", 200), ("DELETE", 400)):
        asks = sent | {
            "Access-Control-Request-Method": method,
            "Access-Control-Request-Headers": "If-None-Match",
        }
        assert get(desk, path, asks, "OPTIONS").status_code == status
    assert get(desk, path, sent, "POST").status_code == 405
    assert set(get(desk, path, sent, "POST").headers["allow"].split(", ")) == {"GET", "HEAD"}


def test_pages_are_not_read_by_scripts_of_other_sites(desk: DeskState) -> None:
    """Without the header a browser keeps them from each other."""
    headers = get(desk, "/", {"Origin": "https://elsewhere.example"}).headers
    assert "access-control-allow-origin" not in headers


def test_a_list_of_boards_is_read_page_by_page() -> None:
    """Each name once, `all` first; no `next` after the last."""
    names = tuple(f"b{i}" for i in range(9))
    desk = DeskState(Context("live", ("script",), MINUTE, names))
    seen: list[str] = []
    path = "/api/v1/boards?limit=4"
    for _ in range(3):
        page = get(desk, path).json()
        seen += page["boards"]
        path = f"/api/v1/boards?limit=4&after={page.get('next')}"
    assert seen == ["all", *names]
    assert "next" not in page


def test_a_head_has_no_body_and_an_open_stream_does_not_hold_it(desk: DeskState) -> None:
    """As GET answers, without the bytes."""
    for path in (*CACHED, "/api/v1/stream"):
        answer = get(desk, path, method="HEAD")
        assert answer.status_code == 200


@pytest.mark.parametrize("host", ["[", '"><script>', "a b", "x" * 5_000, "[::1]:8765", ""])
def test_a_host_that_is_none_breaks_nothing(desk: DeskState, host: str) -> None:
    """It stands in no address, and errors are still answered."""
    for path in ("/feeds/all.rss", "/api/v1/trends/tags?limit=1", "/api/v1/nothing"):
        answer = get(desk, path, {"Host": host})
        assert answer.status_code in {200, 404}
        assert "<script>" not in answer.text + answer.headers.get("link", "")


def test_text_of_posts_leaves_no_format() -> None:
    """Whatever a title is, JSON answers are JSON with the title in it."""
    title = "</script>\u2028\u202e\x00\x1b[2J" + "W" * 5_000
    desk = filled([replace(told(1, (title,)))], None)
    assert get(desk, "/api/v1/boards/all").json()["stories"][0]["title"] == title
    trends = get(desk, "/xrpc/app.bsky.unspecced.getTrends").json()["trends"]
    assert trends[0]["displayName"] == title
