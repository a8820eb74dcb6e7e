"""`alert`: rules that watch boards, their channels, a test, and what was sent."""

from __future__ import annotations

import base64
import json
import secrets
from pathlib import Path
from typing import Annotated, Any

import typer

from groundswell import settings
from groundswell.errors import GroundswellError, UsageError

app = typer.Typer(
    name="alert",
    help="Watch boards: rules, a test of their channels, and what was sent.",
    epilog="Channels and more: docs/alerts.md",
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)

Name = Annotated[str, typer.Argument(help="The rule's name.")]


@app.command()
def add(  # noqa: PLR0913 -- one option a condition
    name: Name,
    term: Annotated[str, typer.Option(help="A word, phrase, hashtag or emoji.")] = "",
    board: Annotated[str, typer.Option(help="The board that is watched.")] = "all",
    people: Annotated[int, typer.Option(help="People since the onset, at least.")] = 0,
    times: Annotated[float, typer.Option(help="Times above usual, at least.")] = 0.0,
    rank: Annotated[int, typer.Option(help="Place on the board, at most.")] = 0,
    mood: Annotated[str, typer.Option(help="A feeling above the board's own: sadness.")] = "",
    flag: Annotated[str, typer.Option(help="A doubt, as copied-text; none for no doubt.")] = "",
    first_in: Annotated[
        int, typer.Option(help="Days in which the archive has no earlier story of the subject.")
    ] = 0,
    stirring: Annotated[
        bool, typer.Option("--stirring", help="Also of stories too weak to be announced.")
    ] = False,
    cooldown: Annotated[
        str, typer.Option(help="How long a story that was told is not told again: 6h, or 0.")
    ] = "6h",
    to: Annotated[
        list[str] | None,
        typer.Option(help="webhook:NAME, slack:NAME, mail:NAME or rss; may be repeated."),
    ] = None,
) -> None:
    """Make a rule; its conditions are joined by "and".

    A running desk follows it from its next slice on.

    Examples:  groundswell alert add dedication --term "this is for Marguerite" --to webhook:ops
    groundswell alert add storm --term storm --board cy --people 50 --times 10 --to mail:desk
    groundswell alert add grief --mood grief --rank 3 --flag none --to slack:news
    """
    given: dict[str, Any] = {
        "name": name, "term": term, "board": board, "people": people, "times": times,
        "rank": rank, "mood": mood, "flag": flag, "first_in_days": first_in, "stirring": stirring,
        "cooldown": 0 if cooldown.strip() == "0" else settings.seconds(cooldown),
    }  # fmt: skip
    from groundswell.alerts.rules import Rule

    rule = Rule.from_dict(given | ({"to": to} if to else {}))
    current, book, _ = _opened()
    _board(rule.board, current)
    book.add(rule)
    typer.echo(f"{rule.name}: {rule.said()} → {', '.join(rule.to)}", err=True)


@app.command("list")
def list_(
    format_: Annotated[str, typer.Option("--format", help="table or ndjson.")] = "table",
) -> None:
    """The rules, those of groundswell.toml among them, and the channels.

    Example:  groundswell alert list
    """
    if format_ not in {"table", "ndjson"}:
        raise UsageError(f"expected --format table or ndjson, got {format_!r}")
    from groundswell.alerts.outbox import disabled

    current, book, config = _opened()
    fixed = {rule.name for rule in book.fixed}
    for rule in book.rules():
        if format_ == "ndjson":
            print(json.dumps(rule.to_dict(), ensure_ascii=False))
        else:
            origin = " (groundswell.toml)" if rule.name in fixed else ""
            print(f"{rule.name}: {rule.said()} → {', '.join(rule.to)}{origin}")
    if book.trouble:
        typer.echo(book.trouble, err=True)
    if format_ == "table":
        gone = disabled(Path(current.data_dir))
        for name in config.channels:
            print(f"channel {name}" + (f": {gone[name]}" if name in gone else ""))


@app.command()
def remove(name: Name) -> None:
    """Let go of a rule.

    Example:  groundswell alert remove storm
    """
    _, book, _ = _opened()
    book.remove(name)
    typer.echo(f"removed {name}", err=True)


@app.command()
def test(name: Name) -> None:
    """Send a marked test to each channel of a rule, at once.

    Example:  groundswell alert test storm
    """
    from groundswell.alerts import trying

    current, book, config = _opened()
    tried = trying.test(book.find(name), config, Path(current.data_dir))
    for one in tried:
        print(f"{one.channel}: {'arrived' if one.ok else 'failed'}, {one.outcome}")
    if not tried:
        print("rss: nothing to send; the desk serves it at /feeds/alerts.rss")
    bad = [one.channel for one in tried if not one.ok]
    if bad:
        raise GroundswellError(f"expected the test to arrive, {', '.join(bad)} failed")


@app.command()
def log(
    limit: Annotated[int, typer.Option(help="Alerts, the newest.", min=1, max=1_000)] = 20,
    format_: Annotated[str, typer.Option("--format", help="table or ndjson.")] = "table",
) -> None:
    """What was told, to whom, and what came of it; the newest first.

    Example:  groundswell alert log --format ndjson
    """
    if format_ not in {"table", "ndjson"}:
        raise UsageError(f"expected --format table or ndjson, got {format_!r}")
    from groundswell.alerts import outbox

    for entry in outbox.log(Path(settings.load().settings.data_dir), limit):
        if format_ == "ndjson":
            print(json.dumps(entry, ensure_ascii=False))
            continue
        what = "test" if entry["test"] else f"{entry['at']} {entry['rule']}: {_title(entry)}"
        print(f"{what} ({entry['id']})")
        for one in entry["deliveries"]:
            tries = f", try {one['tries']}" if one["tries"] else ""
            said = f": {one['outcome']}" if one["outcome"] else ""
            print(f"  {one['channel']} {one['state']}{tries}, {one['at']}{said}")


@app.command()
def secret() -> None:
    """Print a new secret for a webhook, to be set in a variable here and at its receiver.

    Example:  export OPS_SECRET=$(groundswell alert secret)
    """
    print("whsec_" + base64.b64encode(secrets.token_bytes(32)).decode())


def _title(entry: dict[str, Any]) -> str:
    from groundswell.alerts.saying import plain

    return plain(entry["story"]["title"])


def _opened() -> tuple[Any, Any, Any]:
    """Settings, rules and channels."""
    from groundswell.alerts.channels import config
    from groundswell.cli import alerting

    current = settings.load().settings
    found = config(current)
    return current, alerting.book(current, found)[0], found


def _board(name: str, current: settings.Settings) -> None:
    """Refuses a board that no run with these settings has.

    Raises:
        UsageError: there is none; the nearest is named.
    """
    from groundswell.alerts.rules import nearest

    known = ["all", *(scope.name for scope in current.boards)]
    each = any((scope.kind, scope.what) == ("lang", "*") for scope in current.boards)
    if name not in known and not each:
        raise UsageError(
            f"expected --board with one of the settings, got {name!r}", hint=nearest(name, known)
        )
