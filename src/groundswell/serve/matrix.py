"""Which role may use which route, as the routes declare it; printed for `docs/security.md`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from starlette.routing import BaseRoute, Mount, Route

from groundswell.doors import Role
from groundswell.serve.app import create_app
from groundswell.serve.desk.state import Context, DeskState
from groundswell.serve.visitors.visiting import declared


@dataclass(frozen=True, slots=True)
class Row:
    """A route by one method."""

    method: str
    path: str
    open: Role
    """The least role on a desk where everybody reads."""
    closed: Role
    """The least role where reading is closed."""

    @property
    def places(self) -> list[str]:
        """What stands between braces in the path."""
        return [part.split("}")[0] for part in self.path.split("{")[1:]]


def matrix() -> list[Row]:
    """All routes of a desk, in the order of their paths.

    Raises:
        LookupError: a route declares nothing, so nobody could use it.
    """
    app = create_app(DeskState(Context("live", (), 60_000_000)))
    return sorted(_rows(app.routes), key=lambda row: (row.path, row.method))


def _rows(routes: Iterable[BaseRoute]) -> Iterable[Row]:
    for route in routes:
        if not isinstance(route, Route | Mount):
            raise LookupError(f"expected routes and mounts alone, got {route!r}")
        least = declared(route.endpoint if isinstance(route, Route) else route.app)
        if least is None:
            raise LookupError(f"expected @requires on the endpoint of {route.path}")
        methods = (route.methods or {"GET"}) if isinstance(route, Route) else {"GET"}
        path = route.path if isinstance(route, Route) else f"{route.path}/{{path:path}}"
        for method in methods - {"HEAD"}:
            yield Row(method, path, least.of(is_open=True), least.of(is_open=False))


def as_text(rows: Iterable[Row]) -> str:
    """The matrix as a table of Markdown: who is let in, reading open / closed."""
    lines = ["| route | nobody | reader | editor | admin | from another site |", "|---" * 6 + "|"]
    for row in rows:
        opens = [_let_in(row, role) for role in Role]
        strange = "no" if row.method != "GET" else "as without"
        lines.append(f"| `{row.method} {row.path}` | {' | '.join(opens)} | {strange} |")
    return "\n".join(lines)


def _let_in(row: Row, role: Role) -> str:
    is_open, is_closed = max(role, Role.READER) >= row.open, role >= row.closed
    if is_open == is_closed:
        return "yes" if is_open else "no"
    return "if open" if is_open else "if closed"


if __name__ == "__main__":
    print(as_text(matrix()))
