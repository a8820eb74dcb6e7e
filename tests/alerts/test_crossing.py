"""One alert a crossing, of what survives, however slices come and runs end."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from groundswell.alerts.crossing import WAIT_US, Alert, Crossing, Crossings
from groundswell.alerts.rules import Rule
from groundswell.model import MICROSECONDS, Board, Story, StoryEvent
from tests.alerts.making import BEGIN, SLICE, board, story

LOUD = Rule("loud", people=50, cooldown=300)


def holds(rule: Rule, told: Story) -> bool:
    return told.authors >= rule.people


def seen(state: Crossings, told: Board, rules: tuple[Rule, ...] = (LOUD,), *, first: bool = True
         ) -> tuple[list[Crossing], list[Alert]]:  # fmt: skip
    return state.see(told.at, rules, {told.board: told}, holds, lambda *_: first)


def test_what_holds_is_told_once() -> None:
    """With the close after the first; not again while it goes on, nor when it dips for a minute."""
    state = Crossings()
    told = [
        len(seen(state, board(n, [story(authors=people)]))[1])
        for n, people in enumerate((60, 70, 80, 40, 90, 90, 90))
    ]
    assert told == [0, 1, 0, 0, 0, 0, 0]


def test_what_is_deleted_at_once_never_alarms() -> None:
    """A story of 500 posts that is gone at the next close is no alert, however often."""
    state = Crossings()
    for n in range(0, 8, 2):
        assert not seen(state, board(n, [story(authors=500)]))[1]
        assert not seen(state, board(n + 1))[1]


def test_short_slices_wait_for_thirty_seconds() -> None:
    """Slices of ten seconds: three closes more, not one."""
    state, told = Crossings(), []
    for n in range(6):
        at = BEGIN + n * 10 * MICROSECONDS
        one = Board("all", at, False, (60, 60), 9, 9, (story(),))
        told.append(len(seen(state, one)[1]))
    assert told == [0, 0, 0, 1, 0, 0]
    assert WAIT_US == 30 * MICROSECONDS


def test_after_the_cooldown_a_new_crossing_is_told() -> None:
    """It must fall and cross again, and it has another id; what never fell is never told again."""
    state, ids = Crossings(), []
    people = [60, 60, *[40] * 6, 60, 60, *[60] * 10]
    for n, some in enumerate(people):
        ids += [(n, one.crossing.id) for one in seen(state, board(n, [story(authors=some)]))[1]]
    assert [n for n, _ in ids] == [1, 9]
    assert ids[0][1] != ids[1][1]


@pytest.mark.parametrize("kind", ["story.merged", "story.split"])
def test_a_story_that_joins_or_leaves_one_that_was_told_is_no_news(kind: str) -> None:
    """The same people under another id do not alarm twice."""
    state = Crossings()
    for n in range(2):
        seen(state, board(n, [story("old")]))
    pair = ("old", "new") if kind == "story.merged" else ("new", "old")
    event = StoryEvent(kind, BEGIN, story(pair[0]), other=pair[1])  # type: ignore[arg-type]
    after = [seen(state, board(2 + n, [story("new")], [event] if not n else []))[1]
             for n in range(4)]  # fmt: skip
    assert after == [[], [], [], []]


def test_what_is_not_the_first_is_quiet() -> None:
    """The archive is asked once a crossing; its answer holds as long as the crossing."""
    rule, asked = Rule("new", first_in_days=30), []
    state = Crossings()

    def first(_: Rule, told: Story) -> bool:
        asked.append(told.id)
        return told.id == "b"

    alerts = []
    for n in range(4):
        one = board(n, [story("a"), story("b")])
        alerts += state.see(one.at, (rule,), {"all": one}, holds, first)[1]
    assert [one.story.id for one in alerts] == ["b"]
    assert asked == ["a", "b"]


def test_a_rule_that_is_taken_away_ends_its_crossings() -> None:
    """What waited is not told, and a board that did not close changes nothing."""
    state = Crossings()
    seen(state, board(0, [story()]))
    assert not seen(state, board(1, [story()], name="cy"))[0]
    changed, alerts = seen(state, board(2, [story()]), ())
    assert (changed[0].ended, alerts, state.open) == (board(2).at, [], {})


@dataclass
class Model:
    """The same in a few lines, over whole histories.

    It is told at the second close in a row, where the first was not within the cooldown.
    """

    cooldown: int
    told: dict[str, list[int]] = field(default_factory=dict)

    def alerts(self, history: list[set[str]], name: str) -> list[int]:
        found: list[int] = []
        n = 0
        while n < len(history):
            if name not in history[n]:
                n += 1
                continue
            begun = n
            while n < len(history) and name in history[n]:
                n += 1
            cool = found and (begun - found[-1]) * SLICE < self.cooldown * MICROSECONDS
            if not cool and n - begun >= 2:
                found.append(begun + 1)
        return found


@settings(max_examples=150)
@given(
    history=st.lists(st.sets(st.sampled_from("abc")), max_size=24),
    restarts=st.sets(st.integers(0, 24)),
    cooldown=st.sampled_from([0, 60, 180, 600]),
)
def test_crossings_equal_a_model_whenever_the_run_is_ended(
    history: list[set[str]], restarts: set[int], cooldown: int
) -> None:
    """Exactly one alert a crossing, whose id no restart changes; only rows are carried on."""
    rule = Rule("loud", people=50, cooldown=cooldown)
    state, rows = Crossings(), {}
    whole, told, ids = Crossings(), {name: [] for name in "abc"}, set()
    for n, names in enumerate(history):
        if n in restarts:
            state = Crossings.known(rows.values())
        one = board(n, [story(name) for name in sorted(names)])
        changed, alerts = seen(state, one, (rule,))
        rows |= {(c.rule, c.story, c.begun): c for c in changed}
        assert seen(whole, one, (rule,)) == (changed, alerts)
        for alert in alerts:
            told[alert.story.id].append(n)
            assert alert.crossing.id not in ids
            ids.add(alert.crossing.id)
    model = Model(cooldown)
    assert told == {name: model.alerts(history, name) for name in "abc"}
