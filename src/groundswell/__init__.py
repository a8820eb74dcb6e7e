"""Groundswell: a self-hosted live trend desk, and its engine as a library.

    import groundswell as gs

    for board in gs.trends(posts): ...
    print(gs.explain("this is for chrissy", posts))
    gs.feelings(["what a night"]), gs.mood(posts)
    frame = gs.to_frame(gs.trends(posts))
    print(gs.read_article(text, published="2020-10-15").quotes)

What stands here is public; everything else may change. Importing is quick: the engine is loaded
when it is first called.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from groundswell.errors import (
    GroundswellError,
    NothingToReadError,
    SourceError,
    UsageError,
)
from groundswell.explanation import Explanation, WindowSum
from groundswell.expression import Feeling, Mood, Phase, Voice
from groundswell.model import Board, Doubt, Moment, Post, Story, StoryEvent

if TYPE_CHECKING:
    from groundswell.library import explain, feelings, mood, to_frame, trends
    from groundswell.press import (
        Article,
        Attribution,
        DateMention,
        Dedication,
        Organisation,
        Person,
        Place,
        Quote,
        Work,
        read_article,
    )

__version__ = "0.1.0"

__all__ = [
    "Article",
    "Attribution",
    "Board",
    "DateMention",
    "Dedication",
    "Doubt",
    "Explanation",
    "Feeling",
    "GroundswellError",
    "Moment",
    "Mood",
    "NothingToReadError",
    "Organisation",
    "Person",
    "Phase",
    "Place",
    "Post",
    "Quote",
    "SourceError",
    "Story",
    "StoryEvent",
    "UsageError",
    "Voice",
    "WindowSum",
    "Work",
    "__version__",
    "explain",
    "feelings",
    "mood",
    "read_article",
    "to_frame",
    "trends",
]

_LAZY = {
    **dict.fromkeys(("explain", "feelings", "mood", "to_frame", "trends"), "groundswell.library"),
    **dict.fromkeys(
        (
            "Article",
            "Attribution",
            "DateMention",
            "Dedication",
            "Organisation",
            "Person",
            "Place",
            "Quote",
            "Work",
            "read_article",
        ),
        "groundswell.press",
    ),
}


def __getattr__(name: str) -> Any:
    """What takes a while to load: the calls, and what the press's is made of.

    Raises:
        AttributeError: there is nothing of that name.
    """
    if name not in _LAZY:
        raise AttributeError(f"module 'groundswell' has no attribute {name!r}")
    return getattr(importlib.import_module(_LAZY[name]), name)


def __dir__() -> list[str]:
    """What is public."""
    return sorted(__all__)
