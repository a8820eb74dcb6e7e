"""What makes one story of several bursts, and what does not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundswell.kernel.memory import stories
from groundswell.kernel.names import alike
from groundswell.kernel.names.choosing import Telling, carrying, name
from groundswell.kernel.telling import grouping, identity
from groundswell.kernel.telling.gathering import brought
from groundswell.kernel.telling.write import entitle
from groundswell.kernel.text.kinds import WORD


def burst(label: str, posts: range, **given: object) -> stories.Burst:
    """A burst with these posts; each word of its label is a part."""
    values: dict[str, object] = {
        "key": abs(hash(label)) % 2**32, "parts": tuple(label.casefold().split()),
        "kind": WORD, "posts": np.array(posts), "z": 6.0, "window": 1, "span": 15,
        "authors": float(len(posts)), "expected": 1.0, "chance": 1.0, "board": 1_000.0,
        "excess": float(len(posts)), "strength": 1.0, "started": 10, "known": True, "peak": 10,
        "open": True, "plain": False, "familiar": False, "told": False, "habit": False,
        "places": np.array([0]), "label": label,
    }  # fmt: skip
    return stories.Burst(**(values | given))  # type: ignore[arg-type]


def grouped(*bursts: stories.Burst) -> list[list[str]]:
    found = grouping.group(list(bursts), jaccard=0.25, containment=0.6, most=8, held=10_000)
    return [[bursts[i].label for i in group] for group in found]


def test_a_part_of_a_name_is_the_name() -> None:
    """People say “Kurt Zouma” or “Zouma”; what goes with the short one belongs to the whole."""
    whole, short = burst("Kurt Zouma", range(100)), burst("Zouma", range(20, 180))
    late = burst("header", range(120, 180), started=90)
    assert "header" in next(group for group in grouped(whole, short, late) if "Kurt Zouma" in group)


@pytest.mark.parametrize(("home", "groups"), [("one", 1), ("", 2)])
def test_what_was_one_story_stays_so_down_to_half_the_overlap(home: str, groups: int) -> None:
    """Four in ten shared posts make no story, and break none."""
    a = burst("cape", range(100), home=home)
    b = burst("copper", range(76, 136), home=home, started=90)
    assert len(grouped(a, b)) == groups


def test_a_story_that_cools_is_known_by_the_words_it_keeps() -> None:
    """Its main words are below the gate, a detail is not; a word that only joined is no sign."""
    main = burst("the stairs", range(100), open=False, told=True)
    detail = burst("caught on the stairs", range(80, 110), open=True)
    joined = burst("made", range(500, 900), open=False, told=True, everyday=True)
    known = identity.known_by([joined, main, detail])
    assert known.tolist() == list(range(110))
    assert identity.known_by([joined]).tolist() == list(range(500, 900))  # not well known: a name
    living = stories.Living("id", 1, "the stairs", 1.0, (), np.arange(95), 0, 1)
    aside = np.arange(40, 75)  # another detail, with more of its posts than the first
    assert identity.match([aside, detail.posts], [living])[0] == {0: 0}
    assert identity.match([aside, known], [living]) == ({1: 0}, {0: 0})


def test_a_word_that_all_say_anyway_brings_a_story_that_cools_no_posts() -> None:
    """Others' posts would be its voices, and their words its terms; a name brings its own."""
    made = burst("made", range(500, 900), open=False, told=True, everyday=True, familiar=True)
    stairs = burst("the stairs", range(100), open=False, told=True, familiar=True)
    name = burst("Neymar", range(200, 300), open=False, told=True, everyday=True)
    detail = burst("caught on the stairs", range(80, 110))
    joined = burst("Brazil", range(300, 400), open=False, everyday=True)
    assert [identity.tells(one) for one in (made, name, joined)] == [False, True, False]
    assert brought([made, joined]).tolist() == identity.known_by([made, joined]).tolist() == []
    assert brought([made, stairs, name]).tolist() == stairs.posts.tolist()
    assert brought([made, stairs, detail]).tolist() == detail.posts.tolist()


