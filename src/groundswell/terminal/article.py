"""An article as read, as a page for people: what is quoted first, each with its own words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.rule import Rule
from rich.text import Text

from groundswell.press import Article, DateMention, Place, Quote, Work
from groundswell.press.article import in_words
from groundswell.terminal.plain import clean

_MOST_PEOPLE = 12


def show(article: Article, console: Console, other: Sequence[str] | None = None) -> None:
    """Prints the page; `other` is what open data has otherwise, None where it was not asked."""
    console.print(_head(article))
    checked: list[RenderableType] = [Text(clean(line)) for line in other or ["nothing"]]
    beside = [("Open data has otherwise", checked)] if other is not None else []
    for title, body in chain(_sections(article), beside):
        if body:
            console.print(Rule(title, align="left", style="dim"))
            console.print(Padding(Group(*body), (0, 0, 1, 2)))


def _head(article: Article) -> Text:
    head = Text(clean(article.title or _first_line(article.text)), style="bold")
    told = [article.publisher, article.published and f"published {article.published}"]
    if article.modified and article.modified != article.published:
        told.append(f"changed {article.modified}")
    told.append(article.url)
    known = " · ".join(clean(part) for part in told if part)
    return head.append("\n" + known, style="dim") if known else head


def _first_line(text: str) -> str:
    return text.lstrip().split("\n", 1)[0][:120]


def _sections(article: Article) -> Iterator[tuple[str, list[RenderableType]]]:
    told = [q for q in article.quotes if q.confidence != "low"]
    yield "Who said what", [_quote(q) for q in told if q.kind == "speech"]
    yield "Posts that it quotes", [_quote(q) for q in told if q.kind == "post"]
    yield (
        "Quoted, by whom is not sure: the sentence alone",
        [_sentence(q.place) for q in article.quotes if q.confidence == "low"],
    )
    yield (
        "According to whom",
        [_line(a.outlet, f"“{a.how} {a.printed}”", a.place) for a in article.attributions],
    )
    yield "When", [_date(d) for d in article.timeline]
    yield (
        "When, left vague",
        [_sentence(d.place, d.text) for d in article.dates if not d.value and not d.quoted],
    )
    yield "Works, as printed", [_work(w) for w in article.works]
    yield "Who it is for", [_sentence(d.place, d.words) for d in article.dedications]
    people = [f"{p.name} ({p.mentions})" for p in article.people[:_MOST_PEOPLE]]
    yield "People", [Text(clean(", ".join(people)))] if people else []
    names = [f"{o.name} ({o.mentions})" for o in article.organisations[:_MOST_PEOPLE]]
    yield "Organisations, shows, prizes", [Text(clean(", ".join(names)))] if names else []


def _quote(quote: Quote) -> RenderableType:
    who = quote.speaker or quote.printed
    line = Text.assemble((clean(who), "bold"))
    if quote.speaker and quote.printed and quote.printed != quote.speaker:
        line.append(f" (printed “{clean(quote.printed)}”)", style="dim")
    if quote.outlet:
        line.append(f", through {clean(quote.outlet)}")
    if quote.platform:
        line.append(f", on {quote.platform}")
    line.append(f"  {quote.confidence}", style="green" if quote.confidence == "high" else "dim")
    return Group(line, Padding(Text(f"“{clean(quote.text.strip())}”"), (0, 0, 0, 2)))


def _date(mention: DateMention) -> RenderableType:
    words = f"“{clean(mention.text)}”" + ("" if mention.how == "explicit" else f", {mention.how}")
    return _line(in_words(mention.value or ""), words, mention.place)


def _work(work: Work) -> RenderableType:
    about = [work.kind, work.year and f"{work.year}", work.creator and f"by {work.creator}"]
    return _line(work.title, ", ".join(part for part in about if part), work.place)


def _line(head: str, words: str, place: Place) -> RenderableType:
    line = Text.assemble((clean(head), "bold"), "  ", (clean(words), "dim"))
    return Group(line, Padding(_sentence(place), (0, 0, 0, 2)))


def _sentence(place: Place, words: str = "") -> Text:
    sentence = Text(clean(place.sentence), style="italic")
    if words:
        sentence.highlight_words([clean(words)], style="bold")
    return sentence
