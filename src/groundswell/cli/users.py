"""`user`: who may log in, with which role, and the tokens of their programs."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from groundswell import settings
from groundswell.errors import UsageError
from groundswell.model import iso
from groundswell.times import MICROSECONDS

if TYPE_CHECKING:
    from groundswell.doors import DoorStore

LONGEST_FILE = 4_096
"""Bytes of a file that a password is read from."""

app = typer.Typer(
    no_args_is_help=True,
    help=(
        "Who may log in to the desk, and tokens for programs.\n\n"
        "They stand in the folder of GROUNDSWELL_DATA_DIR. What is changed here holds at once on "
        "a desk that runs there.\n\n"
        "Examples:  groundswell user add ann --role editor\n"
        "groundswell user token ann --label prometheus --role reader"
    ),
)
Name = Annotated[str, typer.Argument(metavar="NAME", help="Of the user.")]
PasswordFile = Annotated[
    Path | None,
    typer.Option(help="A file whose first line is the password; - is stdin. Else it is asked for."),
]
RoleWord = Annotated[str, typer.Option("--role", help="reader, editor or admin.")]
Label = Annotated[str, typer.Option(help="What the token is for.")]


@app.command()
def add(name: Name, role: RoleWord = "reader", password_file: PasswordFile = None) -> None:
    """Add a user. The password is asked for, or read from a file or stdin; never an argument.

    Examples:  groundswell user add ann --role editor
    groundswell user add ann --role editor --password-file - < secret.txt
    """
    from groundswell.doors import Role

    wanted = Role.of(role)
    with _store() as store:
        store.add(name, wanted, _password(password_file))
    _say(f"{name} may log in as {wanted}")


@app.command("list")
def list_() -> None:
    """Show all users, with their roles and tokens.

    Example:  groundswell user list
    """
    with _store() as store:
        users = store.users()
    if not users:
        _say("nobody yet; try: groundswell user add NAME --role editor")
    for user in users:
        print(f"{user.name}\t{user.role}\tsince {_day(user.created_at)}")
        for token in user.tokens:
            used = f"used {_day(token.used_at)}" if token.used_at else "never used"
            print(f"  token {token.label!r}\t{token.role}\tsince {_day(token.created_at)}, {used}")


@app.command()
def remove(name: Name) -> None:
    """Remove a user; sessions and tokens end.

    Example:  groundswell user remove ann
    """
    with _store() as store:
        store.remove(name)
    _say(f"{name} may no longer log in; sessions and tokens have ended")


@app.command()
def password(name: Name, password_file: PasswordFile = None) -> None:
    """Give a user another password; sessions end, tokens stay.

    Example:  groundswell user password ann
    """
    with _store() as store:
        store.set_password(name, _password(password_file))
    _say(f"{name} has another password; sessions have ended")


@app.command()
def role(name: Name, role: Annotated[str, typer.Argument(help="reader, editor or admin.")]) -> None:
    """Give a user another role; sessions end, and tokens may no more than it.

    Example:  groundswell user role ann admin
    """
    from groundswell.doors import Role

    wanted = Role.of(role)
    with _store() as store:
        store.set_role(name, wanted)
    _say(f"{name} is {wanted} now; sessions have ended")


@app.command()
def token(
    name: Name,
    label: Label = "default",
    role: Annotated[
        str | None, typer.Option("--role", help="At most; else the user's own.")
    ] = None,
) -> None:
    """Make an API token of a user: it is printed once, on stdout, and kept as a hash alone.

    Example:  groundswell user token ann --label prometheus --role reader > token.txt
    """
    from groundswell.doors import Role

    wanted = Role.of(role) if role else None
    with _store() as store:
        print(store.issue(name, label, wanted))
    _say("send it as `Authorization: Bearer …`; it is not shown again")


@app.command()
def revoke(name: Name, label: Label = "default") -> None:
    """End a token.

    Example:  groundswell user revoke ann --label prometheus
    """
    with _store() as store:
        store.revoke(name, label)
    _say(f"the token {label!r} of {name} has ended")


@contextmanager
def _store() -> Iterator[DoorStore]:
    from groundswell.doors import DoorStore

    store = DoorStore(Path(settings.load().settings.data_dir))
    try:
        yield store
    finally:
        store.close()


def _password(file: Path | None) -> str:
    """From a file, from stdin where that is no terminal, or asked for twice.

    Raises:
        UsageError: there is none, or the two are not the same.
    """
    if file is None and sys.stdin.isatty():
        from getpass import getpass

        first = getpass("Password: ")
        if getpass("The same again: ") != first:
            raise UsageError("expected the same password twice, got two")
        return first
    try:
        if file is None or str(file) == "-":
            text = sys.stdin.readline(LONGEST_FILE)
        else:
            with file.open(encoding="utf-8") as opened:
                text = opened.readline(LONGEST_FILE)
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "no UTF-8"
        raise UsageError(f"expected a password in {file}, got: {reason}") from None
    return text.rstrip("\r\n")


def _day(seconds: int) -> str:
    return iso(seconds * MICROSECONDS)[:10]


def _say(text: str) -> None:
    print(text, file=sys.stderr)
