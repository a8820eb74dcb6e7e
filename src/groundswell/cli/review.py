"""`review`: what editors decide about stories, and whom and what a desk leaves out."""

from __future__ import annotations

import getpass
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from groundswell import settings
from groundswell.errors import UsageError

if TYPE_CHECKING:
    from groundswell.review.decisions import Decision, Kind
    from groundswell.review.ledger import Ledger

app = typer.Typer(
    help="Keep a desk clean: hide, rename, merge, split and pin stories; block; undo.",
    no_args_is_help=True,
)
Story = Annotated[str, typer.Argument(metavar="STORY", help="A story's id, as in its address.")]
Term = Annotated[bool, typer.Option("--term", help="It is a term, not a story.")]
What = Annotated[str, typer.Argument(metavar="STORY|TERM", help="A story's id, or a term.")]
Kinds = Annotated[str, typer.Argument(metavar="KIND", help="term, domain, account or instance.")]
Reason = Annotated[str, typer.Option("--reason", help="Why; it stands in the log.")]


@app.command()
def hide(story: Story, reason: Reason = "") -> None:
    """Take a story off all pages, feeds and streams, at once.

    Example:  groundswell review hide rmnptb2k3jla --reason "names a minor"
    """
    _decide("hide", "story", story, reason=reason)


@app.command()
def rename(
    story: Story, title: Annotated[str, typer.Argument(help="The new title.")], reason: Reason = ""
) -> None:
    """Call a story by another title.

    Example:  groundswell review rename rmnptb2k3jla "Power cut in the north"
    """
    _decide("rename", "story", story, value=title, reason=reason)


@app.command()
def merge(
    story: Story,
    into: Annotated[str, typer.Argument(help="The story that takes it in.")],
    reason: Reason = "",
) -> None:
    """Show a story within another one; its address leads there.

    Example:  groundswell review merge rmnptb2k3jla hq7d2mmv5kua
    """
    _decide("merge", "story", story, value=into, reason=reason)


@app.command()
def split(
    story: Story,
    terms: Annotated[list[str], typer.Argument(help="Terms that are to be a story of their own.")],
    reason: Reason = "",
) -> None:
    """Say that terms do not belong to a story; the engine tells them apart from now on.

    Example:  groundswell review split rmnptb2k3jla "bridge closed" "#a61"
    """
    _decide("split", "story", story, value="\n".join(terms), reason=reason)


@app.command()
def pin(story: Story, reason: Reason = "") -> None:
    """Show a story first, for as long as a board lists it.

    Example:  groundswell review pin rmnptb2k3jla
    """
    _decide("pin", "story", story, reason=reason)


@app.command()
def approve(what: What, term: Term = False, reason: Reason = "") -> None:
    """Let a story be shown that waits; with --term all that are called so, for good.

    Examples:  groundswell review approve rmnptb2k3jla
    groundswell review approve --term "eurovision"
    """
    _decide("approve", "term" if term else "story", what, reason=reason)


@app.command()
def reject(what: What, term: Term = False, reason: Reason = "") -> None:
    """Refuse a story; with --term all that are called so, for good.

    Examples:  groundswell review reject rmnptb2k3jla
    groundswell review reject --term "free robux"
    """
    _decide("reject", "term" if term else "story", what, reason=reason)


@app.command()
def block(
    kind: Kinds, value: Annotated[str, typer.Argument(help="What is blocked.")], reason: Reason = ""
) -> None:
    """Leave out a term, domain, account or instance from now on.

    Examples:  groundswell review block domain spam.example --reason "link farm"
    groundswell review block account @ann@example.social
    """
    _decide("block", kind, value, reason=reason)


@app.command()
def unblock(
    kind: Kinds, value: Annotated[str, typer.Argument(help="What is blocked.")], reason: Reason = ""
) -> None:
    """Undo a block by its name.

    Example:  groundswell review unblock domain spam.example
    """
    from groundswell.review.decisions import draft
    from groundswell.review.lists import blocks
    from groundswell.review.rulings import words

    ledger = _ledger()
    wanted = draft("cli", "block", kind, value)
    name = words(wanted.subject)
    found = [one for one in blocks(ledger.all(), wanted.kind) if words(one.subject) == name]
    if not found:
        raise UsageError(f"expected a {kind} that is blocked, got {value!r}")
    _say(ledger.undo(_who(), found[0].id, reason))


