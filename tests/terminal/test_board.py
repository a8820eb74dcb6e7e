"""The board as text: within its columns, honest, and deaf to what hostile words try."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundswell.model import Board, Doubt
from groundswell.terminal import Heading, text_board
from groundswell.terminal.board import ASCII_BLOCKS, BLOCKS, sparkline
from groundswell.terminal.plain import cells, clean, fit, to_ascii
from tests.terminal.boards import (
    AT,
    DAY,
    HOSTILE,
    LIVE,
    MINUTE,
    WIDE,
    board,
    controls,
    filled_with,
    story,
    too_wide,
    widest,
)

SIMULATED = Heading("simulated", ("The Lantern Awards (simulated, seed 1)",), MINUTE)
REPLAY = Heading("replay", ("monday.csv", "tuesday.csv"), MINUTE)
COLOURS = re.compile(r"\x1b\[[0-9;]*m")
EVERYTHING = {**WIDE, **HOSTILE}
AWKWARD = st.one_of(
    st.text(max_size=120),
    st.text(alphabet="".join(EVERYTHING.values()), max_size=120),
    st.sampled_from(list(EVERYTHING.values())),
)


@pytest.mark.parametrize("width", [60, 80, 200])
@pytest.mark.parametrize("ascii_only", [False, True], ids=["unicode", "ascii"])
@pytest.mark.parametrize("words", EVERYTHING.values(), ids=EVERYTHING.keys())
def test_no_line_is_wider_than_asked(words: str, ascii_only: bool, width: int) -> None:
    """Whatever titles, terms, reasons and sources say, every line fits into the width."""
    heading = replace(LIVE, sources=(words, words))
    shown = text_board(filled_with(words), heading, width=width, ascii_only=ascii_only)
    assert too_wide(shown, width) == []


@pytest.mark.parametrize("width", [60, 79, 80, 200])
@pytest.mark.parametrize("heading", [LIVE, SIMULATED, REPLAY, replace(SIMULATED, whole=True)])
def test_large_numbers_and_long_headings_fit(heading: Heading, width: int) -> None:
    """Millions of posts, a lift of a billion and the longest heading stay within the width."""
    huge = story(100, posts=2**53, authors=123_456_789, lift=1e300, started_at=AT - 9 * DAY)
    crowded = board(huge, learning=True, learned=(12, 60), posts=10**9)
    for shown in (crowded, replace(crowded, stories=())):
        dated = replace(heading, first_at=AT - DAY)
        assert too_wide(text_board(shown, dated, width=width), width) == []


@given(
    words=AWKWARD,
    width=st.integers(60, 200),
    ascii_only=st.booleans(),
    figures=st.tuples(st.integers(0, 2**53), st.integers(0, 2**53), st.floats(0, 1e308)),
    mode=st.sampled_from(["live", "replay", "simulated"]),
    ago=st.integers(0, 400 * DAY),
)
def test_any_words_and_figures_fit_and_are_harmless(
    words: str, width: int, ascii_only: bool, figures: tuple[int, int, float], mode: str, ago: int
) -> None:
    """For any words, figures and width: it fits, has no control character, is ASCII if asked."""
    posts, authors, lift = figures
    made = story(1, words, terms=(words, words), posts=posts, authors=authors, lift=lift)
    made = replace(made, started_at=AT - ago, doubts=(Doubt("one-domain", 1.0, words),))
    shown = text_board(
        board(made, posts=posts), Heading(mode, (words,), MINUTE), width=width,
        ascii_only=ascii_only,
    )  # fmt: skip
    assert too_wide(shown, width) == []
    assert controls(shown) == set()
    assert shown.isascii() or not ascii_only


def test_a_board_besides_all_says_its_name_and_why_it_is_empty() -> None:
    """The name stands in the heading, of `all` it does not; a note takes the stories' place."""
    assert "all" not in text_board(board(story()), LIVE).split("\n")[0]
    shown = replace(board(), board="cy", note="no post names its language")
    text = text_board(shown, LIVE, width=80)
    assert text.startswith("Groundswell  cy  ")
    assert "Nothing can stand here: no post names its language." in text
    hostile = replace(board(), board="\x1b[31mمرحبا" * 30, note="\u202e東京" * 90)
    drawn = text_board(hostile, LIVE, width=60, ascii_only=True)
    assert drawn.isascii()
    assert controls(drawn) == set()
    assert too_wide(drawn, 60) == []


@pytest.mark.parametrize("words", WIDE.values(), ids=WIDE.keys())
def test_columns_stand_below_each_other(words: str) -> None:
    """A wide title is cut or filled so that the figures end where those of a plain one do."""
    shown = text_board(board(story(1), story(2, words)), LIVE).split("\n")
    plain, wide = (line for line in shown if line.endswith("20:14"))
    assert widest(plain) == widest(wide)


