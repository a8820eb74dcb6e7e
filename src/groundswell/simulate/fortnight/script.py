"""A fortnight's script: volumes, languages, and what is to be drawn, read from TOML and checked.

A `Range` is the least and the most of what the seed draws; counts are for the whole fortnight.
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

Range = tuple[float, float]
Share = Annotated[float, msgspec.Meta(ge=0, le=1)]
Count = Annotated[int, msgspec.Meta(ge=0)]
Positive = Annotated[float, msgspec.Meta(gt=0)]

CampaignKind = Literal[
    "paste",
    "link-spam",
    "one-domain",
    "one-instance",
    "reply-campaign",
    "one-author",
    "few-authors",
    "retweet-wave",
    "deleted",
]


class Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What all parts of the script share: frozen, and an unknown field is an error."""


class Tongue(Part, frozen=True):
    """A language: its share of people and posts, its sound, and its everyday words.

    Content words are made of onsets, vowels and ends. `shift` is how many hours its day lags;
    `spaced` is false where words are written without spaces.
    """

    lang: str
    share: Share
    words: Annotated[int, msgspec.Meta(ge=500)]
    onsets: list[str]
    vowels: list[str]
    ends: list[str]
    function: list[str]
    cries: list[str]
    greetings: list[str]
    shift: float = 0.0
    spaced: bool = True
    small: bool = False


class TalkScript(Part, frozen=True):
    """Everyday talk: shares of posts, and how subjects come and go."""

    topics: Annotated[int, msgspec.Meta(ge=1)]
    topic_share: Share
    topic_days: Positive
    replies: Share
    reposts: Share
    quotes: Share
    links: Share
    tags: Share
    emoji: Share
    deleted: Share
    domains: Annotated[int, msgspec.Meta(ge=1)]


class Usual(Part, frozen=True):
    """What comes again: habits of the day, tags of the weekday, weekly shows; and slow drift.

    People are posts a day (drift: altogether), widths minutes.
    """

    daily: Count
    daily_people: Range
    daily_width: Range
    weekday_tags: Count
    tag_people: Range
    tag_width: Range
    shows: Count
    drifts: Count
    drift_people: Range
    drift_days: Range


class Happening(Part, frozen=True):
    """One scale of events: minutes of rise and fall, posts in the first quarter of an hour.

    `fall` is from the peak to a tenth of it; `bend` the exponent of the fall; `peak` the most posts
    a minute.
    """

    scale: Literal["hour", "minute"]
    count: Count
    rise: Range
    fall: Range
    bend: Range
    people: Range
    peak: Positive


class Campaign(Part, frozen=True):
    """One kind of decoy that somebody makes: accounts, posts by each, minutes."""

    kind: CampaignKind
    count: Count
    accounts: Range
    posts: Range
    minutes: Range


class Fortnight(Part, frozen=True, tag_field="kind", tag="fortnight"):
    """The whole of it; `start` is midnight UTC. `days` may be fewer or more than fourteen."""

    title: str
    start: str
    days: Positive
    warm_up_days: float
    per_minute: Positive
    people: Annotated[int, msgspec.Meta(ge=1000)]
    recurring: Count
    together: Count
    ordinary_share: Share
    tagged_share: Share
    small_language_events: Count
    day: Annotated[list[float], msgspec.Meta(min_length=24, max_length=24)]
    week: Annotated[list[float], msgspec.Meta(min_length=7, max_length=7)]
    talk: TalkScript
    usual: Usual
    event: list[Happening]
    campaign: list[Campaign]
    tongue: Annotated[list[Tongue], msgspec.Meta(min_length=1)]
