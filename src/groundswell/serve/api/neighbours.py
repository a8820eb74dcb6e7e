"""The neighbours' formats: Mastodon's trends, and Bluesky's.

Fields and limits as published: docs.joinmastodon.org/methods/trends and the lexicon
`app.bsky.unspecced.getTrends`. Neither format can say why a story is doubted, so a doubted one is
left out here, and so is one that only stirs; the board has both. What the desk does not have is
empty, never made up: it holds no posts that it may show, and no pages that links lead to.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from groundswell.archive.answering import Carried, carried
from groundswell.doors import Role
from groundswell.model import MICROSECONDS, Board, Story, iso
from groundswell.scopes import ALL
from groundswell.serve.answering.answers import answer, base, number
from groundswell.serve.desk.recall import asked, since
from groundswell.serve.desk.state import desk_of
from groundswell.serve.gates.refusing import local_path
from groundswell.serve.visitors.visiting import requires
from groundswell.times import DAY_US

DAYS = 7
PAST = 5_000
"""Past stories that a week's history is made of."""
MOST = 999_999_999
"""Mastodon takes any limit and cuts it down; so does this desk."""
TAG = re.compile(r"#\w+")


@requires(Role.READER)
async def tags(request: Request) -> Response:
    """`GET /api/v1/trends/tags?limit=&offset=`: hashtags that carry stories, as Mastodon's Tags."""
    desk = desk_of(request)
    limit, offset = _page(request, 10, 20)
    board = desk.newest
    if board is None:
        return answer(request, [])
    told = _tags(fit(board))
    now = (board.at - 1) // DAY_US
    begin, oldest = (now - DAYS + 1) * DAY_US, since(desk, ALL)
    past = await asked(desk, lambda reader: carried(reader, ALL, begin, oldest, PAST)) or []
    found = [
        {
            "id": str(int.from_bytes(hashlib.blake2b(key.encode(), digest_size=7).digest())),
            "name": name.removeprefix("#"),
            "url": f"{base(request)}/story/{story.id}",
            "history": history(key, [*_held(desk.boards(ALL)), *past], now),
        }
        for key, (name, story) in told.items()
    ]
    return _listed(request, found, limit, offset)


@requires(Role.READER)
async def links(request: Request) -> Response:
    """`GET /api/v1/trends/links`: none, for the desk does not hold the pages that links lead to."""
    limit, offset = _page(request, 10, 20)
    return _listed(request, [], limit, offset)


@requires(Role.READER)
async def statuses(request: Request) -> Response:
    """`GET /api/v1/trends/statuses`: none, for the desk shows no posts."""
    limit, offset = _page(request, 20, 40)
    return _listed(request, [], limit, offset)


@requires(Role.READER)
async def bluesky(request: Request) -> Response:
    """`GET /xrpc/app.bsky.unspecced.getTrends?limit=`: stories as Bluesky's `trendView`s."""
    desk = desk_of(request)
    limit = number(request, "limit", 10, 1, 25)
    stories = fit(desk.newest)[:limit]
    return answer(request, {"trends": [_trend(story, base(request)) for story in stories]})


def fit(board: Board | None) -> list[Story]:
    """Stories that may be told where doubts cannot be: announced ones without any."""
    return [one for one in board.stories if one.confirmed and not one.doubts] if board else []


def _trend(story: Story, address: str) -> dict[str, Any]:
    """A `trendView`; `actors` is required, and empty, for the desk names nobody."""
    return {
        "topic": story.title,
        "displayName": story.title,
        "link": f"{address}/story/{story.id}",
        "startedAt": iso(story.started_at),
        "postCount": story.posts,
        **({"status": "hot"} if story.status == "rising" else {}),
        "actors": [],
    }


def _tags(stories: Iterable[Story]) -> dict[str, tuple[str, Story]]:
    """Hashtags by their folded form: how they are written, and the first story that they carry."""
    found: dict[str, tuple[str, Story]] = {}
    for story in stories:
        for label in (story.title, *story.terms):
            if TAG.fullmatch(label):
                found.setdefault(label.casefold(), (label, story))
    return found


def _held(boards: Iterable[Board]) -> Iterable[Carried]:
    """Stories of the boards that are held, each as the last of them tells it."""
    last: dict[str, Carried] = {}
    for board in boards:
        for one in fit(board):
            last[one.id] = Carried((one.title, *one.terms), one.posts, one.authors, board.at)
    return last.values()


def history(key: str, stories: Iterable[Carried], now: int) -> list[dict[str, str]]:
    """Seven UTC days, `now` (days since 1970) first: posts and people of the stories of a hashtag.

    A story counts whole, on the day on which it was last listed. People of two stories of a day
    may be the same ones, so they are not added up: the larger story's count is what is sure.
    """
    days: dict[int, tuple[int, int]] = {}
    for one in stories:
        if key in map(str.casefold, one.labels):
            day = (one.last - 1) // DAY_US
            posts, people = days.get(day, (0, 0))
            days[day] = (max(posts, one.posts), max(people, one.authors))
    return [
        {
            "day": str(day * DAY_US // MICROSECONDS),
            "uses": str(days.get(day, (0, 0))[0]),
            "accounts": str(days.get(day, (0, 0))[1]),
        }
        for day in range(now, now - DAYS, -1)
    ]


def _page(request: Request, default: int, most: int) -> tuple[int, int]:
    """Limit and offset; as at Mastodon's, a limit beyond the largest is the largest."""
    limit = number(request, "limit", default, 0, MOST)
    return min(limit, most), number(request, "offset", 0, 0, MOST)


def _listed(request: Request, found: list[dict[str, Any]], limit: int, offset: int) -> Response:
    """A page of a list, with the Link header (RFC 8288) by which Mastodon's clients turn it."""
    near: list[str] = []
    here = f"{base(request)}{local_path(request.scope)}?limit={limit}&offset="
    if 0 < limit < len(found) - offset:
        near.append(f'<{here}{offset + limit}>; rel="next"')
    if offset and limit:
        near.append(f'<{here}{max(0, offset - limit)}>; rel="prev"')
    headers = {"Link": ", ".join(near)} if near else {}
    return answer(request, found[offset : offset + limit], headers=headers)


ROUTES = [
    Route("/api/v1/trends/tags", tags),
    Route("/api/v1/trends/links", links),
    Route("/api/v1/trends/statuses", statuses),
    Route("/xrpc/app.bsky.unspecced.getTrends", bluesky),
]
