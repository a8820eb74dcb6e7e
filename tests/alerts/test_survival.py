"""Posts that are deleted at once alarm nobody: from the posts to the alert, through the engine."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from groundswell import settings
from groundswell.alerts.book import Book
from groundswell.alerts.matching import Matcher
from groundswell.alerts.outbox import log
from groundswell.alerts.rules import Rule
from groundswell.alerts.watching import Alerting, Unkept
from groundswell.engines import local
from groundswell.engines.run import Run
from groundswell.kernel.text.tokens import Tables
from groundswell.model import iso
from groundswell.sources.recordings import Recording
from groundswell.times import microseconds
from tests.nights import recorded

SECOND = 1_000_000


def with_campaign(night: Path, out: Path, *, deleted: bool) -> None:
    """A night in which 500 accounts post within ten seconds, just before a slice ends."""
    lines = [json.loads(line) for line in gzip.decompress(night.read_bytes()).splitlines()[1:]]
    middle = microseconds(lines[len(lines) // 2]["created_at"]) // (60 * SECOND) * 60 * SECOND
    for n in range(500):
        at, post = middle + 48 * SECOND + n * 20_000, f"campaign-{n}"
        lines.append({"id": post, "created_at": iso(at), "author": f"c{n}", "lang": "en",
                      "text": f"zorblatt rises {n * 7_919 % 997} {n * 31 % 89}"})  # fmt: skip
        if deleted:
            lines.append({"id": post, "deleted_at": iso(at + 20 * SECOND)})
    lines.sort(key=lambda one: microseconds(one.get("created_at") or one["deleted_at"]))
    out.write_text("".join(json.dumps(line) + "\n" for line in lines))


@pytest.mark.parametrize("deleted", [True, False])
def test_five_hundred_posts_that_are_gone_within_thirty_seconds_are_no_alert(
    deleted: bool, tmp_path: Path, tables: Tables
) -> None:
    """They stand on one board; the same posts, left to stand, are an alert."""
    night = recorded(tmp_path / "night.ndjson.gz", 4_000, first=7_500)
    with_campaign(night, tmp_path / "campaign.ndjson", deleted=deleted)
    rules = Book(tmp_path, [Rule("zorb", term="zorblatt", stirring=True)])
    unkept = Unkept(Alerting(rules, Matcher(tables)), tmp_path)
    listed = []
    run = Run(
        on_board=lambda board: listed.extend(
            story.authors for story in board.stories if "zorblatt" in story.title
        ),
        alerts=unkept,
    )
    current = settings.of(terms=1 << 15, ring_posts=1 << 13)
    local.replay(Recording(tmp_path / "campaign.ndjson"), settings.rules(current), run)
    unkept.close()
    assert max(listed) > 400
    assert len(log(tmp_path)) == (0 if deleted else 1)
