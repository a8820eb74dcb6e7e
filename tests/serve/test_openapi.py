"""The OpenAPI document describes what is answered: nothing more, nothing less."""

from __future__ import annotations

import asyncio
import json
from itertools import product
from typing import Any
from urllib.parse import quote, urlencode

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from groundswell.errors import BusyError, NotHeldError, UsageError
from groundswell.explanation import Explanation
from groundswell.serve.answering import shapes
from groundswell.serve.api.health import Health
from groundswell.serve.api.openapi import document
from groundswell.serve.app import create_app, serve
from groundswell.serve.desk.state import DeskState
from groundswell.serve.stream.follow import Follower, Mark
from groundswell.serve.stream.written import Written
from groundswell.watch import SourceHealth, Watch
from tests.explanations import explanation, listed
from tests.serve.boards import HOSTILE
from tests.serve.kept import ORDINARY, WELSH, filled, get, story, told

TYPES: dict[str, Any] = {
    "boards": shapes.Boards,
    "board": shapes.Board,
    "story": shapes.Story,
    "series": shapes.Series,
    "explain": shapes.Explanation,
    "openapi": dict[str, Any],
    "mastodon_tags": list[shapes.Tag],
    "mastodon_links": list[shapes.Nothing],
    "mastodon_statuses": list[shapes.Nothing],
    "bluesky_trends": shapes.Trends,
    "health": Health,
}
"""By operation, what a good answer is."""


def ask(term: str, at: int | None) -> Explanation:
    """An engine that does all that one can do."""
    if len(term) > 100:
        raise UsageError("too long", hint="shorter")
    if at is not None:
        raise NotHeldError("not held", hint="another time")
    if term == "busy":
        raise BusyError("busy", hint="later")
    return listed("copper", ORDINARY[0]) if term == "copper" else explanation(term)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> DeskState:
    """A desk with two boards, hashtags, hostile titles and an archive."""
    titles = (*ORDINARY, "#OnStage", *HOSTILE)
    boards = [told(m, t, n) for m in (1, 2, 3) for t, n in ((titles, "all"), (WELSH, "cy"))]
    found = filled(boards, tmp_path_factory.mktemp("desk") / "kept")
    found.ask = ask
    return found


DESCRIBED = ("/api/", "/xrpc/", "/feeds/", "/health", "/metrics")


def operations() -> list[tuple[str, str, dict[str, Any]]]:
    return [
        (method.upper(), path, operation)
        for path, methods in document()["paths"].items()
        for method, operation in methods.items()
    ]


def test_every_route_of_the_api_is_described(desk: DeskState) -> None:
    """And no other."""
    paths = {getattr(route, "path", "") for route in create_app(desk).routes}
    known = {path for path in paths if path.startswith(DESCRIBED)}
    assert known == set(document()["paths"])


def test_every_reference_leads_to_a_schema(desk: DeskState) -> None:
    """The document is whole, and is what the desk serves."""
    text = json.dumps(document())
    schemas = document()["components"]["schemas"]
    for name in {part.split('"')[0] for part in text.split("#/components/schemas/")[1:]}:
        assert name in schemas
    assert get(desk, "/api/v1/openapi.json").json() == json.loads(text)
    assert document()["openapi"].startswith("3.1")


def examples() -> dict[str, str]:
    first = story(ORDINARY[0], 1).id
    return {
        "boards": "/api/v1/boards",
        "board": "/api/v1/boards/all",
        "story": f"/api/v1/stories/{first}",
        "series": f"/api/v1/stories/{first}/series?limit=2",
        "explain": "/api/v1/explain?term=copper",
        "openapi": "/api/v1/openapi.json",
        "mastodon_tags": "/api/v1/trends/tags",
        "mastodon_links": "/api/v1/trends/links",
        "mastodon_statuses": "/api/v1/trends/statuses",
        "bluesky_trends": "/xrpc/app.bsky.unspecced.getTrends",
        "health": "/health",
    }


@pytest.mark.parametrize("name", sorted(TYPES))
def test_answers_have_exactly_the_fields_that_are_described(desk: DeskState, name: str) -> None:
    """Every field there is, is in the schema with its type, and the other way round."""
    answer = get(desk, examples()[name])
    assert answer.status_code == 200
    found = msgspec.json.decode(answer.content, type=TYPES[name], strict=True)
    assert found or name in {"mastodon_links", "mastodon_statuses"}


