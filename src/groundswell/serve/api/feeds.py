"""`/feeds/{board}.rss`: a board as RSS 2.0, with the `ht:` elements of Google's trends feed.

`ht:approx_traffic` counts posts here, not searches, and the channel says so. There is no
`ht:news_item` and no `ht:picture`: the desk has no article and no picture of a story.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from email.utils import format_datetime
from html import escape
from xml.etree.ElementTree import Element, SubElement, register_namespace, tostring

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from groundswell.alerts.saying import Told, link, sentence
from groundswell.doors import Role
from groundswell.errors import ArchiveError
from groundswell.model import MICROSECONDS, Board, Story
from groundswell.scopes import ALL
from groundswell.serve.answering.answers import ProblemError, answer, base
from groundswell.serve.desk.state import desk_of
from groundswell.serve.visitors.visiting import requires

ATOM = "http://www.w3.org/2005/Atom"
TRENDS = "https://trends.google.com/trending/rss"
LONGEST_TITLE = 300
_NO_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML 1.0 has no way to write."""
register_namespace("atom", ATOM)
register_namespace("ht", TRENDS)


@requires(Role.READER)
async def rss(request: Request) -> Response:
    """`GET /feeds/{board}.rss`: the stories of the newest board, the largest first."""
    desk = desk_of(request)
    name = request.path_params["board"]
    if name not in desk.names():
        raise ProblemError(404, "no such board", "see /api/v1/boards")
    feed = document(name, desk.newest_of(name), base(request), desk.context.mode)
    return answer(request, feed, media_type="application/rss+xml")


def document(name: str, board: Board | None, address: str, mode: str) -> bytes:
    """The feed of a board, complete; without items before its first slice has closed."""
    feed = Element("rss", version="2.0")
    channel = SubElement(feed, "channel")
    made_up = " Simulated: every post is made up." if mode == "simulated" else ""
    _say(channel, "title", f"Groundswell: {name}")
    _say(channel, "link", f"{address}/" if name == ALL else f"{address}/?board={name}")
    _say(
        channel, "description",
        "What people started to talk about, by distinct people above usual. approx_traffic is "
        f"posts since the onset, not searches.{made_up}",
    )  # fmt: skip
    SubElement(
        channel, f"{{{ATOM}}}link", href=f"{address}/feeds/{name}.rss", rel="self",
        type="application/rss+xml",
    )  # fmt: skip
    _say(channel, "ttl", "1")
    if board is not None:
        _say(channel, "lastBuildDate", _date(board.at))
        for story in board.stories:
            _item(channel, story, address)
    # without it an empty board would not name the namespace that its items are read by
    feed.set("xmlns:ht", TRENDS) if board is None or not board.stories else None
    return bytes(tostring(feed, encoding="utf-8", xml_declaration=True))


@requires(Role.READER)
async def alerts_rss(request: Request) -> Response:
    """`GET /feeds/alerts.rss`: what was told by rules that tell RSS, the newest first."""
    desk = desk_of(request)
    told: list[Told] = []
    if desk.alerts is not None:
        try:
            told = await run_in_threadpool(desk.alerts.feed)
        except ArchiveError as error:
            raise ProblemError(503, error.problem, "try again") from error
    return answer(request, alerts_document(told, base(request)), media_type="application/rss+xml")


def alerts_document(told: Iterable[Told], address: str) -> bytes:
    """The feed of alerts, complete; an item's guid is the id that webhooks have."""
    feed = Element("rss", version="2.0")
    channel = SubElement(feed, "channel")
    _say(channel, "title", "Groundswell: alerts")
    _say(channel, "link", f"{address}/")
    _say(channel, "description", "Stories that crossed a rule of this desk.")
    SubElement(
        channel, f"{{{ATOM}}}link", href=f"{address}/feeds/alerts.rss", rel="self",
        type="application/rss+xml",
    )  # fmt: skip
    _say(channel, "ttl", "1")
    for one in told:
        item = SubElement(channel, "item")
        made_up = "[simulated] " if one.simulated else ""
        _say(item, "title", made_up + str(one.story["title"])[:LONGEST_TITLE])
        _say(item, "link", link(one, address))
        _say(item, "guid", one.id).set("isPermaLink", "false")
        _say(item, "pubDate", _date(one.at))
        _say(item, "description", f"<p>{escape(sentence(one))}</p>")
        _say(item, "category", one.rule)
    return bytes(tostring(feed, encoding="utf-8", xml_declaration=True))


def _item(channel: Element, story: Story, address: str) -> None:
    item = SubElement(channel, "item")
    _say(item, "title", story.title[:LONGEST_TITLE])
    _say(item, "link", f"{address}/story/{story.id}")
    _say(item, "guid", f"{address}/story/{story.id}").set("isPermaLink", "true")
    _say(item, "pubDate", _date(story.started_at))
    _say(item, f"{{{TRENDS}}}approx_traffic", f"{story.posts}+")
    # readers take a description for HTML, so what is text is escaped once more
    _say(item, "description", "".join(f"<p>{escape(line)}</p>" for line in _lines(story)))
    for flag in story.flags:
        _say(item, "category", flag)


def _lines(story: Story) -> list[str]:
    """What the board says of a story: its size, every doubt, and the arithmetic."""
    stirs = "" if story.confirmed else " It only stirs: too weak to be announced."
    return [
        f"{story.authors:,} people, {story.posts:,} posts; {story.status}.{stirs}",
        *(f"Doubt: {doubt.reason}" for doubt in story.doubts),
        *story.why,
    ]


def _say(parent: Element, tag: str, text: str) -> Element:
    element = SubElement(parent, tag)
    element.text = _NO_XML.sub("\ufffd", text)
    return element


def _date(time_us: int) -> str:
    """RFC 822, as RSS wants it.

    >>> _date(1_466_381_160_000_000)
    'Mon, 20 Jun 2016 00:06:00 GMT'
    """
    return format_datetime(datetime.fromtimestamp(time_us // MICROSECONDS, UTC), usegmt=True)


ROUTES = [Route("/feeds/alerts.rss", alerts_rss), Route("/feeds/{board}.rss", rss)]
