"""The product's nouns: what sources give, what the kernel returns.

Times are integers: microseconds of event time since 1970-01-01 UTC, without leap seconds.
Event time is the server's receive time on live streams and `created_at` in recordings.
Everything that the kernel returns is frozen and has `to_dict()`, whose result is what users
read as JSON (CONTRACT of `replay --format ndjson`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal

MICROSECONDS = 1_000_000
"""Microseconds in a second: the unit of every `*_us` field and of slices."""

Status = Literal["rising", "steady", "cooling"]
EventKind = Literal["story.started", "story.ended", "story.merged", "story.split"]


def iso(time_us: int) -> str:
    """RFC 3339 in UTC, with a fraction only when there is one.

    >>> iso(1_466_381_160_000_000)
    '2016-06-20T00:06:00Z'
    >>> iso(1_466_381_160_250_000)
    '2016-06-20T00:06:00.250000Z'
    """
    seconds, fraction = divmod(time_us, MICROSECONDS)
    stamp = datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S")
    return f"{stamp}.{fraction:06d}Z" if fraction else f"{stamp}Z"


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
    deleted: list[tuple[str, int]] = field(default_factory=list)
    """Deletions: (id of the post, event time µs)."""
    rejected: list[Reject] = field(default_factory=list)
    """What came and could not be read: counted always, kept on request."""
    cursor: str = ""
    """Where to resume to get everything after this batch and nothing lost; source's own form."""
    source: str = ""
    """Name of the source."""

    def __len__(self) -> int:
        return len(self.ids)


@dataclass(frozen=True, slots=True)
class Reject:
    """A line or frame that could not be read: why, where, and its first bytes (≤ 2,000)."""

    reason: str
    line: int
    raw: bytes
    recording: int = 0
    """Which one it stood in, where several are read as one."""

    def to_dict(self) -> dict[str, Any]:
        """As kept in `FILE.rejected.ndjson`."""
        return {
            "reason": self.reason,
            "line": self.line,
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
    """Distinct people usual for the leading term in the window that shows it best."""
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
    doubts: tuple[Doubt, ...] = ()
    why: tuple[str, ...] = ()
    """The arithmetic, a sentence a line."""
    moments: tuple[Moment, ...] = ()
    spark: tuple[int, ...] = ()
    """People a slice over the last 60 slices, oldest first."""

    @property
    def flags(self) -> tuple[str, ...]:
        """Names of the doubts."""
        return tuple(doubt.flag for doubt in self.doubts)

    def to_dict(self) -> dict[str, Any]:
        """As in a board's `stories`."""
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
            "window": self.window_us // MICROSECONDS,
            "flags": list(self.flags),
            "why": list(self.why),
            "moments": [moment.to_dict() for moment in self.moments],
            "spark": list(self.spark),
        }


@dataclass(frozen=True, slots=True)
class WindowSum:
    """How a term stands in one window: people, what is usual, and what would open the gate."""

    window_us: int
    board: float
    """The board's people in it."""
    people: float
    expected: float
    """The larger of `past` and `season`, and what is `allowed` to chance."""
    past: float
    season: float
    allowed: float
    general: float
    """How much of `past` rests on general word use, 0–1; the rest on the board's own past."""
    dispersion: float
    """φ ≥ 1, how restless the term is: z² is divided by it."""
    z: float
    z_needed: float
    people_needed: int
    known: bool
    """Whether the past outside the window is long enough to judge by it."""

    def to_dict(self) -> dict[str, Any]:
        """A row of an explanation's `windows`."""
        return {
            "window": self.window_us // MICROSECONDS,
            "board": round(self.board),
            "people": round(self.people),
            "expected": round(self.expected, 2),
            "past": round(self.past, 2),
            "season": round(self.season, 2),
            "allowed": round(self.allowed, 2),
            "general": round(self.general, 3),
            "dispersion": round(self.dispersion, 2),
            "z": round(self.z, 2),
            "z_needed": round(self.z_needed, 2),
            "people_needed": self.people_needed,
            "known": self.known,
        }

    def __str__(self) -> str:
        minutes = self.window_us / (60 * MICROSECONDS)
        source = "this time on earlier days" if self.season > self.past else "its past"
        rest = f", {self.general:.0%} of it general word use" if self.general >= 0.05 else ""
        verdict = "opens the gate" if self.people >= self.people_needed else "does not"
        if not self.known:
            verdict += ", and the past is too short to be sure"
        return (
            f"{minutes:g} min: {self.people:.0f} of {self.board:.0f} people; "
            f"{self.expected:.1f} expected ({max(self.past, self.season):.1f} from {source}{rest}; "
            f"{self.allowed:.1f} allowed to chance); z {self.z:.1f}, {self.z_needed:.1f} needed: "
            f"{verdict} ({self.people_needed} people would)"
        )


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a term is on a board, or why not: the numbers that made the board."""

    term: str
    counted: str
    """What of it is counted: the last three words of a longer phrase."""
    at: int
    """End of the slice, µs."""
    windows: tuple[WindowSum, ...]
    story: Story | None
    """The story that tells it, as on the board."""
    bar: float
    """The strength that starts a story there."""
    reasons: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """As `explain --format json` prints it."""
        return {
            "term": self.term,
            "counted": self.counted,
            "at": iso(self.at),
            "on_board": self.story is not None,
            "reasons": list(self.reasons),
            "bar": round(self.bar, 2),
            "windows": [window.to_dict() for window in self.windows],
            "story": self.story.to_dict() if self.story else None,
        }

    def __str__(self) -> str:
        verdict = "is on the board" if self.story else "is not on the board"
        lines = [f"“{self.term}” {verdict} of {iso(self.at)}"]
        if self.counted.lower() != self.term.lower():
            lines.append(f"  counted as “{self.counted}”")
        lines += [f"  {reason}" for reason in self.reasons]
        lines += [f"  {window}" for window in self.windows]
        if self.story:
            lines += [f"  {line}" for line in self.story.why]
        return "\n".join(lines)


@dataclass(frozen=True, slots=True)
class StoryEvent:
    """Something that happened to a story, told once."""

    type: EventKind
    at: int
    story: Story

    def to_dict(self) -> dict[str, Any]:
        """A line of `replay --format ndjson`."""
        return {"type": self.type, "at": iso(self.at), "story": self.story.to_dict()}


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

    def to_dict(self) -> dict[str, Any]:
        """A `board` line of `replay --format ndjson`."""
        return {
            "type": "board",
            "board": self.board,
            "at": iso(self.at),
            "learning": self.learning,
            "learned": list(self.learned),
            "posts": self.posts,
            "authors": self.authors,
            "evicted": self.evicted,
            "stories": [story.to_dict() for story in self.stories],
        }


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
