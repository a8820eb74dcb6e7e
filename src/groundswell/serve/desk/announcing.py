"""Whether an alert may be told now, and in which words: as editors let its story be shown.

It is asked before each try of each channel, and for the feed, so what is decided holds for what
waits as well. A story that waits for approval is told when it is approved; one that was hidden,
rejected, blocked or merged into another is told to nobody.
"""

from __future__ import annotations

from dataclasses import replace

from groundswell.alerts.courier import Judge, Judged
from groundswell.alerts.saying import Told
from groundswell.model import Story
from groundswell.review.showing import may_announce, shown
from groundswell.serve.desk.state import DeskState
from groundswell.times import microseconds


def announced(desk: DeskState) -> Judge:
    """What may be told under the decisions that hold on a desk."""

    def judge(one: Told) -> Judged:
        rulings, story = desk.rulings, _story(one)
        if not rulings:
            return one
        hidden = story.id in rulings.hidden or rulings.leads(story.id) != story.id
        if not hidden and rulings.waits(story.id, story.title, story.started_at):
            return "waits"
        told = shown(story, rulings) if may_announce(story, rulings) else None
        if told is None:
            return "stopped"
        body = one.story | {"title": told.title, "terms": list(told.terms)}
        return replace(one, story=body)

    return judge


def _story(one: Told) -> Story:
    """As far as decisions go by it: its id, its words and its onset."""
    body = one.story
    return Story(
        body["id"], body["rank"], body["title"], tuple(body["terms"]),
        microseconds(body["started_at"]), body["status"], body["posts"], body["authors"],
        body["expected"], body["excess"], body["lift"], body["z"], 0,
        confirmed=body["confirmed"],
    )  # fmt: skip
