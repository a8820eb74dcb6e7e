"""Decisions and what they come to, held against a small model that knows no trick."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundswell.errors import UsageError
from groundswell.expression import Voice
from groundswell.kernel.basis.hashing import hash_strings
from groundswell.model import Board, StoryEvent
from groundswell.review.decisions import Decision, Kind, Verb, draft, undoing
from groundswell.review.ledger import Ledger
from groundswell.review.rulings import Rulings, fold, undone
from groundswell.review.showing import may_announce, shown_board
from tests.serve.boards import START, board, story

TITLES = ("harbour", "cape town", "song", "album")
IDS = [story(title, 1).id for title in TITLES]
ids = st.sampled_from(IDS)
drafts = st.one_of(
    st.builds(lambda s, v: draft("ann", v, "story", s), ids,
              st.sampled_from(["hide", "pin", "approve", "reject"])),
    st.builds(lambda s, t: draft("bo", "rename", "story", s, value=t), ids,
              st.sampled_from(["Renamed", "harbour"])),
    st.builds(lambda s: draft("ann", "merge", "story", s[0], value=s[1]),
              st.lists(ids, min_size=2, max_size=2, unique=True)),
    st.builds(lambda t, v: draft("ann", v, "term", t),
              st.sampled_from(["cape", "SONG", "album"]), st.sampled_from(["block", "reject"])),
)  # fmt: skip


@st.composite
def logs(draw: st.DrawFn) -> list[Decision]:
    """Decisions in a row; some undo an earlier one, undoings too."""
    ledger = Ledger(clock=lambda: 1.0)
    for one in draw(st.lists(st.none() | drafts, max_size=12)):
        made = ledger.all()
        if one is None and made:
            ledger.add([undoing("cy", draw(st.sampled_from(made)))])
        elif one is not None:
            ledger.add([one])
    return ledger.all()


def holds(log: list[Decision], one: Decision) -> bool:
    """By its meaning: nothing that holds undoes it."""
    return not any(u.undoes == one.id and holds(log, u) for u in log if u.verb is Verb.UNDO)


def model(log: list[Decision], listed: tuple[str, ...]) -> list[tuple[str, str]]:
    """Ids and titles of a board of these titles, told plainly."""
    live = [one for one in log if one.verb is not Verb.UNDO and holds(log, one)]
    goes: dict[str, str] = {}

    def way(name: str) -> list[str]:
        return [name, *(way(goes[name]) if name in goes else ())]

    def end(name: str) -> str:
        return way(name)[-1]

    for one in live:
        if one.verb is Verb.MERGE and one.subject not in way(one.value):
            goes[one.subject] = one.value
    last = {
        one.subject: one.verb for one in live
        if one.kind is Kind.STORY and one.verb in (Verb.APPROVE, Verb.REJECT)
    }  # fmt: skip
    off = {one.subject for one in live if one.verb is Verb.HIDE}
    off |= {name for name, verb in last.items() if verb is Verb.REJECT}
    names = {one.subject: one.value for one in live if one.verb is Verb.RENAME}
    bad = [one.subject.lower() for one in live if one.verb is Verb.BLOCK]
    unfit = [
        one.subject.lower() for one in live if one.kind is Kind.TERM and one.verb is Verb.REJECT
    ]
    rows: dict[str, str] = {}
    for title in listed:
        name = story(title, 1).id
        if name in off or end(name) in off or title in unfit:
            continue
        if any(word in bad for word in title.split()):
            continue  # its every label has the word
        home = next((t for t in listed if story(t, 1).id == end(name)), None)
        kept = home is not None and not any(w in bad for w in home.split()) and home not in unfit
        plain = home if kept and home else names.get(name, title)
        rows.setdefault(end(name), names.get(end(name), plain))
    pins = list(dict.fromkeys(one.subject for one in live if one.verb is Verb.PIN))
    return sorted(rows.items(), key=lambda row: pins.index(row[0]) if row[0] in pins else 99)


@given(logs(), st.permutations(TITLES).map(tuple))
def test_a_board_is_shown_as_its_decisions_say(
    log: list[Decision], listed: tuple[str, ...]
) -> None:
    """Whatever was decided in which order, undone, and undone again; ranks have no gaps."""
    found = board(listed)
    told = shown_board(found, fold(log))
    assert [(one.id, one.title) for one in told.stories] == model(log, listed)
    assert [one.rank for one in told.stories] == list(range(1, len(told.stories) + 1))
    own = {one.id: one.authors for one in found.stories}
    assert all(one.authors == own[one.id] for one in told.stories if "merged" not in one.edited)


@given(logs(), st.integers(0, 20))
def test_undoing_any_decision_is_as_if_it_had_not_been_made(log: list[Decision], n: int) -> None:
    """And undoing that brings it back, for every decision that holds."""
    standing = [one for one in log if one.id not in undone(log)]
    if not standing:
        return
    chosen = standing[n % len(standing)]
    undo = replace(_decided(undoing("cy", chosen)), id=len(log) + 1)
    without = [*log, undo]
    if chosen.verb is not Verb.UNDO:
        assert fold(without) == fold([one for one in log if one != chosen])
    back = replace(_decided(undoing("cy", undo)), id=len(log) + 2)
    assert fold([*without, back]) == fold(log)


def _decided(one: object) -> Decision:
    return Decision(**{name: getattr(one, name) for name in one.__slots__})  # type: ignore[attr-defined]


def _rule(*given: tuple[str, ...], first: bool = False, hold: int | None = None) -> Rulings:
    ledger = Ledger(clock=lambda: 1.0)
    if hold is not None:
        ledger.add([draft("settings", "hold", "desk", "desk", value=str(hold))])
    for verb, kind, subject, *value in given:
        ledger.add([draft("ann", verb, kind, subject, value="".join(value))])
    return fold(ledger.all(), before_publish=first)


def test_nothing_decided_changes_no_byte() -> None:
    """The very board comes back, not one like it."""
    found = board(TITLES)
    assert shown_board(found, fold([])) is found
    assert not fold([])


def test_a_merged_story_has_the_larger_ones_figures_and_says_so() -> None:
    """Nobody knows how many people two stories have together: the larger is what is sure."""
    found = board(TITLES)
    told = shown_board(found, _rule(("merge", "story", IDS[0], IDS[2])))
    one = told.stories[0]
    assert (one.id, one.title, one.rank) == (IDS[2], TITLES[2], 1)
    assert (one.posts, one.authors) == (found.stories[0].posts, found.stories[0].authors)
    assert one.edited == ("merged",)
    assert one.to_dict()["edited"] == ["merged"]
    assert len(told.stories) == 3


def test_a_circle_of_merges_is_none() -> None:
    """The one that would close it has no effect, so an address always leads somewhere."""
    told = _rule(*(("merge", "story", IDS[i], IDS[(i + 1) % 3]) for i in range(3)))
    assert [told.leads(one) for one in IDS[:3]] == [IDS[2]] * 3
    again = [("merge", "story", IDS[0], IDS[1]), ("merge", "story", IDS[2], IDS[0])]
    told = _rule(*again, ("merge", "story", IDS[0], IDS[2]))
    assert [told.leads(one) for one in IDS[:3]] == [IDS[1]] * 3


def test_before_publish_stories_wait_and_those_of_before_stand() -> None:
    """From the hold's event time on; an approved story or term is shown, a rejected one never."""
    began = story("x", 1).started_at
    assert shown_board(board(TITLES), _rule(first=True, hold=began)).stories == ()
    assert shown_board(board(TITLES), _rule(first=True, hold=began + 1)).stories != ()
    assert shown_board(board(TITLES), _rule(first=False, hold=began)).stories != ()
    some = _rule(
        ("approve", "story", IDS[1]), ("approve", "term", "Song"), ("reject", "term", "album"),
        first=True, hold=began,
    )  # fmt: skip
    told = shown_board(board(TITLES), some)
    assert [one.title for one in told.stories] == ["cape town", "song"]
    assert may_announce(told.stories[0], some)
    assert not may_announce(story("harbour", 1), some)


