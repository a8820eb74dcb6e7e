"""Settings: three places, checked, each value's origin known."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest

from groundswell.errors import UsageError
from groundswell.settings import Settings, Table, board_rules, event_time, load, rules, seconds


def test_later_places_win_and_origins_are_kept(tmp_path: Path) -> None:
    """File, then environment, then flag."""
    (tmp_path / "groundswell.toml").write_text("slice = 30\ntop = 5\nport = 9000\n")
    loaded = load({"slice": 120, "gate": None}, {"GROUNDSWELL_TOP": "7"}, tmp_path)
    assert (loaded.settings.slice, loaded.settings.top, loaded.settings.port) == (120, 7, 9000)
    assert loaded.origins["slice"] == "flag"
    assert loaded.origins["top"] == "environment"
    assert loaded.origins["port"] == "groundswell.toml"
    assert loaded.origins["gate"] == "default"


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        ({"slise": 60}, "did you mean 'slice'"),
        ({"slice": 0}, "the nearest is 1"),
        ({"gate": "high"}, "expected float for gate"),
        ({"port": 70_000}, "the nearest is 65535"),
    ],
)
def test_what_is_wrong_is_named_with_the_nearest_good_one(
    flags: dict[str, object], message: str, tmp_path: Path
) -> None:
    """Unknown names and values out of range are refused."""
    with pytest.raises(UsageError, match=message):
        load(flags, {}, tmp_path)


def test_a_broken_file_is_named(tmp_path: Path) -> None:
    """TOML that does not parse is a usage error with its reason."""
    (tmp_path / "groundswell.toml").write_text("slice = ")
    with pytest.raises(UsageError, match=r"expected TOML"):
        load({}, {}, tmp_path)


def test_every_field_says_what_it_is() -> None:
    """Meaning, unit and range stand at each, and the default lies within."""
    for entry in fields(Settings):
        assert len(entry.metadata["meaning"]) > 10
        assert entry.metadata["unit"]
        if not isinstance(entry.default, str | Table):
            number = len(entry.default) if isinstance(entry.default, tuple) else entry.default
            assert entry.metadata["low"] <= number <= entry.metadata["high"]


def test_alerts_are_a_table_in_a_file_or_a_variable(tmp_path: Path) -> None:
    """What is none is refused with one line."""
    (tmp_path / "groundswell.toml").write_text("[alerts]\nwait = 5\n")
    assert load({}, {}, tmp_path).settings.alerts.values == {"wait": 5}
    given = {"GROUNDSWELL_ALERTS": '{wait = 7, rule = {rain = {term = "rain"}}}'}
    assert load({}, given, tmp_path).settings.alerts.values["wait"] == 7
    for wrong in ("5", "{wait", "[]"):
        with pytest.raises(UsageError, match="expected alerts"):
            load({}, {"GROUNDSWELL_ALERTS": wrong}, tmp_path)


@pytest.mark.parametrize("text", ["", "0", "-5", "1y", "ten", "nan"])
def test_a_length_that_is_none_is_refused(text: str) -> None:
    """A slice of no length, or in no known unit, is refused."""
    with pytest.raises(UsageError):
        seconds(text)


@pytest.mark.parametrize("text", ["9999-12-31T23:59:59-23:59", "0001-01-01T00:00:00+23:59", "x"])
def test_a_time_that_utc_cannot_write_is_refused(text: str) -> None:
    """It is within its years where it is written, and not where it is read."""
    with pytest.raises(UsageError, match="expected a time"):
        event_time(text)


def test_windows_follow_the_slice() -> None:
    """One, five, fifteen and sixty minutes; one slice and hours where slices are long."""
    assert rules(Settings()).windows == (1, 5, 15, 60)
    assert rules(Settings(slice=900)).windows == (1, 4, 16)
    assert rules(Settings(slice=86_400)).windows == (1,)


def test_a_further_board_has_a_part_of_the_memory() -> None:
    """An eighth of terms and posts by default, powers of two, never less than the least."""
    part = board_rules(Settings())
    assert (part.terms, part.ring_posts, part.ring_tokens) == (1 << 18, 1 << 15, 1 << 19)
    least = board_rules(Settings(terms=1 << 14, ring_posts=1 << 10, board_part=64))
    assert (least.terms, least.ring_posts, least.ring_tokens) == (1 << 14, 1 << 10, 1 << 14)
    assert part.windows == rules(Settings()).windows


def test_a_mistyped_variable_is_refused_and_a_source_s_own_is_not(tmp_path: Path) -> None:
    """A near miss of a setting's name is an error that names it; other variables pass."""
    with pytest.raises(UsageError, match="did you mean 'min_authors'"):
        load({}, {"GROUNDSWELL_MIN_AUTHOR": "3"}, tmp_path)
    own = {"GROUNDSWELL_ZSTD_DICTIONARY": "x", "GROUNDSWELL_DATA_DIR": "y"}
    assert load({}, own, tmp_path).origins["top"] == "default"
