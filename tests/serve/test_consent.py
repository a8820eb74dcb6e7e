"""Who asks not to be shown to readers without an account is not shown."""

from __future__ import annotations

import threading
from dataclasses import replace

import httpx
import pytest

from groundswell.expression import Voice
from groundswell.model import Board, StoryEvent
from groundswell.serve.desk.consent import AT_ONCE, Profiles
from tests.serve.boards import board


def voice(who: str) -> Voice:
    return Voice(
        f"words of {who}", 1, f"https://bsky.app/profile/{who}/post/3k", "Bluesky", "en", "", 1, 2
    )


def spoken(*people: str) -> Board:
    """A board whose first story, and the event that tells it, has a voice of each."""
    told = board(["derby"], 1)
    story = replace(told.stories[0], voices=tuple(map(voice, people)))
    return replace(told, stories=(story,), events=(StoryEvent("story.started", told.at, story),))


def seen(found: Board) -> list[str]:
    words = [one.text for one in found.stories[0].voices]
    assert words == [one.text for one in found.events[0].story.voices]
    return [text.removeprefix("words of ") for text in words]


class Network:
    """Answers about profiles: of some the label stands on them, some are gone."""

    def __init__(self, *, broken: str = "") -> None:
        self.asked: list[list[str]] = []
        self.answered = threading.Event()
        self.broken = broken

    def __call__(self, url: str, params: dict[str, list[str]], **_: object) -> httpx.Response:
        self.asked.append(params["actors"])
        profiles = [
            {
                "did": who,
                "handle": f"{who[8:]}.example",
                "labels": [{"val": "!no-unauthenticated"}] if "shy" in who else [],
            }
            for who in params["actors"]
            if "gone" not in who
        ]
        self.answered.set()
        if self.broken == "silent":
            raise httpx.ConnectError("no network")
        if self.broken == "odd":
            profiles = [{"did": who, "labels": ["odd"]} for who in params["actors"]]
        return httpx.Response(200, json={"profiles": profiles}, request=httpx.Request("GET", url))


def settled(profiles: Profiles, told: Board, network: Network) -> list[str]:
    """What is shown once the network was asked."""
    assert network.answered.wait(10)
    for _ in range(100):
        if found := seen(profiles.shown(told)):
            return found
        threading.Event().wait(0.02)
    return []


def test_voices_are_shown_once_it_is_known_that_they_may() -> None:
    """Nobody at first; then all but who has the label and who is not there any more."""
    network = Network()
    told = spoken("did:plc:ann", "did:plc:shy1", "did:plc:gone1", "did:plc:ben")
    with Profiles(network, 0.01) as profiles:
        assert seen(profiles.shown(told)) == []
        assert settled(profiles, told, network) == ["did:plc:ann", "did:plc:ben"]
        names = [one.handle for one in profiles.shown(told).stories[0].voices]
    assert names == ["@ann.example", "@ben.example"]
    assert len(network.asked) == 1


@pytest.mark.parametrize("broken", ["silent", "odd"])
def test_where_the_network_does_not_answer_nobody_is_shown(broken: str) -> None:
    """Others' posts are not held back meanwhile, and it is asked again until it answers."""
    network = Network(broken=broken)
    told = spoken("did:plc:ann")
    other = replace(voice("x"), url="https://example.social/@x/1")
    story = replace(told.stories[0], voices=(*told.stories[0].voices, other))
    with Profiles(network, 0.01) as profiles:
        profiles.shown(told)
        assert network.answered.wait(10)
        assert seen(profiles.shown(told)) == []
        assert profiles.shown(replace(told, stories=(story,))).stories[0].voices == (other,)
        network.broken = ""
        assert settled(profiles, told, network) == ["did:plc:ann"]


@pytest.mark.parametrize("many", [AT_ONCE + 5])
def test_questions_are_as_large_as_the_network_allows(many: int) -> None:
    """Thirty people are two questions."""
    network = Network()
    told = spoken(*[f"did:plc:p{i}" for i in range(many)])
    with Profiles(network, 0.01) as profiles:
        profiles.shown(told)
        for _ in range(200):
            if len(seen(profiles.shown(told))) == many:
                break
            threading.Event().wait(0.02)
    assert [len(people) for people in network.asked] == [AT_ONCE, many - AT_ONCE]
