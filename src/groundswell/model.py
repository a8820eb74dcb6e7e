"""The product's nouns: what sources give, what the kernel returns.

Times are integers: microseconds of event time since 1970-01-01 UTC, without leap seconds.
Event time is the server's receive time on live streams and `created_at` in recordings.
Everything that the kernel returns is frozen and has `to_dict()`, whose result is what users
read as JSON (CONTRACT of `replay --format ndjson`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal, NamedTuple

from groundswell.expression import Mood, Voice
from groundswell.times import MICROSECONDS as MICROSECONDS  # noqa: PLC0414 -- a name of this module
from groundswell.times import iso as iso  # noqa: PLC0414 -- likewise

Status = Literal["rising", "steady", "cooling"]
AccountState = Literal["active", "hidden", "gone"]
EventKind = Literal["story.started", "story.ended", "story.merged", "story.split"]


@dataclass(frozen=True, slots=True)
class Post:
    """A post as a program gives it; the fields of a line of a recording. Empty is "not known"."""

    id: str
    text: str
    created_at: datetime | str
    """When it was written: a time (without a zone it is UTC), or its RFC 3339."""
    author: str = ""
    """A stable account id. Without authors, distinct texts stand for distinct people."""
    lang: str = ""
    """BCP 47."""
    url: str = ""
    reply_to: str = ""
    """The id of the post or the account that it answers."""

    def to_dict(self) -> dict[str, Any]:
        """As a line of a recording; what is not known is left out."""
        when = self.created_at
        if isinstance(when, datetime):
            when = when.replace(tzinfo=when.tzinfo or UTC).isoformat()
        known = {"id": self.id, "text": self.text, "created_at": when}
        for name in ("author", "lang", "url", "reply_to"):
            if getattr(self, name):
                known[name] = getattr(self, name)
        return known


class AccountNews(NamedTuple):
    """What a network says of an account: its posts are to be shown, hidden, or gone for good."""

    author: str
    state: AccountState
    time_us: int


COLUMNS = ("ids", "texts", "times", "authors", "langs", "replies", "urls", "links")
"""What a batch has of each post."""


@dataclass(slots=True)
class Batch:
    """Posts in columns, in the order of their arrival: the unit that flows from a source.

    All lists of posts have one length. An empty string means "not known". Columns, not objects:
    at 100,000 posts a second an object for each post would cost more than counting its words.
    """

    ids: list[str] = field(default_factory=list)
    """Global ids, as `at://did/collection/rkey`, a Mastodon `uri`, or the recording's own."""
    texts: list[str] = field(default_factory=list)
    """Verbatim text. Lone surrogates never get here: a source rejects such a post."""
    times: list[int] = field(default_factory=list)
    """Event times, µs."""
    authors: list[str] = field(default_factory=list)
    """Stable author ids. Where a stream has none, distinct texts stand for distinct authors."""
    langs: list[str] = field(default_factory=list)
    """BCP 47, the first one that the author named."""
    replies: list[str] = field(default_factory=list)
    """Whom a post answers: the id of the post or the account replied to."""
    urls: list[str] = field(default_factory=list)
    """Permalinks."""
    links: list[tuple[str, ...]] = field(default_factory=list)
    """Full addresses that the text shows shortened or not at all (facets, cards)."""
    unquoted: set[str] = field(default_factory=set)
    """Ids of posts that count and whose words are not to be shown as a voice."""
    deleted: list[tuple[str, int]] = field(default_factory=list)
    """Deletions: (id of the post, event time µs), of its versions that are no later. An edit is a
    deletion and a later post of the same id."""
    accounts: list[AccountNews] = field(default_factory=list)
    """Accounts that are hidden, gone or back."""
    rejected: list[Reject] = field(default_factory=list)
    """What came and could not be read: counted always, kept on request."""
    cursor: str = ""
    """Where to resume to get everything after this batch and nothing lost; source's own form."""
    source: str = ""
    """Name of the source."""

    def __len__(self) -> int:
        return len(self.ids)

    def keep(self, posts: Sequence[int]) -> None:
        """Keeps these posts, by their indexes and in that order; what is taken back stays."""
        for name in COLUMNS:
            column = getattr(self, name)
            setattr(self, name, [column[i] for i in posts])


