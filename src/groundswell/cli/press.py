"""`press`: an article read: who is quoted, through whom, when, which works."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from groundswell.errors import UsageError

if TYPE_CHECKING:
    from groundswell.press import Article
    from groundswell.press.knowledge import Discrepancy


def press(
    article: Annotated[
        str, typer.Argument(help="A text or HTML file, an address, or - for stdin.")
    ],
    published: Annotated[
        str, typer.Option(help="Day of publication, as 2020-10-15. Default: the page's own.")
    ] = "",
    format_: Annotated[str, typer.Option("--format", help="text or ndjson.")] = "text",
    publisher: Annotated[str, typer.Option(help="Who printed it, to stand beside it.")] = "",
    check: Annotated[
        str,
        typer.Option(help="Hold its works against musicbrainz, wikidata or both, with a comma."),
    ] = "",
) -> None:
    """Read an article: attributed sentences, people, works and dates, each with its own words.

    What is not sure is the sentence alone. English; without a day of publication "Oct. 14" stays
    without a year.

    Examples:  groundswell press article.txt --published 2020-10-15
    groundswell press https://example.org/news/1 --format ndjson
    """
    if format_ not in {"text", "ndjson"}:
        raise UsageError(f"expected --format text or ndjson, got {format_!r}")
    from rich.console import Console

    from groundswell.press import read_article
    from groundswell.press.pages import page_of
    from groundswell.press.services import services
    from groundswell.terminal.article import show

    names = services(check)
    page = page_of(article)
    read = read_article(
        page.text, published=published or page.published, modified=page.modified, title=page.title,
        publisher=publisher or page.publisher, url=page.url,
    )  # fmt: skip
    other = checked(read, names) if names else []
    if format_ == "ndjson":
        for line in (*lines(read), *({"type": "discrepancy", **one.to_dict()} for one in other)):
            sys.stdout.write(json.dumps(line, ensure_ascii=False) + "\n")
    else:
        console = Console(width=None if sys.stdout.isatty() else 100, highlight=False)
        show(read, console, [str(one) for one in other] if names else None)


def checked(read: Article, names: Sequence[str]) -> list[Discrepancy]:
    """What services of open data have otherwise than an article."""
    from groundswell import settings
    from groundswell.fetching import Fetcher
    from groundswell.press.knowledge import discrepancies
    from groundswell.press.services import SERVICES

    with Fetcher(contact=settings.load().settings.contact) as fetcher:
        return [one for name in names for one in discrepancies(read, SERVICES[name](fetcher))]


def lines(article: Article) -> Iterator[dict[str, Any]]:
    """An article as NDJSON: a line of its own, then one a find; every find names its publisher."""
    found = article.to_dict()
    kinds = {
        "quotes": "quote", "attributions": "attribution", "dates": "date", "people": "person",
        "organisations": "organisation", "works": "work", "dedications": "dedication",
    }  # fmt: skip
    lists = {name: found.pop(name) for name in kinds}
    yield {"type": "article", **found}
    where = {"publisher": article.publisher, "url": article.url}
    for name, kind in kinds.items():
        for one in lists[name]:
            place = one.pop("place")
            yield {"type": kind, **one, **place, **where}