@app.command()
def undo(
    number: Annotated[int, typer.Argument(help="Of the decision, as `review list` has it.")],
    reason: Reason = "",
) -> None:
    """Undo any decision, an undoing too.

    Example:  groundswell review undo 12
    """
    _say(_ledger().undo(_who(), number, reason))


@app.command("list")
def list_(
    format_: Annotated[str, typer.Option("--format", help="table or ndjson.")] = "table",
    limit: Annotated[int, typer.Option(min=1, help="The newest so many.")] = 50,
) -> None:
    """Show who decided what, and when, the newest last.

    Example:  groundswell review list --limit 10
    """
    from groundswell.review.rulings import undone

    decisions = _ledger().all()
    gone = undone(decisions)
    for one in decisions[-limit:]:
        if format_ == "ndjson":
            held = one.to_dict() | {"undone": one.id in gone}
            sys.stdout.write(msgspec.json.encode(held).decode() + "\n")
        else:
            sys.stdout.write(_line(one) + ("  (undone)" if one.id in gone else "") + "\n")


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="One name a line, or CSV; Mastodon's too.")],
    kind: Annotated[
        str, typer.Option(help="term, domain, account or instance, where the list says none.")
    ] = "",
) -> None:
    """Block all that a list names.

    Examples:  groundswell review import domain_blocks.csv
    groundswell review import terms.txt --kind term
    """
    from groundswell.review import lists

    try:
        data = file.read_bytes()
    except OSError as error:
        raise UsageError(f"expected to read {file}, got: {error.strerror}") from error
    ledger = _ledger()
    found = lists.taken(data, _kind(kind), _who(), ledger.rulings().blocked)
    ledger.add(found.drafts)
    for number, why in found.wrong:
        print(f"line {number}: {why}", file=sys.stderr)
    print(f"{file}: {found}", file=sys.stderr)


@app.command()
def export(
    what: Annotated[str, typer.Argument(help="blocks, decisions or mastodon.")],
    kind: Annotated[str, typer.Option(help="Only blocks of this kind.")] = "",
) -> None:
    """Write blocks, all decisions, or blocked instances as Mastodon has them, as CSV on stdout.

    Examples:  groundswell review export blocks --kind domain > domains.csv
    groundswell review export mastodon > domain_blocks.csv
    """
    from groundswell.review import lists

    decisions = _ledger().all()
    if what == "blocks":
        sys.stdout.write(lists.blocks_csv(decisions, _kind(kind)))
    elif what == "decisions":
        sys.stdout.write(lists.log_csv(decisions))
    elif what == "mastodon":
        sys.stdout.write(lists.mastodon_csv(decisions))
    else:
        raise UsageError(f"expected blocks, decisions or mastodon to export, got {what!r}")


def _kind(name: str) -> Kind | None:
    from groundswell.review.decisions import BLOCKED

    if name and name not in BLOCKED:
        raise UsageError(f"expected --kind with one of {', '.join(BLOCKED)}, got {name!r}")
    return next((one for one in BLOCKED if one == name), None)


def _decide(verb: str, kind: str, subject: str, *, value: str = "", reason: str = "") -> None:
    from groundswell.review.decisions import draft

    one = draft(_who(), verb, kind, subject, value=value, reason=reason)
    _say(_ledger().add([one])[0])


def _ledger() -> Ledger:
    from groundswell.review.ledger import Ledger

    current = settings.load().settings
    return Ledger(Path(current.data_dir), before_publish=current.review_before_publish)


def _who() -> str:
    """Who sits at this machine."""
    try:
        return f"{getpass.getuser()} (command line)"
    except (KeyError, OSError):  # a container without an entry for its user
        return "command line"


def _say(one: Decision) -> None:
    print(f"decided: {_line(one)}", file=sys.stderr)


def _line(one: Decision) -> str:
    from groundswell.terminal.plain import clean
    from groundswell.times import iso

    said = f"{one.id}  {iso(one.at)[:19]}Z  {one.who}  {one.verb} {one.kind} {one.subject}"
    said += f" → {one.value.replace(chr(10), ', ')}" if one.value else ""
    said += f" (number {one.undoes})" if one.undoes else ""
    return clean(said + (f"  — {one.reason}" if one.reason else ""))