@dataclass(frozen=True, slots=True)
class Reject:
    """A line or frame that could not be read: why, where, and its first bytes (≤ 2,000)."""

    reason: str
    line: int
    raw: bytes
    recording: int = 0
    """Which one it stood in, where several are read as one."""
    place: str = ""
    """Where a broker has it, in the broker's own form; empty for lines of a recording."""

    def to_dict(self) -> dict[str, Any]:
        """As kept in `FILE.rejected.ndjson`; a `place` only where there is one."""
        return {
            "reason": self.reason,
            "line": self.line,
            **({"place": self.place} if self.place else {}),
            "raw": self.raw.decode("utf-8", "backslashreplace"),
        }


@dataclass(frozen=True, slots=True)
class Moment:
    """A burst within a story: a goal in a match, a song in a show."""

    title: str
    terms: tuple[str, ...]
    started_at: int
    peak_at: int
    authors: int

    def to_dict(self) -> dict[str, Any]:
        """As in a story's `moments`."""
        return {
            "title": self.title,
            "terms": list(self.terms),
            "started_at": iso(self.started_at),
            "peak_at": iso(self.peak_at),
            "authors": self.authors,
        }


@dataclass(frozen=True, slots=True)
class Doubt:
    """A reason to distrust a story, in words, with the share that raised it (0–1)."""

    flag: str
    share: float
    reason: str


@dataclass(frozen=True, slots=True)
class Story:
    """Bursts that share posts, as they stand at the close of one slice."""

    id: str
    rank: int
    title: str
    terms: tuple[str, ...]
    started_at: int
    """Onset, µs."""
    status: Status
    posts: int
    """Posts since the onset."""
    authors: int
    """Distinct people since the onset."""
    expected: float
    """Distinct people usual in the ranking window: for the leading term, or for all words that
    carry the story, where more people above usual say any of them."""
    excess: float
    """People above expected in that window: what the board is ranked by."""
    lift: float
    """Times above usual: people in that window ÷ expected."""
    z: float
    """Signed root of the Poisson log-likelihood ratio."""
    window_us: int
    """The window that `expected`, `excess`, `lift` and `z` speak of, µs."""
    confirmed: bool = True
    """Whether it is a story, or only stirs: listed, but too weak on this board to be announced."""
    subject: bool = False
    """Whether it is what the whole board is about, told with the small things in it."""
    doubts: tuple[Doubt, ...] = ()
    why: tuple[str, ...] = ()
    """The arithmetic, a sentence a line."""
    moments: tuple[Moment, ...] = ()
    spark: tuple[int, ...] = ()
    """People a slice over the last 60 slices, oldest first."""
    mood: Mood | None = None
    """How its posts of the ranking window feel; None where nobody reads feelings."""
    voices: tuple[Voice, ...] = ()
    """Posts that speak for it: in memory only, for the archive keeps no post."""
    eligible: int = 0
    """How many posts the voices were chosen from."""
    examples: tuple[Voice, ...] = ()
    """Posts that surely read as one feeling, a few of each: in memory only, in no board's JSON."""
    edited: tuple[str, ...] = ()
    """What editors of the desk did to how it is shown: renamed, merged (then its posts and people
    are those of the larger one, at least) or pinned."""

    @property
    def flags(self) -> tuple[str, ...]:
        """Names of the doubts."""
        return tuple(doubt.flag for doubt in self.doubts)

    def to_dict(self) -> dict[str, Any]:
        """As in a board's `stories`; `edited` only where editors did something."""
        return {
            "id": self.id,
            "rank": self.rank,
            "title": self.title,
            "terms": list(self.terms),
            "started_at": iso(self.started_at),
            "status": self.status,
            "posts": self.posts,
            "authors": self.authors,
            "expected": round(self.expected, 2),
            "excess": round(self.excess, 2),
            "lift": round(self.lift, 2),
            "z": round(self.z, 2),
            "confirmed": self.confirmed,
            "subject": self.subject,
            "window": self.window_us // MICROSECONDS,
            "flags": list(self.flags),
            "why": list(self.why),
            "moments": [moment.to_dict() for moment in self.moments],
            "spark": list(self.spark),
            "mood": self.mood.to_dict() if self.mood else None,
            "voices": [voice.to_dict() for voice in self.voices],
            "eligible": self.eligible,
            **({"edited": list(self.edited)} if self.edited else {}),
        }