@pytest.mark.parametrize("width", [60, 80, 200])
def test_every_column_is_there(width: int) -> None:
    """Rank, title, sparkline, posts, people, times usual, since, members and flags, all headed."""
    doubt = Doubt("copied-text", 0.9, "90% of posts are copies of another")
    shown = text_board(board(story(7, doubts=(doubt,))), LIVE, width=width).split("\n")
    head = next(line for line in shown if line.startswith(" #"))
    assert head.split() == ["#", "story", "last", "hour", "posts", "people", "usual", "since"]
    row = shown[shown.index(head) + 1]
    assert re.fullmatch(
        rf" 7  The Night Fe\S*.*  [{BLOCKS} ]+  1,726  1,662     50×  20:14", row
    ), row
    assert shown[shown.index(head) + 2] == "    rising: night ferries, #drummers"
    assert shown[shown.index(head) + 3] == "    90% of posts are copies of another"
    for name in ("posts", "people", "usual", "since"):
        end = head.index(name) + len(name)
        assert row[end - 1] != " "
        assert row[end : end + 1] in {"", " "}


@pytest.mark.parametrize(
    ("posts", "said"),
    [(999, "999"), (99_999, "99,999"), (123_456, "123456"), (1_234_567, "1.2M"), (2**53, "9e+15")],
)
def test_figures_are_exact_below_a_million(posts: int, said: str) -> None:
    """A count keeps its column: exact as long as it has room, in millions above."""
    assert f" {said:>6}  1,662 " in text_board(board(story(posts=posts)), LIVE)


@pytest.mark.parametrize("words", HOSTILE.values(), ids=HOSTILE.keys())
@pytest.mark.parametrize("ascii_only", [False, True], ids=["unicode", "ascii"])
def test_hostile_words_leave_without_a_control_character(words: str, ascii_only: bool) -> None:
    """In a title, term, reason, source, status or mode: only newlines control the terminal."""
    hostile = filled_with(words)
    hostile = replace(
        hostile, stories=tuple(replace(s, status=words) for s in hostile.stories)  # type: ignore[arg-type]
    )  # fmt: skip
    heading = Heading(words, (words,), MINUTE)
    shown = text_board(hostile, heading, width=200, ascii_only=ascii_only)
    assert controls(shown) == set()
    assert shown.count("\n") == text_board(filled_with("calm"), LIVE, width=200).count("\n")


@pytest.mark.parametrize("words", HOSTILE.values(), ids=HOSTILE.keys())
def test_colour_is_the_only_sequence_that_leaves(words: str) -> None:
    """With colour on, hostile words add nothing: without our colours it is the plain board."""
    heading = replace(LIVE, sources=(words,))
    coloured = text_board(filled_with(words), heading, color=True)
    assert "\x1b[" in coloured
    assert COLOURS.sub("", coloured) == text_board(filled_with(words), heading)


@pytest.mark.parametrize(
    "words", ["[red]x[/red]", "[link=http://a.example]x", "[/]", ":fire:", "[bold", r"\[b]"]
)
def test_markup_is_shown_as_written(words: str) -> None:
    """What looks like markup is words: it neither colours nor vanishes nor raises."""
    shown = text_board(filled_with(words), replace(LIVE, sources=(words,)), color=True)
    assert shown.count(words) >= 2 + 4 * 2
    assert "\x1b]8" not in shown


def test_without_colour_there_is_no_escape(monkeypatch: pytest.MonkeyPatch) -> None:
    """Colour off means not one escape sequence, whatever the environment would force."""
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TTY_COMPATIBLE", "1")
    monkeypatch.setenv("COLORTERM", "truecolor")
    assert "\x1b" not in text_board(filled_with("calm"), LIVE)


def test_ascii_terminals_get_ascii_bars_and_words() -> None:
    """An ASCII board has bars of ASCII, letters without marks, and ? for what is left."""
    shown = text_board(
        board(story(1, "Café Übermut 東京", lift=4.2)), LIVE, width=100, ascii_only=True
    )
    assert shown.isascii()
    assert "Cafe Ubermut ??" in shown
    assert "4.2x" in shown
    assert 'not "the public"' in shown
    assert sparkline(tuple(range(60)), 16, ascii_only=True) in shown


def test_a_sparkline_has_its_newest_bar_right_and_its_peak_full() -> None:
    """Bars are as many as asked, the highest is full, nothing at all is lowest."""
    assert sparkline((9, 0, 0, 5), 4) == "█▁▁▅"
    assert sparkline((0, 0), 4) == "  ▁▁"
    assert sparkline((), 4) == "    "
    assert sparkline((1, *[0] * 58, 8), 16).endswith("█")


@given(values=st.lists(st.integers(0, 10**9), max_size=200), width=st.integers(1, 60))
def test_a_sparkline_keeps_its_width(values: list[int], width: int) -> None:
    """For any values: exactly `width` cells, of bars and room for bars, in both alphabets."""
    line = sparkline(tuple(values), width)
    assert len(line) == width
    assert set(line) <= {" ", *BLOCKS}
    plain = sparkline(tuple(values), width, ascii_only=True)
    assert plain.translate(str.maketrans(ASCII_BLOCKS, BLOCKS)) == line