@pytest.mark.parametrize(
    ("term", "label", "falls"),
    [("money", "free money", True), ("money", "moneybag", False), ("free money", "free money now",
     True), ("money free", "free money", False), ("Money", "#MONEY!", True), ("ＭＯＮＥＹ", "money",
     True), ("é", "e\u0301", True)],
)  # fmt: skip
def test_a_blocked_term_is_found_as_whole_words(term: str, label: str, falls: bool) -> None:
    """In any case, width and composition, as a hashtag too; never inside another word."""
    assert _rule(("block", "term", term)).bars(label) is falls


def test_a_blocked_domain_takes_those_below_it() -> None:
    """As a label, as an address and in a line; not one that only ends alike."""
    told = _rule(("block", "domain", "spam.example"))
    for label in ("spam.example", "https://www.spam.example/a?b", "half link to a.spam.example"):
        assert told.bars(label)
    assert not told.bars("notspam.example")
    assert not told.bars("spam.example.org")


def test_what_is_blocked_stands_nowhere_in_a_story() -> None:
    """Not in terms, moments, arithmetic, doubts; a title falls to the next term."""
    one = replace(story("cape town", 2), terms=("cape town", "mayor"))
    found = replace(board(()), stories=(one,), events=(StoryEvent("story.started", START, one),))
    told = shown_board(found, _rule(("block", "term", "cape")))
    assert [o.title for o in told.stories] == ["mayor"]
    assert "cape" not in str(told.to_dict()) + str([e.to_dict() for e in told.events])


