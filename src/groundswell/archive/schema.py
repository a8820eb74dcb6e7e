"""The archive's tables, as numbered migrations: version n is what the first n of them make.

Times are µs of event time since 1970; lists are JSON. A board of a slice is its row in `slice` and
its stories' rows in `state`, so nothing is told twice. Only `stream` and `snapshot`, and of alerts
`delivery` and `endpoint`, hold what depends on when a run happened; all other tables are equal for
equal posts (and rules of alerts), however often a run was killed.
"""

from __future__ import annotations

from typing import Final

import apsw

from groundswell.errors import ArchiveError

_BOARDS = """
CREATE TABLE stream (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  kind TEXT NOT NULL,            -- replay or live
  identity TEXT NOT NULL,        -- JSON: what is read, and by which rules
  committed INTEGER NOT NULL,    -- end of the last slice whose rows are here
  cursors TEXT NOT NULL,         -- JSON: by source, where it stood then
  done INTEGER NOT NULL          -- 1 when a recording was read to its end
) STRICT;
CREATE TABLE snapshot (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  file TEXT NOT NULL,            -- in the folder `snapshots`
  bytes INTEGER NOT NULL,
  at INTEGER NOT NULL,           -- newest event time that it knows
  cursors TEXT NOT NULL,         -- JSON: by source, where to read on
  journal INTEGER NOT NULL       -- the first segment of the journal that it does not know
) STRICT;
CREATE TABLE board (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
CREATE TABLE slice (
  at INTEGER NOT NULL,           -- its end
  board INTEGER NOT NULL REFERENCES board,
  learning INTEGER NOT NULL, learned INTEGER NOT NULL, wanted INTEGER NOT NULL,
  posts INTEGER NOT NULL, authors INTEGER NOT NULL, evicted INTEGER NOT NULL,
  newest INTEGER NOT NULL, note TEXT NOT NULL,
  PRIMARY KEY (at, board)
) STRICT, WITHOUT ROWID;
CREATE TABLE story (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,     -- its permanent id
  board INTEGER NOT NULL REFERENCES board,
  title TEXT NOT NULL, terms TEXT NOT NULL,
  started INTEGER NOT NULL,      -- onset
  first INTEGER NOT NULL, last INTEGER NOT NULL,  -- the slices that listed it
  ended INTEGER,                 -- told to its end, or merged into another
  confirmed INTEGER NOT NULL,
  posts INTEGER NOT NULL, authors INTEGER NOT NULL,
  peak_rank INTEGER NOT NULL, peak_excess REAL NOT NULL, peak_at INTEGER NOT NULL,
  flags TEXT NOT NULL            -- every doubt it ever had
) STRICT;
CREATE INDEX story_last ON story (last);
CREATE TABLE state (
  at INTEGER NOT NULL, story INTEGER NOT NULL REFERENCES story,
  rank INTEGER NOT NULL, title TEXT NOT NULL, terms TEXT NOT NULL, started INTEGER NOT NULL,
  status TEXT NOT NULL, posts INTEGER NOT NULL, authors INTEGER NOT NULL,
  expected REAL NOT NULL, excess REAL NOT NULL, lift REAL NOT NULL, z REAL NOT NULL,
  window INTEGER NOT NULL, confirmed INTEGER NOT NULL, subject INTEGER NOT NULL,
  doubts TEXT NOT NULL, why TEXT NOT NULL, spark TEXT NOT NULL,
  PRIMARY KEY (at, story)
) STRICT, WITHOUT ROWID;
CREATE INDEX state_story ON state (story, at);
CREATE TABLE moment (
  at INTEGER NOT NULL, story INTEGER NOT NULL REFERENCES story, number INTEGER NOT NULL,
  title TEXT NOT NULL, terms TEXT NOT NULL, started INTEGER NOT NULL, peak INTEGER NOT NULL,
  authors INTEGER NOT NULL,
  PRIMARY KEY (at, story, number)
) STRICT, WITHOUT ROWID;
CREATE TABLE event (
  at INTEGER NOT NULL, board INTEGER NOT NULL REFERENCES board, number INTEGER NOT NULL,
  type TEXT NOT NULL, story TEXT NOT NULL, body TEXT NOT NULL,
  PRIMARY KEY (at, board, number)
) STRICT, WITHOUT ROWID;
CREATE TABLE term (id INTEGER PRIMARY KEY, label TEXT NOT NULL UNIQUE) STRICT;
CREATE TABLE series (             -- terms of listed stories, by slice
  at INTEGER NOT NULL, board INTEGER NOT NULL REFERENCES board,
  term INTEGER NOT NULL REFERENCES term, posts INTEGER NOT NULL, authors INTEGER NOT NULL,
  PRIMARY KEY (at, board, term)
) STRICT, WITHOUT ROWID;
CREATE INDEX series_term ON series (term, board, at);
CREATE TABLE hours (              -- the commonest words of each slice, summed by hour
  at INTEGER NOT NULL, board INTEGER NOT NULL REFERENCES board,
  term INTEGER NOT NULL REFERENCES term, posts INTEGER NOT NULL, authors INTEGER NOT NULL,
  slices INTEGER NOT NULL,        -- in how many slices it was among the commonest
  PRIMARY KEY (at, board, term)
) STRICT, WITHOUT ROWID;
CREATE INDEX hours_term ON hours (term, board, at);
CREATE TABLE source (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
CREATE TABLE gap (
  source INTEGER NOT NULL REFERENCES source, begin INTEGER NOT NULL, finish INTEGER NOT NULL,
  reason TEXT NOT NULL, PRIMARY KEY (source, begin, finish)
) STRICT, WITHOUT ROWID;
"""

