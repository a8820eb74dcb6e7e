"""`/api/v1/openapi.json`: what the API takes and answers, as an OpenAPI 3.1 document.

Schemas come from `shapes`; every status that a route can answer is named.
"""

from __future__ import annotations

from functools import cache
from typing import Any, Final

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from groundswell.doors import Role
from groundswell.review.decisions import BLOCKED
from groundswell.serve.answering import shapes
from groundswell.serve.answering.answers import answer
from groundswell.serve.api import alerts_api, health, press, review_api
from groundswell.serve.api.api import NAMES, POINTS
from groundswell.serve.api.neighbours import MOST
from groundswell.serve.visitors.visiting import requires, root

Json = dict[str, Any]
VERSION = "1.0.0"
"""Of the API, not of the program."""
TYPES = (
    shapes.Boards, shapes.Board, shapes.Story, shapes.PastStory, shapes.Series,
    shapes.FeelingBehind, shapes.Explanation,
    shapes.Error, shapes.Tag, shapes.Nothing, shapes.Trends, shapes.BoardEvent, shapes.StoryEvent,
    shapes.SourceEvent, shapes.MissedEvent, *press.TYPES, *review_api.TYPES, *alerts_api.TYPES,
    health.Health,
)  # fmt: skip
WORDS = {
    304: "It is still what `If-None-Match` named.",
    400: "A parameter is none, or out of its limits.",
    307: "Editors merged it: `Location` leads to the story that took it in.",
    401: "Only who is known may do this; where reading is closed, a token or a session is needed.",
    403: "Only who has the role may do this.",
    404: "There is no such thing, or it is held no more.",
    410: "The desk's editors took it off.",
    413: "It is too large.",
    429: "Too many of one address, or too often; `Retry-After` says when to come back.",
    503: "Not now; `Retry-After`, where there is one, says when.",
}
_ABOUT = (
    "Boards, stories and the reasons for them, as JSON; the same for Mastodon's and Bluesky's "
    "clients and for feed readers. What reads is open to scripts of any site (CORS); alerts are "
    "for editors, with a token (`Authorization: Bearer gsw_…`). "
    "Times are RFC 3339 in UTC. Answers have a strong ETag: send it as If-None-Match. New fields "
    "may come; none changes its meaning within v1."
)


@requires(Role.READER)
async def openapi(request: Request) -> Response:
    """`GET /api/v1/openapi.json`."""
    return answer(request, document(root()))


@cache
def document(path: str = "") -> Json:
    """The whole document; `path` is what the desk is served under."""
    _, schemas = msgspec.json.schema_components(TYPES, ref_template="#/components/schemas/{name}")
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Groundswell", "version": VERSION, "description": _ABOUT,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": path or "/"}],
        "security": [{}, {"token": []}],
        "paths": _own() | _alerts() | _reviewed() | _neighbours() | _watched(),
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                "token": {
                    "type": "http", "scheme": "bearer",
                    "description": "Where reading is closed: `groundswell user token NAME`.",
                }
            },
            "headers": {
                "ETag": {
                    "description": "Of exactly these bytes.", "schema": {"type": "string"},
                    "required": True,
                },
                "Link": {
                    "description": "RFC 8288: the next and the previous page, where there are any.",
                    "schema": {"type": "string"},
                },
            },
        },
    }  # fmt: skip


def _own() -> Json:
    name = _path("board", "A name from `/api/v1/boards`.", "all")
    story = _path("story_id", "A story's `id`.", "rmnptb2k3jla")
    at = _query("at", _TIME, "The last board that had closed by then, instead of the newest.")
    after = _query("after", {"type": "string"}, "`next` of the answer before.")
    words = {"type": "string", "minLength": 1, "maxLength": 100}
    term = _query("term", words, "What is asked about.", required=True)
    board = _query("board", {"type": "string", "default": "all"}, "A name, or `*` for all of them.")
    last = {
        "name": "Last-Event-ID", "in": "header", "schema": {"type": "string"},
        "description": "The id of the last event that came; what came after it is sent first.",
    }  # fmt: skip
    return {
        "/api/v1/boards": _get(
            "boards", "Names of boards, `all` first", _json("Boards"),
            [_whole("limit", NAMES, 1, NAMES), after],
            404,
        ),
        "/api/v1/boards/{board}": _get(
            "board", "A board, now or as it was", _json("Board"), [name, at], 404, 503
        ),
        "/api/v1/stories/{story_id}": _get(
            "story", "A story, running or past", _json("Story", "PastStory"), [story],
            *_OF_STORY, bad=False,
        ),
        "/api/v1/stories/{story_id}/series": _get(
            "series", "A story slice by slice", _json("Series"),
            [story, _whole("limit", POINTS, 1, POINTS),
             _query("since", _TIME, "From this slice end on."),
             _query("until", _TIME, "Before this slice end.")],
            *_OF_STORY,
        ),
        "/api/v1/stories/{story_id}/feelings/{label}": _get(
            "feeling", "A feeling of a story, and posts behind it", _json("FeelingBehind"),
            [story, _path("label", "A label of the story's mood.", "sadness")], 404, 503, bad=False,
        ),
        "/api/v1/stories/{story_id}/press": _get(
            "press", "What newsrooms say of a story, and its cause", _json("Press"), [story],
            *_OF_STORY, bad=False,
        ),
        "/api/v1/stories/{story_id}/backstory": _get(
            "backstory", "Earlier stories of its subject", _json("Backstory"), [story],
            *_OF_STORY, bad=False,
        ),
        "/api/v1/explain": _get(
            "explain", "Why a term is on the board, or why not", _explained(),
            [term, _query("at", _TIME, "A time of the open slice, or of the last one.")],
            404, 429, 503, cached=False,
        ),
        "/api/v1/stream": _get(
            "stream", "Boards and what happens, as server-sent events", _STREAM, [board, last],
            404, 429, 503, cached=False, bad=False,
        ),
        "/api/v1/openapi.json": _get(
            "openapi", "This document", {"application/json": {"schema": {"type": "object"}}}, [],
            bad=False,
        ),
    }  # fmt: skip


