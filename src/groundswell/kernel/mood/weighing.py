"""Which words of a post made it read as a feeling: what is lost when each is left out.

Leaving out one word at a time is exact for the model as it is, whatever it is made of, and says
nothing of words that only weigh together (Zeiler and Fergus, "Visualizing and understanding
convolutional networks", 2014, do so with parts of pictures). Pure.
"""

from __future__ import annotations

import re
from typing import Final

import numpy as np
from numpy.typing import NDArray

from groundswell.expression import Weighed
from groundswell.kernel.mood.moods import FULL, SIX, Reader

WORDS: Final = 120
"""Words of a post that are left out in turn."""
MOST: Final = 5
"""Words that are told."""
LEAST: Final = 0.2
"""Weight that a word needs, of the heaviest one's."""

_LEFT = re.compile(r"https?://\S+|www\.\S+|@\S+")
_WORD = re.compile(
    r"[\u3040-\u30ff\u4e00-\u9fff]{1,2}"  # no spaces: two characters at a time
    r"|[^\W\u3040-\u30ff\u4e00-\u9fff]+(?:['\u2019]\w+)*|([^\w\s])\1*"
)


def weigh(reader: Reader, text: str, lang: str, label: str) -> Weighed | None:
    """How surely a text reads as `label`, and its words by weight, the heaviest first.

    None where it cannot be read in its language, or not as that label.
    """
    level = int(reader.read([text], [lang]).levels[0])
    named = ["en"] if level == FULL else reader.named([text], [lang])
    labels = {FULL: reader.labels, SIX: reader.tongues.labels}.get(level, ())
    if label not in labels:
        return None
    spans = pieces(text)
    without = [f"{text[:start]} {text[end:]}" for start, end in spans]
    found = reader.read_in([text, *without], named * (len(spans) + 1)).values
    chances = found[:, labels.index(label)].astype(np.float64)
    lost = _odds(chances[:1]) - _odds(chances[1:])
    order = np.argsort(-lost, kind="stable")[:MOST].tolist()
    heavy = [i for i in order if lost[i] > 0 and lost[i] >= LEAST * lost[order[0]]]
    return Weighed(
        float(chances[0]),
        tuple((*spans[i], round(float(lost[i]), 3)) for i in heavy),
    )


def pieces(text: str) -> list[tuple[int, int]]:
    """Where the words and signs of a text begin and end; names and links say nothing.

    >>> [("so good!!"[a:b]) for a, b in pieces("so good!!")]
    ['so', 'good', '!!']
    """
    taken = [found.span() for found in _LEFT.finditer(text)]
    spans = (found.span() for found in _WORD.finditer(text))
    own = [one for one in spans if not any(a <= one[0] < b for a, b in taken)]
    return own[:WORDS]


def _odds(chances: NDArray[np.float64]) -> NDArray[np.float64]:
    """Log-odds of probabilities."""
    held = np.clip(chances, 1e-6, 1 - 1e-6)
    found: NDArray[np.float64] = np.log(held / (1 - held))
    return found