@pytest.mark.parametrize(("ended", "found"), [(True, {1: 0, 0: 1}), (False, {1: 0})])
def test_what_tells_nothing_only_keeps_what_has_ended(ended: bool, found: dict[int, int]) -> None:
    """An ended story may not begin again while its words are said; a living one cools by itself."""
    first = stories.Living("a", 1, "one", 1.0, (), np.arange(95), 0, 1)
    other = stories.Living("b", 1, "two", 1.0, (), np.arange(100, 190), 0, 1, ended=ended)
    none, own = np.empty(0, np.int64), np.arange(40)
    untold = {0: np.arange(200)}  # it has most of both
    assert identity.match([none, own], [first, other], untold)[0] == found
    assert identity.absorbed([none, own], {1: 0}, [first, other]) == {}


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("#SOTU", "State of the Union", True),
        ("#SOTU2023", "#sotu", True),
        ("Zoumaaaaaa", "#Zouma", True),
        ("goal", "goals", True),
        ("1-0", "10", False),
        ("US", "use", False),
        ("🔥", "🎉", False),
        ("Brexit", "#BrexitVote", False),
    ],
)
def test_spellings_of_one_name(one: str, other: str, same: bool) -> None:
    """Letters decide, not case, marks, shouting or the year; initials stand for a phrase."""
    assert bool(alike.names(one) & alike.names(other)) == same
    found = grouping.unite([burst(one, range(10)), burst(other, range(50, 60))], [[0], [1]])
    assert len(found) == (1 if same else 2)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("マックリントン", "クリントンは", True),
        ("大統領選挙", "統領選", True),
        ("東京", "東京都", False),
        ("世界選手権", "全国選手権", False),
        ("kurtzouma", "zouma", False),
    ],
)
def test_a_name_without_spaces_is_one_however_it_was_cut(one: str, other: str, same: bool) -> None:
    """Seven tenths of the shorter one, and three letters: two of a city's name say too little."""
    found = grouping.unite([burst(one, range(10)), burst(other, range(50, 60))], [[0], [1]])
    assert len(found) == (1 if same else 2)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (["Cameroon", "Mexico"], ["#MEXvsCMR"], True),
        (["Cameroon", "Mexico"], ["#MexicoVsCameroon"], True),
        (["#MexicoVsCamerun"], ["#MEXvCMR"], True),
        (["#ENGITA"], ["#ENG", "#ITA"], True),
        (["#ENGITA"], ["England v Italy"], True),
        (["#spainvsnetherlands"], ["#ESPNED", "Spain", "#NED"], True),
        (["Cameroon", "Mexico"], ["#CMR", "#MEX"], True),
        (["offside", "Mexico", "Cameroon"], ["#CMR", "#MEX"], False),
        (["Cameroon", "Mexico"], ["#BRAvsMEX"], False),
        (["Mexico", "#BRAvsMEX"], ["#MEXvsCMR"], False),
        (["#BlackLivesMatter", "matter"], ["#AllLivesMatter"], False),
        (["Washington", "the bill"], ["was", "the"], False),
        (["Mexico", "#MEX"], ["mexican", "#Mexico"], False),
    ],
)
def test_two_names_in_common_make_one_match(one: list[str], other: list[str], same: bool) -> None:
    """In whole or by their codes; one in common is not enough, nor is a name that only mentions."""
    assert alike.share_two(one, other) == alike.share_two(other, one) == same
    found = [burst(label, range(10 * i, 10 * i + 10)) for i, label in enumerate(one + other)]
    groups = [[*range(len(one))], [*range(len(one), len(found))]]
    assert len(grouping.unite(found, groups)) == (1 if same else 2)


def test_a_story_says_two_names_and_no_hashtag_that_joins_them() -> None:
    """Wherever it stands; of several hashtags alone the first is all that there is to say."""
    tags = ["#FRAHON", "#FRAvHON", "#FranceVsHonduras"]
    assert alike.once([tags[0], "#FRA", tags[1], "free kick", "#HON", tags[2]]) == (
        "#FRA", "free kick", "#HON",
    )  # fmt: skip
    assert alike.once([*tags, "Palacios"]) == ("#FRAHON", "Palacios")
    assert alike.once(["#ThisIsForChrissy", "Chrissy"]) == ("#ThisIsForChrissy", "Chrissy")


def test_on_one_subject_a_moment_takes_in_what_begins_with_it_and_is_far_smaller() -> None:
    """“get in” joins the goal; a second goal of its own size, or a later word, does not."""
    goal, cry = burst("Zouma", range(300)), burst("get in", range(400, 420))
    second, later = burst("Neymar", range(500, 700)), burst("offside", range(800, 820), started=14)
    found = grouping.tie([goal, second, cry, later], [[0], [1], [2], [3]], within=0, times=3.0)
    assert found == [[0, 2], [1], [3]]


def test_a_long_story_is_known_by_all_that_it_was_heard_to_say() -> None:
    """Late in it only a detail of five posts is new; the group of its name goes on being it."""
    living = stories.Living("a", 0, "", 0.0, (), np.arange(95, 100), 0, 0, heard=np.arange(100))
    assert identity.match([np.arange(20, 94)], [living]) == ({0: 0}, {})
    living.heard = np.zeros(0, np.int64)
    assert identity.match([np.arange(20, 94)], [living]) == ({}, {})


def test_what_its_story_has_told_already_does_not_split_off() -> None:
    """Six in ten of the smaller group's posts are old: it goes back; three in ten: it splits."""
    living = stories.Living("a", 0, "", 0.0, (), np.arange(100), 0, 0)
    groups = [np.arange(100), np.arange(40, 100), np.arange(80, 147)]
    assert identity.regrown(groups, {1: 0, 2: 0}, {0: 0}, [living]) == {1: 0}