def _alerts() -> Json:
    name = _path("name", "A rule's name.", "storm")
    limit = _whole("limit", alerts_api.LOG, 1, alerts_api.LOG)
    made = {"application/json": {"schema": {"$ref": "#/components/schemas/NewRule"}}}
    listed = _get("alerts", "Rules and channels of alerts", _json("Alerts"), [], 401, 403, 404, 503)
    told = _get("alert_log", "What was told, and what came of it", _json("AlertLog"), [limit],
                401, 403, 404, 503)  # fmt: skip
    for one in (listed, told):
        one["get"]["security"] = [{"token": []}]
    return {
        "/api/v1/alerts": listed
        | _write("post", "alert_add", "Makes a rule", 201, _json("NewRule"), [], made),
        "/api/v1/alerts/log": told,
        "/api/v1/alerts/{name}": _write(
            "delete", "alert_remove", "Lets go of a rule", 204, None, [name]
        ),
        "/api/v1/alerts/{name}/test": _write(
            "post", "alert_test", "Sends a marked test to a rule's channels", 200, _json("Tests"),
            [name],
        ),
        "/feeds/alerts.rss": _get(
            "alerts_rss", "What was told by rules that tell RSS",
            {"application/rss+xml": {"schema": {"type": "string"}}}, [], 503, bad=False,
        ),
    }  # fmt: skip