@pytest.mark.parametrize("width", [60, 80, 200])
def test_an_empty_board_says_so_and_that_it_learns(width: int) -> None:
    """No story: it says so, with how much is read; while learning, how much is learned."""
    young = board(learning=True, learned=(12, 60), posts=123_456, authors=98_765)
    shown = text_board(young, LIVE, width=width)
    assert "Nothing is above usual yet." in shown
    assert "123,456 posts by 98,765 people in this slice." in shown
    assert "learning what is usual: 12 of 60 minutes" in shown
    known = text_board(board(), LIVE, width=width)
    assert "Nothing is above usual." in known
    assert "learning" not in known


@pytest.mark.parametrize("width", [60, 80, 200])
@pytest.mark.parametrize("shown", [board(story()), board(), board(learning=True)])
@pytest.mark.parametrize("heading", [SIMULATED, replace(SIMULATED, whole=True)])
def test_made_up_posts_are_said_to_be(heading: Heading, shown: Board, width: int) -> None:
    """Every board of simulated data says so, at any width and whatever its date."""
    for first in (None, AT - DAY):
        text = text_board(shown, replace(heading, first_at=first), width=width)
        assert "simulated: every post is made up" in text


def test_the_heading_does_not_jump_with_the_rate() -> None:
    """The rate of posts changes no number of lines, at any width."""
    for width in range(60, 121):
        for heading in (LIVE, SIMULATED, REPLAY):
            shown = [text_board(board(posts=n), heading, width=width) for n in (0, 599, 999_999)]
            assert len({text.count("\n") for text in shown}) == 1


@pytest.mark.parametrize(
    ("heading", "at", "said"),
    [
        (LIVE, AT, "  20:59:00 UTC"),
        (replace(LIVE, first_at=AT - 20 * 60 * MINUTE), AT, "  20:59:00 UTC"),
        (replace(LIVE, first_at=AT), AT + DAY, "  2026-07-04 20:59:00 UTC"),
        (replace(LIVE, first_at=AT), AT + 181 * MINUTE, "  2026-07-04 00:00:00 UTC"),
        (replace(SIMULATED, first_at=AT), AT, "  20:59:00 UTC"),
        (REPLAY, AT, "  2026-07-03 20:59:00 UTC"),
        (replace(REPLAY, whole=True), AT, "  2026-07-03 20:59:00 UTC"),
    ],
)
def test_the_heading_has_the_date_where_the_hour_is_not_enough(
    heading: Heading, at: int, said: str
) -> None:
    """A replay shows its date, a run that went past midnight too; a live evening the hour."""
    shown = text_board(board(story(), at=at), heading, width=100)
    assert shown.startswith(f"Groundswell{said}  ")


def test_stories_of_another_day_show_their_day() -> None:
    """`since` has the date where the onset is not of the board's day, and nothing else moves."""
    before = text_board(board(story(1), story(2)), LIVE).split("\n")
    older = story(2, started_at=AT - 2 * DAY)
    after = text_board(board(story(1), older), LIVE).split("\n")
    assert after[6].endswith(" 07-01 20:59")
    assert after[4].endswith("      20:14")
    assert after[4].split() == before[4].split()
    assert after[4].index("1,726") == before[4].index("1,726")


def test_clean_keeps_words_and_drops_what_is_unseen() -> None:
    """Joined emoji come apart, letters keep a few marks, words stay words."""
    assert clean("👩‍🚒 ❤️") == "👩🚒 ❤"
    assert clean("e" + "\u0301" * 9) == "e" + "\u0301" * 4
    assert clean("  a \t\n b ") == "a b"
    assert clean("שלום مرحبا हिन्दी ไทย") == "שלום مرحبا हिन्दी ไทย"


@given(text=AWKWARD, width=st.integers(1, 60))
def test_fit_gives_exactly_the_cells(text: str, width: int) -> None:
    """Cut or filled, a cell of a table has the width that was asked for."""
    for words in (clean(text), to_ascii(clean(text))):
        assert cells(fit(words, width, more="…")) == width
        assert widest(fit(words, width)) <= width


@pytest.mark.parametrize("width", [60, 80, 120])
def test_terms_are_whole_or_left_out(width: int) -> None:
    """The line of terms ends with a whole term, never within one, at any width."""
    terms = ("tripped", "bowed and kept walking", "stairs and made it choreography") * 3
    shown = text_board(board(story(1, terms=terms)), LIVE, width=width)
    said = next(line for line in shown.splitlines() if line.startswith("    rising: "))
    listed = said.removeprefix("    rising: ").split(", ")
    assert listed
    assert set(listed) <= set(terms)


def test_a_first_term_without_room_says_that_it_goes_on() -> None:
    """One term longer than the line is cut, with a mark that says so."""
    shown = text_board(board(story(1, terms=("a" * 300,))), LIVE, width=80)
    said = next(line for line in shown.splitlines() if line.startswith("    rising: "))
    assert said.endswith("a…")


def test_what_is_no_longer_above_usual_is_not_nought_times_usual() -> None:
    """A story that cooled to usual shows a dash: 0.0× would be a figure that nobody measured."""
    shown = text_board(board(story(1, lift=0.0, status="cooling")), LIVE, width=80)
    assert "0.0×" not in shown
    assert " - " in shown