@dataclass(frozen=True, slots=True)
class StoryEvent:
    """Something that happened to a story, told once."""

    type: EventKind
    at: int
    story: Story
    board: str = "all"
    """The board that tells it."""
    other: str = ""
    """The id of the story that it split off, or joined; empty where there is none."""

    def to_dict(self) -> dict[str, Any]:
        """A line of `replay --format ndjson`; `other` only where there is one."""
        return {
            "type": self.type,
            "board": self.board,
            "at": iso(self.at),
            **({"other": self.other} if self.other else {}),
            "story": self.story.to_dict(),
        }


@dataclass(frozen=True, slots=True)
class Board:
    """What one slice's close found, ranked; events first, then the board itself."""

    board: str
    """Scope: `all`, a language, a community or a filter."""
    at: int
    """End of the slice, µs."""
    learning: bool
    """True while the desk still learns what is usual."""
    learned: tuple[int, int]
    """Slices of history that there are, and that are wanted: (12, 60)."""
    posts: int
    """Posts in this slice."""
    authors: int
    """Distinct people in this slice."""
    stories: tuple[Story, ...]
    events: tuple[StoryEvent, ...] = ()
    evicted: int = 0
    """Terms that memory's bound forgot at this slice's close."""
    newest: int = 0
    """Event time of the newest post, µs; 0 before the first."""
    note: str = ""
    """Why nothing can stand on it, where that is not for want of news."""

    def to_dict(self) -> dict[str, Any]:
        """A `board` line of `replay --format ndjson`; a `note` only where there is one."""
        return {
            "type": "board",
            "board": self.board,
            "at": iso(self.at),
            "learning": self.learning,
            "learned": list(self.learned),
            "posts": self.posts,
            "authors": self.authors,
            "evicted": self.evicted,
            **({"note": self.note} if self.note else {}),
            "stories": [story.to_dict() for story in self.stories],
        }


@dataclass(frozen=True, slots=True)
class TermCount:
    """How often a term was said in one slice."""

    label: str
    posts: int
    authors: int
    """Distinct people."""


@dataclass(frozen=True, slots=True)
class Counted:
    """What a slice's close counted of single terms, for series over time."""

    at: int
    """End of the slice, µs."""
    told: tuple[TermCount, ...]
    """The terms of the stories that its board lists."""
    common: tuple[TermCount, ...]
    """The words that most people used, most first."""
    board: str = "all"


@dataclass(frozen=True, slots=True)
class Summary:
    """What a run did. Only this holds wall-clock figures."""

    read: int
    rejected: int
    late: int
    slices: int
    seconds: float

    def to_dict(self) -> dict[str, Any]:
        """The last line of `replay --format ndjson`."""
        rate = round(self.read / self.seconds) if self.seconds > 0 else 0
        return {
            "type": "summary",
            "read": self.read,
            "rejected": self.rejected,
            "late": self.late,
            "slices": self.slices,
            "seconds": round(self.seconds, 3),
            "posts_per_second": rate,
        }