def test_words_of_who_is_blocked_fall_at_once() -> None:
    """By account, by server, by term and by link, as voices and behind feelings; no other's do."""
    said = [("ann", "https://a.example/@ann/1", "hello"), ("bo", "https://b.example/@bo/2", "hi"),
            ("cy", "", "buy copper now"), ("di", "", "see spam.example/x"),
            ("ed", "https://e.example/@ed/3", "good")]  # fmt: skip
    voices = tuple(
        Voice(
            text=text, at=START, url=url, network="", lang="", feeling="", post=post,
            author=int(hash_strings([f"{who}@e.example"])[0]),
        )
        for post, (who, url, text) in enumerate(said)
    )  # fmt: skip
    one = story("harbour", 1, voices=voices, examples=voices)
    rulings = _rule(
        ("block", "account", "@ann@e.example"), ("block", "instance", "b.example"),
        ("block", "term", "copper"), ("block", "domain", "spam.example"),
    )  # fmt: skip
    told = shown_board(replace(board(()), stories=(one,)), rulings).stories[0]
    assert [v.text for v in told.voices] == [v.text for v in told.examples] == ["good"]


def test_events_of_hidden_and_merged_stories_are_not_told() -> None:
    """Nor is a hidden one named as the other of an event."""
    first, second = board(TITLES[:2]).stories
    found = replace(
        board(TITLES[:2]),
        events=(StoryEvent("story.started", START, first),
                StoryEvent("story.split", START, second, other=first.id)),
    )  # fmt: skip
    told: Board = shown_board(found, _rule(("hide", "story", first.id)))
    assert [(event.story.id, event.other) for event in told.events] == [(second.id, "")]


@pytest.mark.parametrize(
    "given",
    [("hide", "term", "x"), ("block", "story", "x"), ("fly", "story", "x"), ("hide", "story", " "),
     ("block", "domain", "no domain"), ("block", "instance", "-.x"), ("undo", "story", "x"),
     ("hide", "story", "x" * 201), ("hide", "story", "x", "a value"), ("rename", "story", "x", ""),
     ("rename", "story", "x", "y" * 121), ("merge", "story", "x", "x"),
     ("split", "story", "x", "")],
)  # fmt: skip
def test_what_cannot_be_decided_is_refused_in_one_line(given: tuple[str, ...]) -> None:
    """Before anything is kept."""
    verb, kind, subject, *value = given
    with pytest.raises(UsageError) as error:
        draft("ann", verb, kind, subject, value="".join(value))
    assert "\n" not in str(error.value)
