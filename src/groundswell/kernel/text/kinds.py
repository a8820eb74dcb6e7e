"""What a token is: its kind, as every room of the kernel numbers it, and how many a post has."""

from __future__ import annotations

from typing import Final

WORD: Final = 0
TAG: Final = 1
"""A hashtag. Kinds up to this one are said; those after it are shown or pointed to."""
EMOJI: Final = 2
LINK: Final = 3
DOMAIN: Final = 4
MENTION: Final = 5

MAX_TOKENS: Final = 400
"""Tokens of a post beyond these are not counted: spans must fit and floods must not pay."""
