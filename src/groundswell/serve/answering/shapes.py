"""What the API answers, as types.

The OpenAPI document is made from them, and tests hold answers to them without a field more or less.
What the kernel's nouns give as `to_dict` is written out here,
because there times are numbers and here they are text.
"""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from groundswell.model import EventKind, Status

Time = Annotated[str, Meta(extra_json_schema={"format": "date-time"})]
Address = Annotated[str, Meta(extra_json_schema={"format": "uri"})]
Digits = Annotated[str, Meta(pattern=r"^[0-9]+$")]


class Moment(Struct, forbid_unknown_fields=True):
    """A burst within a story."""

    title: str
    terms: list[str]
    started_at: Time
    peak_at: Time
    authors: int


class Phase(Struct, forbid_unknown_fields=True):
    """From when on a feeling led a mood; an empty label is "none did"."""

    since: Time
    label: str


class Mood(Struct, forbid_unknown_fields=True):
    """The mix of feelings in a story's posts, by label: shares, 90 % intervals, what is usual."""

    n: int
    abstained: int
    dominant: list[str]
    note: str
    shares: dict[str, float]
    intervals: dict[str, Annotated[list[float], Meta(min_length=2, max_length=2)]]
    usual: dict[str, float]
    phases: list[Phase]


class Voice(Struct, forbid_unknown_fields=True):
    """A post that speaks for a story, verbatim; `url` is its permalink, or empty."""

    text: str
    at: Time
    url: str
    network: str
    handle: str
    lang: str
    feeling: str


class Weight(Struct, forbid_unknown_fields=True):
    """A word of a post, its place in characters, and the log-odds that are lost without it."""

    start: int
    end: int
    word: str
    weight: float


class VoiceBehind(Voice, forbid_unknown_fields=True):
    """A post that reads as a feeling with that chance, and its words that weighed most."""

    chance: float
    words: list[Weight]


class FeelingBehind(Struct, forbid_unknown_fields=True):
    """A feeling of a story: its share of the posts, with a 90 % interval, and posts behind it."""

    story: str
    label: str
    share: float
    interval: list[float]
    usual: float
    posts: list[VoiceBehind]


class Story(Struct, forbid_unknown_fields=True, kw_only=True):
    """A story at the close of a slice; `window` is in seconds, `spark` people a slice."""

    id: str
    rank: int
    title: str
    terms: list[str]
    started_at: Time
    status: Status
    posts: int
    authors: int
    expected: float
    excess: float
    lift: float
    z: float
    confirmed: bool
    subject: bool
    window: int
    flags: list[str]
    why: list[str]
    moments: list[Moment]
    spark: list[int]
    mood: Mood | None
    voices: list[Voice]
    eligible: int
    edited: list[Literal["renamed", "merged", "pinned"]] | UnsetType = UNSET
    """What editors did to how it is shown; of a merged one the figures are at least so large."""
    board: str | UnsetType = UNSET
    """Where it is past: its board."""
    last_listed_at: Time | UnsetType = UNSET
    ended_at: Time | UnsetType | None = UNSET


class PastStory(Struct, forbid_unknown_fields=True):
    """What is kept longest of a story, when the boards that listed it are kept no more."""

    id: str
    board: str
    title: str
    terms: list[str]
    started_at: Time
    last_listed_at: Time
    ended_at: Time | None
    posts: int
    authors: int
    confirmed: bool
    flags: list[str]
    peak_rank: int
    peak_excess: float
    peak_at: Time


class Board(Struct, forbid_unknown_fields=True, kw_only=True):
    """What the close of one slice found, ranked."""

    type: Literal["board"]
    board: str
    at: Time
    learning: bool
    learned: list[int]
    posts: int
    authors: int
    evicted: int
    note: str | UnsetType = UNSET
    stories: list[Story]


class Boards(Struct, forbid_unknown_fields=True):
    """Names of boards; `next` where there are more, to be sent as `after`."""

    boards: list[str]
    next: str | UnsetType = UNSET


class Point(Struct, forbid_unknown_fields=True):
    """A story at the close of a slice: posts and authors since its onset, people of the slice."""

    at: Time
    rank: int
    status: Status
    posts: int
    authors: int
    people: int
    expected: float
    excess: float
    z: float


class Series(Struct, forbid_unknown_fields=True):
    """A story's slices, oldest first; `next` where there are more, to be sent as `since`."""

    story: str
    slice: int
    points: list[Point]
    next: Time | UnsetType = UNSET


class Window(Struct, forbid_unknown_fields=True):
    """How a term stands in one window of `window` seconds."""

    window: int
    board: int
    people: int
    expected: float
    past: float
    season: float
    rhythm: float
    allowed: float
    general: float
    dispersion: float
    z: float
    z_needed: float
    lift_needed: float
    people_needed: int
    decides: Literal["people", "times", "z"]
    opens: bool
    known: bool


class Explanation(Struct, forbid_unknown_fields=True):
    """Why a term is on the board, or why not."""

    term: str
    counted: str
    at: Time
    open: bool
    on_board: bool
    listed_at: Time | None
    summary: str
    reasons: list[str]
    bar: float
    windows: list[Window]
    story: Story | None


class Problem(Struct, forbid_unknown_fields=True):
    """What was expected and what came, and what to try; `code` is the HTTP status."""

    code: int
    message: str
    hint: str


class Error(Struct, forbid_unknown_fields=True):
    """The form of every error."""

    error: Problem


class Day(Struct, forbid_unknown_fields=True):
    """A UTC day, by its first second since 1970."""

    day: Digits
    uses: Digits
    accounts: Digits


class Tag(Struct, forbid_unknown_fields=True):
    """Mastodon's Tag."""

    id: Digits
    name: str
    url: Address
    history: list[Day]


class Nothing(Struct, forbid_unknown_fields=True):
    """What a list that is always empty would hold."""


class TrendView(Struct, forbid_unknown_fields=True, rename="camel", kw_only=True):
    """Bluesky's `app.bsky.unspecced.defs#trendView`; the desk names nobody, so no actors."""

    topic: str
    display_name: str
    link: Address
    started_at: Time
    post_count: int
    status: Literal["hot"] | UnsetType = UNSET
    actors: Annotated[list[Nothing], Meta(max_length=0)]


class Trends(Struct, forbid_unknown_fields=True):
    """What `app.bsky.unspecced.getTrends` gives."""

    trends: Annotated[list[TrendView], Meta(max_length=25)]


class StoryEvent(Struct, forbid_unknown_fields=True):
    """Data of a `story` event of the stream."""

    type: EventKind
    board: str
    at: Time
    story: Story
    other: str | UnsetType = UNSET
    """The id of the story that it split off, or joined."""


class Trouble(Struct, forbid_unknown_fields=True):
    """A source with which something is wrong, and what."""

    name: str
    said: str


class SourceEvent(Struct, forbid_unknown_fields=True):
    """Data of a `source` event: the sources with which something is wrong now, if any."""

    type: Literal["source"]
    troubles: list[Trouble]
    html: str


class MissedEvent(Struct, forbid_unknown_fields=True):
    """Data of a `missed` event: no board that closed between is held any more."""

    type: Literal["missed"]
    after: Time
    before: Time
    said: str


class BoardEvent(Board, kw_only=True):
    """Data of a `board` event: a board, and its rows and head as the page shows them."""

    mode: Literal["live", "replay", "simulated"]
    slice: int
    html: str
    head: str
    revised: bool | UnsetType = UNSET
