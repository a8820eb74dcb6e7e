"""Explanations by hand."""

from __future__ import annotations

from dataclasses import replace

from groundswell.explanation import Explanation, WindowSum
from tests.serve.boards import MINUTE, START, story

QUARTER = WindowSum(
    window_us=15 * MINUTE, board=1_400.0, people=13.0, expected=6.4, past=5.4, season=0.0,
    rhythm=1.0, allowed=1.0, general=0.1, dispersion=1.0, z=2.3, z_needed=3.1, lift_needed=2.5,
    people_needed=17, decides="times", known=True,
)  # fmt: skip


def explanation(term: str, **values: object) -> Explanation:
    """Why a term is not on the board of the first minute; with `story`, that it is."""
    told = Explanation(
        term=term, counted=term, at=START + MINUTE, bar=0.4, story=None,
        windows=(replace(QUARTER, window_us=MINUTE, known=False, people=1.0), QUARTER),
        reasons=("nearest to it was the last 15 min, when 13 people said it",),
    )  # fmt: skip
    return replace(told, **values)  # type: ignore[arg-type]


def listed(term: str, title: str) -> Explanation:
    """Why a term is on the board, in the story of this title at rank 1."""
    return explanation(
        term,
        story=story(title, 1),
        windows=(replace(QUARTER, people=60.0, z=9.0),),
        reasons=(f"number 1, in the story “{title}”", "the story was announced"),
    )
