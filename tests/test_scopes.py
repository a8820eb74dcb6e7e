"""Scopes as people write them: what is taken, and what is refused with the nearest good one."""

from __future__ import annotations

from pathlib import Path

import pytest

from groundswell.errors import UsageError
from groundswell.scopes import Scope, boards
from groundswell.settings import load


def test_boards_of_all_three_places_stand_side_by_side(tmp_path: Path) -> None:
    """File, environment and flags add up by name; each board's origin is kept; a later one wins."""
    (tmp_path / "groundswell.toml").write_text(
        '[boards]\nwelsh = "lang:cy"\nlabel = "match:(?i)\\\\bfeist\\\\b"\ncrew = "authors:a.txt"\n'
    )
    environment = {"GROUNDSWELL_BOARDS": '{local = "host:@Example.social"}'}
    loaded = load({"boards": ["crew=authors:b.txt", "lang:*"]}, environment, tmp_path)
    assert loaded.settings.boards == (
        Scope("crew", "authors", "b.txt"),
        Scope("label", "match", r"(?i)\bfeist\b"),
        Scope("languages", "lang", "*"),
        Scope("local", "host", "example.social"),
        Scope("welsh", "lang", "cy"),
    )
    assert loaded.origins["boards.crew"] == "flag"
    assert loaded.origins["boards.local"] == "environment"
    assert loaded.origins["boards.welsh"] == "groundswell.toml"


def test_the_readmes_boards_are_boards(tmp_path: Path) -> None:
    """What the README shows in TOML is read as it says."""
    readme = Path(__file__).resolve().parents[1] / "README.md"
    block = readme.read_text("utf-8").split("[boards]")[1].split("```")[0]
    (tmp_path / "groundswell.toml").write_text(f"[boards]{block}", "utf-8")
    shown = {scope.name: str(scope) for scope in load({}, {}, tmp_path).settings.boards}
    assert shown == {
        "crew": "authors:crew.txt", "label": r"match:(?i)\bfeist\b", "languages": "lang:*",
        "local": "host:mastodon.social", "welsh": "lang:cy",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("given", "name", "text"),
    [
        ("lang:pt_BR", "pt-br", "lang:pt-br"),
        ("host:Mastodon.social", "mastodon.social", "host:mastodon.social"),
        ("a=match:x=y:z", "a", "match:x=y:z"),
    ],
)
def test_a_flag_names_itself_where_it_can(given: str, name: str, text: str) -> None:
    """A language or a host may stand alone; what follows the first = belongs to the scope."""
    (scope,) = boards([given])
    assert (scope.name, str(scope)) == (name, text)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"Welsh!": "lang:cy"}, "try 'welsh'"),
        ({"all": "lang:cy"}, "another name than 'all'"),
        ({"w": "language:cy"}, "did you mean 'lang:cy'"),
        ({"w": "hosts:a.social"}, "did you mean 'host:a.social'"),
        ({"w": "cy"}, "expected a scope for board 'w', got 'cy'"),
        ({"w": 7}, "expected a scope for board 'w', got 7"),
        ({"w": "lang:"}, "a language tag such as cy"),
        ({"w": "lang:welsh"}, "a language tag such as cy"),
        ({"w": "host:a b"}, "a domain such as mastodon.social"),
        ({"w": "authors:"}, "a file with an author on each line"),
        ({"w": "match:" + "x" * 1_001}, "1 to 1000 characters"),
        (["match:x"], "as NAME=SCOPE"),
        (["w=lang:cy", "w=lang:ga"], "got 'w' twice"),
        (["lang"], "as NAME=SCOPE"),
        (7, "as a table of names and scopes"),
        ("{", "expected boards as"),
        ([f"b{i}=lang:cy" for i in range(33)], "at most 32 boards"),
    ],
)
def test_what_is_no_board_is_refused_with_what_is_one(
    given: object, message: str, tmp_path: Path
) -> None:
    """Names, kinds and what they take are checked when settings are read."""
    with pytest.raises(UsageError, match=message.replace("(", r"\(")):
        load({"boards": given}, {}, tmp_path)
