"""Alerts in an archive: wound back, looked up, taken over, and by command."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from groundswell.alerts.book import Book
from groundswell.alerts.matching import Matcher
from groundswell.alerts.outbox import Outbox, log
from groundswell.alerts.rules import Rule
from groundswell.alerts.watching import Alerting
from groundswell.archive import Archive
from groundswell.archive.backup import backup, restore
from groundswell.cli.app import app
from groundswell.errors import UsageError
from groundswell.kernel.text.tokens import Tables
from groundswell.model import Board
from tests.alerts.making import BEGIN, SLICE, board, story
from tests.alerts.receiving import SECRET, Receiver
from tests.nights import recorded

DAY = 24 * 60


def committed(folder: Path, tables: Tables, boards: list[Board], rule: Rule) -> None:
    """What a kept run commits."""
    alerting = Alerting(Book(folder, [rule]), Matcher(tables))
    with Archive(folder) as archive:
        archive.begin("live", {})
        for one in boards:
            archive.commit([one], [], {}, after_slice=alerting.take)


def ids(folder: Path) -> list[str]:
    return [one["id"] for one in log(folder)]


def test_what_was_sent_is_not_sent_again_by_a_run_that_was_wound_back(
    tmp_path: Path, tables: Tables
) -> None:
    """`forget` winds a folder at rest back to its snapshot; the same posts give the same id."""
    rule = Rule("loud", people=50, to=("webhook:ops",))
    boards = [board(n, [story()] if n else []) for n in range(5)]
    committed(tmp_path, tables, boards, rule)
    before = ids(tmp_path)
    outbox = Outbox(tmp_path, "webhook:ops")
    outbox.mark([outbox.begin(outbox.waiting())], "sent", 1, "200")
    with Archive(tmp_path) as archive:
        archive.rewind(boards[1].at)
    assert ids(tmp_path) == []
    committed(tmp_path, tables, boards[2:], rule)
    assert ids(tmp_path) == before
    assert len(before) == 1
    assert outbox.waiting() == []
    outbox.close()


@pytest.mark.parametrize(
    ("days", "title", "told"),
    [
        (30, "Harbour Light", False),  # it was on the board 20 days before
        (10, "Harbour Light", True),
        (30, "zephyr lattice", True),
        (90, "zephyr lattice", False),  # the archive does not go back so far
    ],
)
def test_the_first_time_is_looked_up_in_the_archive(
    days: int, title: str, told: bool, tmp_path: Path, tables: Tables
) -> None:
    """Only where the archive knows all of these days."""
    now = 40 * DAY
    news = story("b", title=title, terms=(title,), started_at=BEGIN + (now - 2) * SLICE)
    then = story("a", title="harbour light", started_at=BEGIN + 20 * DAY * SLICE)
    boards = [board(0), board(20 * DAY, [then]), *(board(now + n, [news]) for n in range(3))]
    committed(tmp_path, tables, boards, Rule("new", first_in_days=days, rank=1))
    assert (
        [one["story"]["id"] for one in log(tmp_path) if one["story"]["id"] == "b"] == ["b"]
    ) is told


def run(*words: str) -> tuple[int, str, str]:
    found = CliRunner().invoke(app, ["alert", *words])
    if isinstance(found.exception, UsageError):
        return found.exception.exit_code, found.stdout, str(found.exception)
    return found.exit_code, found.stdout, found.stderr


def test_rules_by_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Made, listed, tested and removed; a secret is in nothing that is printed."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("OPS_SECRET", SECRET)
    with Receiver([204, 500]) as receiver:
        (tmp_path / "groundswell.toml").write_text(
            '[alerts]\nallow_private = ["127.0.0.1"]\n'
            f'[alerts.webhook.ops]\nurl = "{receiver.url}"\nsecret_env = "OPS_SECRET"\n'
            '[alerts.rule.fixed]\nterm = "rain"\n'
        )
        code, _, said = run("add", "storm", "--term", "storm", "--to", "webhook:ops")
        assert (code, said) == (0, "storm: a story on all says “storm” → webhook:ops\n")
        code, _, said = run("add", "more", "--term", "storm", "--to", "webhook:opps")
        assert (code, "did you mean 'webhook:ops'" in said) == (2, True)
        code, _, said = run("add", "more", "--term", "storm", "--board", "cy")
        assert (code, "known are all" in said) == (2, True)
        code, listed, _ = run("list")
        assert "fixed: a story on all says “rain” → rss (groundswell.toml)" in listed
        assert "channel webhook:ops" in listed
        code, listed, _ = run("list", "--format", "ndjson")
        assert [json.loads(line)["name"] for line in listed.splitlines()] == ["fixed", "storm"]
        assert run("test", "storm")[:2] == (0, "webhook:ops: arrived, 204\n")
        code, out, _ = run("test", "storm")
        assert (code, out) == (1, "webhook:ops: failed, 127.0.0.1 answered 500\n")
        assert run("remove", "storm")[0] == 0
        assert run("remove", "fixed")[0] == 2
        assert SECRET not in listed + out + said
    assert run("secret")[1].startswith("whsec_")
    assert run("log")[:2] == (0, "")


@pytest.mark.parametrize("asked", [True, False])
def test_a_replay_sends_alerts_only_when_asked(
    asked: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With --alerts the archive has them and their channel gets them; else nobody does."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("OPS_SECRET", SECRET)
    night = recorded(tmp_path / "night.ndjson.gz", 3_600, first=7_500)
    with Receiver() as receiver:
        (tmp_path / "groundswell.toml").write_text(
            '[alerts]\nallow_private = ["127.0.0.1"]\n'
            f'[alerts.webhook.ops]\nurl = "{receiver.url}"\nsecret_env = "OPS_SECRET"\n'
            '[alerts.rule.loud]\npeople = 20\nto = ["webhook:ops"]\n'
        )
        words = ["replay", str(night), "--keep", *(["--alerts"] if asked else [])]
        assert CliRunner().invoke(app, words).exit_code == 0
    _, out, _ = run("log", "--format", "ndjson")
    told = [json.loads(line) for line in out.splitlines()]
    assert len(receiver.got) == len(told) == int(asked)
    if asked:
        assert told[0]["deliveries"][0]["state"] == "sent"
        assert told[0]["id"] == receiver.got[0].headers["webhook-id"]


def test_a_backup_takes_rules_along_and_newer_ones_stay(tmp_path: Path, tables: Tables) -> None:
    """A folder without rules gets those of the backup; one that has some keeps them."""
    old, bare, other = (tmp_path / name for name in ("old", "bare", "other"))
    committed(old, tables, [board(0)], Rule("loud", people=50))
    Book(old).add(Rule("storm", term="storm"))
    Book(other).add(Rule("rain", term="rain"))
    backup(old, tmp_path / "kept.tar")
    for folder in (bare, other):
        restore(tmp_path / "kept.tar", folder)
    assert [rule.name for rule in Book(bare).rules()] == ["storm"]
    assert [rule.name for rule in Book(other).rules()] == ["rain"]