_DECISIONS = """
CREATE TABLE decision (            -- what editors decided about stories
  id INTEGER PRIMARY KEY, story TEXT NOT NULL, at INTEGER NOT NULL,
  who TEXT NOT NULL, verb TEXT NOT NULL, reason TEXT NOT NULL
) STRICT;
CREATE INDEX decision_story ON decision (story, at);
"""

_MOODS = """
ALTER TABLE state ADD COLUMN mood TEXT NOT NULL DEFAULT 'null';  -- JSON, as in `to_dict`
"""

_LARGEST = """
ALTER TABLE story ADD COLUMN mood TEXT NOT NULL DEFAULT 'null';  -- at its largest, as in `state`
"""

_REVIEW = """
ALTER TABLE decision ADD COLUMN kind TEXT NOT NULL DEFAULT 'story';  -- what `story` names
ALTER TABLE decision ADD COLUMN value TEXT NOT NULL DEFAULT '';  -- a title, another story, terms
ALTER TABLE decision ADD COLUMN undoes INTEGER NOT NULL DEFAULT 0;  -- id of the one undone, or 0
ALTER TABLE decision ADD COLUMN since INTEGER NOT NULL DEFAULT 0;  -- the engine counts by it; or 0
"""

_ALERTS = """
CREATE TABLE crossing (            -- a rule held for a story, from when on
  rule TEXT NOT NULL, story TEXT NOT NULL, begun INTEGER NOT NULL,
  told INTEGER,                    -- when it was told, or joined one that was
  ended INTEGER, quiet TEXT NOT NULL,
  PRIMARY KEY (rule, story, begun)
) STRICT, WITHOUT ROWID;
CREATE INDEX crossing_begun ON crossing (begun);
CREATE TABLE alert (               -- crossings that were told, and the story as it stood then
  id TEXT PRIMARY KEY, at INTEGER NOT NULL, rule TEXT NOT NULL, board TEXT NOT NULL,
  story TEXT NOT NULL, channels TEXT NOT NULL, simulated INTEGER NOT NULL, body TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX alert_at ON alert (at);
CREATE TABLE delivery (            -- where each alert stands with each channel; wall clock, µs
  alert TEXT NOT NULL, channel TEXT NOT NULL,
  message TEXT NOT NULL,           -- the id that the channel gets; a digest has one
  state TEXT NOT NULL,             -- waiting, sent, failed or stopped
  tries INTEGER NOT NULL, due INTEGER NOT NULL, at INTEGER NOT NULL, outcome TEXT NOT NULL,
  PRIMARY KEY (alert, channel)
) STRICT, WITHOUT ROWID;
CREATE INDEX delivery_channel ON delivery (channel, state, due);
CREATE INDEX delivery_at ON delivery (at);
CREATE TABLE endpoint (            -- channels that said that they are gone; wall clock, µs
  channel TEXT PRIMARY KEY, address TEXT NOT NULL, at INTEGER NOT NULL, reason TEXT NOT NULL
) STRICT, WITHOUT ROWID;
"""

MIGRATIONS: Final = (_BOARDS, _DECISIONS, _MOODS, _LARGEST, _REVIEW, _ALERTS)
"""In their order; one that was released is never changed."""
REVIEWED: Final = MIGRATIONS.index(_REVIEW) + 1
"""The version from which on decisions have all that they need."""


def version(connection: apsw.Connection) -> int:
    """The number of migrations that the file has had."""
    return int(connection.pragma("user_version"))


def migrate(connection: apsw.Connection, *, to: int = len(MIGRATIONS)) -> None:
    """Brings a file to a version, each step in a transaction of its own.

    Raises:
        ArchiveError: it is of a later version than this one knows.
    """
    have = version(connection)
    if have > len(MIGRATIONS):
        raise ArchiveError(
            f"expected an archive of version {len(MIGRATIONS)} or older, found version {have}",
            hint="install the groundswell that wrote it, or a newer one",
        )
    for number in range(have, to):
        with connection:
            connection.execute(MIGRATIONS[number])
            connection.pragma("user_version", number + 1)