def _write(
    method: str, name: str, summary: str, status: int, content: Json | None,
    parameters: list[Json], body: Json | None = None,
) -> Json:  # fmt: skip
    """An operation that changes something, for editors."""
    error = {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
    good: Json = {"description": summary} | ({"content": content} if content else {})
    codes = (400, 401, 403, 404, 413, 429, 503)
    responses = {str(code): {"description": WORDS[code], "content": error} for code in codes}
    operation: Json = {
        "operationId": name, "summary": summary, "parameters": parameters,
        "security": [{"token": []}], "responses": {str(status): good} | responses,
    }  # fmt: skip
    if body:
        operation["requestBody"] = {"required": True, "content": body}
    return {method: operation}


def _reviewed() -> Json:
    """What editors may do; who is none gets 401 or 403."""
    kinds = [str(kind) for kind in BLOCKED]
    kind = _query("kind", {"type": "string", "enum": kinds}, "Only of this kind.")
    csv: Json = {"text/csv": {"schema": {"type": "string"}}}

    def form(*names: str) -> Json:
        schema = {"type": "string", "enum": ["json", *names]}
        return _query("format", schema, "Another form than JSON.")

    log = _get(
        "decisions", "Who decided what, the newest first", _json("Decisions") | csv,
        [_whole("limit", 100, 1, review_api.LISTED), _whole("before", MOST, 1, MOST), form("csv")],
        401, 403, 503,
    )  # fmt: skip
    log |= _post("decide", "Decide, or undo a decision", 201, "Decided", _json("Deciding"), [])
    held = _get(
        "blocks", "What is left out", _json("Blocks") | csv, [kind, form("csv", "mastodon")],
        401, 403, 503,
    )  # fmt: skip
    held |= _post("import_blocks", "Block all that a list names", 200, "Imported", csv, [kind])
    return {"/api/v1/decisions": log, "/api/v1/blocks": held}


def _post(
    name: str, summary: str, status: int, answer: str, body: Json, parameters: list[Json]
) -> Json:
    error = {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
    responses: Json = {str(status): {"description": summary, "content": _json(answer)}}
    responses |= {
        str(code): {"description": WORDS[code], "content": error}
        for code in (400, 401, 403, 413, 429, 503)
    }
    return {"post": {
        "operationId": name, "summary": summary, "parameters": parameters,
        "requestBody": {"required": True, "content": body}, "responses": responses,
    }}  # fmt: skip


def _neighbours() -> Json:
    def page(default: int, most: int) -> list[Json]:
        limit = _whole("limit", default, 0, MOST)
        limit["description"] = f"At most {most}; more is taken as {most}, as Mastodon does."
        return [limit, _whole("offset", 0, 0, MOST)]

    empty = {"type": "array", "items": {"$ref": "#/components/schemas/Nothing"}, "maxItems": 0}
    none: Json = {"application/json": {"schema": empty}}
    tags = {"type": "array", "items": {"$ref": "#/components/schemas/Tag"}, "maxItems": 20}
    name = _path("board", "A name from `/api/v1/boards`.", "all")
    return {
        "/api/v1/trends/tags": _get(
            "mastodon_tags", "Hashtags that carry stories, as Mastodon tells trends",
            {"application/json": {"schema": tags}}, page(10, 20), 503,
        ),
        "/api/v1/trends/links": _get(
            "mastodon_links", "Always empty: the desk does not hold what links lead to", none,
            page(10, 20),
        ),
        "/api/v1/trends/statuses": _get(
            "mastodon_statuses", "Always empty: the desk shows no posts", none, page(20, 40)
        ),
        "/xrpc/app.bsky.unspecced.getTrends": _get(
            "bluesky_trends", "Stories as Bluesky tells trends", _json("Trends"),
            [_whole("limit", 10, 1, 25)],
        ),
        "/feeds/{board}.rss": _get(
            "rss", "A board as RSS 2.0",
            {"application/rss+xml": {"schema": {"type": "string"}}}, [name], 404, bad=False,
        ),
    }  # fmt: skip


def _watched() -> Json:
    state = _json("Health")
    found = _get(
        "health", "Whether the desk does its work; its sources and newsrooms", state, [],
        cached=False, bad=False,
    )  # fmt: skip
    found["get"]["responses"]["503"] = {
        "description": "It does not do its work: `reason` says why.", "content": state,
    }  # fmt: skip
    text = {"text/plain": {"schema": {"type": "string", "description": _FIGURES}}}
    figures = _get("metrics", "Figures for Prometheus", text, [], 403, cached=False, bad=False)
    return {"/health": found, "/metrics": figures}


_FIGURES = (
    "Prometheus' text format 0.0.4. Labels: `source` is a source of the run, `newsroom` a feed of "
    "the list that is read (`groundswell_feed_…`: requests, failures, wait); there are no others."
)
_OF_STORY: Final = (307, 404, 410, 503)
_TIME: Json = {"type": "string", "format": "date-time", "maxLength": 40}
_STREAM: Json = {
    "text/event-stream": {
        "schema": {
            "type": "string",
            "description": (
                "Events `board` (data: BoardEvent), `story` (StoryEvent), `source` (SourceEvent) "
                "and `missed` (MissedEvent); a comment every 15 s where nothing happens."
            ),
        }
    }
}


def _get(
    name: str, summary: str, content: Json, parameters: list[Json], *statuses: int,
    cached: bool = True, bad: bool = True,
) -> Json:  # fmt: skip
    """An operation; `cached` ones know ETags, `bad` ones can refuse a parameter."""
    good: Json = {"description": summary, "content": content}
    if cached:
        good["headers"] = {"ETag": {"$ref": "#/components/headers/ETag"}}
        parameters = [
            *parameters,
            {"name": "If-None-Match", "in": "header", "schema": {"type": "string"}},
        ]
    if name.startswith("mastodon"):
        good["headers"]["Link"] = {"$ref": "#/components/headers/Link"}
    error = {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
    codes = sorted([*([400] if bad else []), 401, *statuses])
    responses: Json = {"200": good}
    if cached:
        responses["304"] = {"description": WORDS[304]}
    responses |= {
        str(code): {"description": WORDS[code]} | ({"content": error} if code >= 400 else {})
        for code in codes
    }
    operation = {"operationId": name, "summary": summary, "parameters": parameters}
    return {"get": operation | {"responses": responses}}


def _json(*names: str) -> Json:
    found = [{"$ref": f"#/components/schemas/{name}"} for name in names]
    return {"application/json": {"schema": found[0] if len(found) == 1 else {"anyOf": found}}}


def _explained() -> Json:
    """To who accepts text first, the explanation as it is read."""
    return _json("Explanation") | {"text/plain": {"schema": {"type": "string"}}}


def _path(name: str, about: str, example: str) -> Json:
    return {
        "name": name, "in": "path", "required": True, "description": about, "example": example,
        "schema": {"type": "string", "minLength": 1},
    }  # fmt: skip


def _query(name: str, schema: Json, about: str, *, required: bool = False) -> Json:
    return {
        "name": name, "in": "query", "required": required, "description": about, "schema": schema,
    }  # fmt: skip


def _whole(name: str, default: int, least: int, most: int) -> Json:
    schema = {"type": "integer", "minimum": least, "maximum": most, "default": default}
    return {"name": name, "in": "query", "required": False, "schema": schema}


ROUTES = [Route("/api/v1/openapi.json", openapi)]