@pytest.mark.parametrize("kind", ["board", "story", "source", "missed"])
def test_events_have_exactly_the_fields_that_are_described(desk: DeskState, kind: str) -> None:
    """As answers do."""
    types: dict[str, Any] = {
        "board": shapes.BoardEvent, "story": shapes.StoryEvent, "source": shapes.SourceEvent,
        "missed": shapes.MissedEvent,
    }  # fmt: skip
    sick = SourceHealth("a source", "reconnecting", 0.0, "HTTP 503")
    watch = Watch(lambda: [sick])
    desk.watch = watch

    async def events() -> list[bytes]:
        reader = Follower(desk, "all", Mark(1, "", None), Written())
        return [event async for event in reader.look()]

    data = [
        line.removeprefix(b"data: ")
        for event in asyncio.run(events())
        if b"event: " + kind.encode() in event
        for line in event.splitlines()
        if line.startswith(b"data: ")
    ]
    assert data
    for one in data:
        msgspec.json.decode(one, type=types[kind], strict=True)


VALUES = st.one_of(
    st.sampled_from(["", "0", "1", "10", "20", "-1", "1e3", "999999999", "all", "cy", "*", "busy",
                     "2026-03-17T19:02:00Z",
                     "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59",
                     story(ORDINARY[0], 1).id, *HOSTILE[:6]]),
    st.text(max_size=60),
    st.integers().map(str),
    st.datetimes().map(str),
)  # fmt: skip


@settings(
    max_examples=150, deadline=None, derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
@given(data=st.data())
def test_no_request_gets_what_is_not_described(desk: DeskState, data: st.DataObject) -> None:
    """Whatever stands in path, query and headers: a described status, type and form."""
    method, path, operation = data.draw(st.sampled_from(operations()))
    names = [one["name"] for one in operation["parameters"] if one["in"] == "query"]
    query = data.draw(
        st.dictionaries(st.sampled_from([*names, "unknown"]), VALUES, max_size=4), label="query"
    )
    for name in ("board", "story_id", "name"):
        value = data.draw(VALUES, label=name) or "x"
        value = "x" if value in {".", ".."} else value  # a client takes these for folders
        path = path.replace(f"{{{name}}}", quote(value, safe=""))
    headers = data.draw(
        st.dictionaries(
            st.sampled_from(["If-None-Match", "Last-Event-ID", "Accept", "Host"]),
            st.one_of(
                st.sampled_from(["*", '"x"', "text/plain", "[", "1.1/all", "1773774000000000"]),
                st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=30),
            ),
            max_size=3,
        ),
        label="headers",
    )
    answer = get(desk, f"{path}?{urlencode(query, errors='replace')}", headers, method)
    described = operation["responses"].get(str(answer.status_code))
    if described is None:
        # a slash in a name is another address, which is not there
        assert answer.status_code == 404
        assert "%2F" in path
    elif answer.status_code == 304:
        assert answer.content == b""
    else:
        assert answer.headers["content-type"].split(";")[0] in described["content"]
        if answer.status_code != 200:
            msgspec.json.decode(answer.content, type=shapes.Error)
        elif operation["operationId"] in TYPES and "json" in answer.headers["content-type"]:
            msgspec.json.decode(answer.content, type=TYPES[operation["operationId"]])


def test_schemathesis_finds_nothing_that_is_not_described(desk: DeskState) -> None:
    """Its requests, from the document, over a socket: no 5xx but those described, no other form."""
    schemathesis = pytest.importorskip("schemathesis")
    with serve(desk, "127.0.0.1", 0) as server:
        api = schemathesis.openapi.from_url(f"{server.url}/api/v1/openapi.json")
        tried = 0
        modes = (schemathesis.GenerationMode.POSITIVE, schemathesis.GenerationMode.NEGATIVE)
        for found, mode in product(api.get_all_operations(), modes):
            operation = found.ok()
            if operation.path == "/api/v1/stream":
                continue  # never ends; the test above has it
            described = document()["paths"][operation.path][operation.method]
            refuses = "400" in described["responses"]
            if mode is schemathesis.GenerationMode.NEGATIVE and not refuses:
                continue  # it takes all that can be written

            @settings(
                max_examples=15, deadline=None, derandomize=True, database=None,
                suppress_health_check=list(HealthCheck),
            )  # fmt: skip
            @given(case=operation.as_strategy(generation_mode=mode))
            def run(case: Any) -> None:
                nonlocal tried
                tried += 1
                case.call_and_validate(timeout=10)

            run()
    assert tried > 100