NAMES = st.lists(st.sampled_from(["", "#"]).flatmap(
    lambda mark: st.text("abvsxABVS ", max_size=12).map(lambda text: mark + text)
), min_size=1, max_size=4)  # fmt: skip


@given(NAMES, NAMES)
def test_having_names_in_common_goes_both_ways(one: list[str], other: list[str]) -> None:
    """Whatever the names; and what is left of them to say is never nothing."""
    assert alike.share_two(one, other) == alike.share_two(other, one)
    assert alike.once(one)
    assert set(alike.once(one)) <= set(one)


@given(st.text(max_size=60))
def test_any_label_is_itself_and_spells_to_something(label: str) -> None:
    """Hostile labels neither fail nor vanish."""
    assert alike.once([label, label]) == (label,)
    assert alike.spelled(label).strip() or not label.strip()


def test_a_story_says_what_tells_and_is_called_by_words() -> None:
    """What tells a third of the best is left out; a bare number is no name, a score may be."""
    said = [
        Telling("53", 9.0, 5, frozenset({1}), common=False, familiar=False),
        Telling("Zouma", 8.0, 4, frozenset({2}), common=False, familiar=False),
        Telling("yes", 2.0, 3, frozenset({3}), common=False, familiar=False),
    ]
    assert [term.label for term in carrying(said, 0.35, 8)] == ["53", "Zouma"]
    assert name(said)[0] == "Zouma"
    assert name([Telling("2-0", 9.0, 5, frozenset({1}), common=False, familiar=False)])[0] == "2-0"


def test_a_story_is_never_without_a_name() -> None:
    """Where nobody speaks of it at the moment, nothing tells; it is called by its first word."""
    living = stories.Living("a", 0, "", 0.0, (), np.arange(5), 0, 0)
    quiet, loud = (
        Telling(label, weight, 5, frozenset({i}), False, False)
        for i, (label, weight) in enumerate([("Iran", 0.0), ("offside", 3.0)])
    )
    entitle(living, [quiet], set(), is_part=part)
    assert living.title == "Iran"
    entitle(living, [loud, quiet], set(), is_part=part)
    assert living.title == "offside"
    entitle(living, [replace(loud, weight=1.0), replace(quiet, weight=2.0)], set(), is_part=part)
    assert living.title == "offside"  # it said more when it was at its height


def part(label: str) -> bool:
    return label.endswith(" by")


def test_a_title_grows_with_its_phrase() -> None:
    """What was known in part is called whole, unless another story is called so; a part goes."""

    def called(before: str, *labels: str, taken: frozenset[str] = frozenset()) -> str:
        living = stories.Living("a", 0, before, 9.0, (), np.arange(5), 0, 0)
        telling = [
            Telling(label, 5.0 - i, 5, frozenset({i}), False, False)
            for i, label in enumerate(labels)
        ]
        entitle(living, telling, taken, is_part=part)
        return living.title

    assert called("two 14", "two 14 year olds", "dare") == "two 14 year olds"
    assert called("two 14", "dare", "two 14 year olds") == "two 14"
    assert called("two 14", "two 14 year olds", taken=frozenset({"two 14 year olds"})) != "two 14"
    assert called("killed by", "Zeltrand") == "Zeltrand"
    assert called("killed by", "hit by") == "killed by"


def test_ordinary_words_must_tell_more_than_names() -> None:
    """Of what tells half as much as the best, a known name stays and a known word does not."""
    told = [
        Telling(label, weight, 3, frozenset({i}), common=False, familiar=known)
        for i, (label, weight, known) in enumerate(
            (
                ("Zouma", 10.0, False), ("penalty", 8.0, True), ("Valencia", 5.0, True),
                ("BREAKING", 5.0, True), ("brought", 5.0, True), ("90", 5.0, True),
                ("東京", 5.0, True), ("gegenpressing", 5.0, False),
            ),
            1,
        )
    ]  # fmt: skip
    kept = [term.label for term in carrying(told, 0.4, 8, ordinary=2.0)]
    assert kept == ["Zouma", "penalty", "Valencia", "東京", "gegenpressing"]
    assert len(carrying(told, 0.4, 8)) == len(told)


def test_a_term_that_was_told_stays_a_little_longer_than_one_that_comes() -> None:
    """Words do not come and go from slice to slice; who falls far enough goes."""
    told = [
        Telling(label, weight, 3, frozenset({i}), common=False, familiar=False)
        for i, (label, weight) in enumerate((("Zouma", 10.0), ("header", 3.0), ("corner", 1.0)), 1)
    ]
    before = frozenset(term.key for term in told)
    assert [t.label for t in carrying(told, 0.4, 8)] == ["Zouma"]
    stays = carrying(told, 0.4, 8, stays=0.5, before=before)
    assert [t.label for t in stays] == ["Zouma", "header"]
    assert [t.label for t in carrying(told, 0.4, 8, stays=0.5)] == ["Zouma"]
    assert carrying([], 0.4, 8, stays=0.5, before=before) == []
