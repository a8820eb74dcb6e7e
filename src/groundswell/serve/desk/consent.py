"""Whose words a public page may show: who wishes to be hidden from readers without an account.

The wish is a label on a profile, which comes with no post. So the network's public API is asked of
the few people whose posts were chosen as voices. Until it has answered they are left out, and while
it does not answer they stay so; a later board shows them.
"""

from __future__ import annotations

import re
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

import httpx

from groundswell.expression import Voice
from groundswell.model import Board, Story
from groundswell.watch import LOG

ASK: Final = "https://public.api.bsky.app/xrpc/app.bsky.actor.getProfiles"
AT_ONCE: Final = 25
"""People a question, as the API allows."""
LABEL: Final = "!no-unauthenticated"
INVALID: Final = "handle.invalid"
"""Stands where an account's handle does not lead back to it."""
LONGEST: Final = 253
"""Characters of a handle, which is a domain name."""
FRESH_S: Final = 3_600.0
"""An answer is asked for anew after so long."""
WAIT_S: Final = 2.0
"""Between two questions; thirty times as long after one that failed."""
KNOWN: Final = 1 << 13
"""People whose answers, or questions, are held at most."""
_WHO: Final = re.compile(r"https://bsky\.app/profile/(did:[a-z]+:[\w.:%-]+)/post/")

Get = Callable[..., Any]


class Profiles:
    """Leaves out voices of people who do not want them there, or may not; names the others.

    As a context it asks, in a thread of its own. `shown` may be called from any thread.
    """

    def __init__(self, get: Get = httpx.get, wait_s: float = WAIT_S) -> None:
        self._get = get
        self._wait_s = wait_s
        self._known: OrderedDict[str, tuple[str | None, float]] = OrderedDict()
        """By account: its handle, None where it may not be shown; and when that was said, s."""
        self._asked: OrderedDict[str, None] = OrderedDict()
        self._new = threading.Condition()
        self._ended = False
        self._thread = threading.Thread(target=self._ask_on, name="profiles", daemon=True)

    def __enter__(self) -> Profiles:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        with self._new:
            self._ended = True
            self._new.notify_all()
        self._thread.join(timeout=2)

    def shown(self, board: Board) -> Board:
        """The board without voices of people who may not be shown, or of whom that is not known."""
        with self._new:
            stories = tuple(self._quiet(story) for story in board.stories)
            events = tuple(replace(event, story=self._quiet(event.story)) for event in board.events)
            self._new.notify_all()
        return replace(board, stories=stories, events=events)

    def _quiet(self, story: Story) -> Story:
        if not (story.voices or story.examples):
            return story
        return replace(
            story, voices=self._named(story.voices), examples=self._named(story.examples)
        )

    def _named(self, voices: tuple[Voice, ...]) -> tuple[Voice, ...]:
        return tuple(one for voice in voices if (one := self._shown(voice)) is not None)

    def _shown(self, voice: Voice) -> Voice | None:
        """The voice with its author's handle; None where it may not be shown, or not yet."""
        match = _WHO.match(voice.url)
        if match is None:
            return voice
        handle, said = self._known.get(match[1], (None, -FRESH_S))
        if time.monotonic() - said >= FRESH_S:
            self._asked[match[1]] = None
            while len(self._asked) > KNOWN:
                self._asked.popitem(last=False)
        return None if handle is None else replace(voice, handle=handle)

    def _ask_on(self) -> None:
        while True:
            with self._new:
                self._new.wait_for(lambda: self._ended or bool(self._asked))
                if self._ended:
                    return
                many = min(AT_ONCE, len(self._asked))
                people = [self._asked.popitem(last=False)[0] for _ in range(many)]
            answered = self._ask(people)
            with self._new:
                self._new.wait_for(
                    lambda: self._ended, timeout=self._wait_s * (1 if answered else 30)
                )

    def _ask(self, people: list[str]) -> bool:
        """Asks about so many people; False where nobody answered, and they are asked about anew."""
        try:
            answer = self._get(ASK, params={"actors": people}, timeout=10.0)
            answer.raise_for_status()
            found = {str(one["did"]): handle_of(one) for one in answer.json()["profiles"]}
        except (httpx.HTTPError, ValueError, LookupError, TypeError, AttributeError) as error:
            LOG.warning("profiles were not told", extra={"why": type(error).__name__})
            return False
        now = time.monotonic()
        with self._new:
            for who in people:  # who is not there any more is not shown
                self._known[who] = (found.get(who), now)
                self._known.move_to_end(who)
            while len(self._known) > KNOWN:
                self._known.popitem(last=False)
        return True


def handle_of(profile: dict[str, Any]) -> str | None:
    """A profile's handle as the API gives it, "" for none; None where there is a wish against it.

    >>> handle_of({"did": "did:plc:a", "labels": [{"val": "!no-unauthenticated"}]})
    >>> handle_of({"did": "did:plc:a", "handle": "ann.example"})
    '@ann.example'
    """
    labels = profile.get("labels") or []
    if any(label.get("val") == LABEL and not label.get("neg") for label in labels):
        return None
    handle = str(profile.get("handle") or "")
    return f"@{handle[:LONGEST]}" if handle and handle != INVALID else ""
