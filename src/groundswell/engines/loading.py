"""A kernel with everything that it looks things up in: characters, suffixes, word use, feelings."""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from groundswell.engines.boards import Boards, Plan
from groundswell.engines.feelings import load_reader
from groundswell.engines.hands import Alone, Hands
from groundswell.engines.wordlists import word_lists
from groundswell.kernel.pipeline import Kernel, Rules
from groundswell.kernel.text.characters import characters
from groundswell.kernel.text.domains import suffixes
from groundswell.kernel.text.kinds import DOMAIN
from groundswell.kernel.text.tokens import Tables, tokenize
from groundswell.kernel.usual import usage

RAREST = 450
"""Words of a language down to 10^−4.5 of all: rarer ones are no habit of anyone."""


PLATFORM_WORDS = ("rt", "via", "amp", "http", "https", "t", "co")
"""What software writes into posts: as everyday as a language's function words."""


SHORTENERS = (
    "t.co", "bit.ly", "buff.ly", "dlvr.it", "fb.me", "goo.gl", "ift.tt", "is.gd", "lnkd.in",
    "ow.ly", "rb.gy", "tinyurl.com", "trib.al", "wp.me",
)  # fmt: skip
"""Hosts that only lead elsewhere: a link to one says nothing of what is linked."""


@lru_cache(maxsize=1)
def load_tables() -> Tables:
    """The tokeniser's tables, with the public suffix list as installed; read once a process."""
    rules = files("publicsuffixlist").joinpath("public_suffix_list.dat").read_text("utf-8")
    return Tables(characters(), suffixes(rules.splitlines()))


def load_kernel(rules: Rules) -> Kernel:
    """A kernel with everything that it looks things up in."""
    return Kernel(rules, load_tables(), _lexicon(), load_reader())


@lru_cache(maxsize=1)
def _lexicon() -> usage.Lexicon:
    """Read once a process: it is constant, and every call of the library has a kernel."""
    return load_lexicon(load_tables())


def load_boards(rules: Rules, plan: Plan | None, hands: Hands | None = None) -> Boards:
    """`all`, and the boards of a plan, with everything that they look things up in."""
    return Boards(load_kernel(rules), plan or Plan(rules), hands or Alone())


def load_lexicon(tables: Tables) -> usage.Lexicon:
    """General word frequencies of some forty languages, from the `wordfreq` package (0.1 s)."""
    platforms = _platforms(tables)
    languages, keys, levels = [], [], []
    for language, lists in word_lists(RAREST):
        languages.append(language)
        words = [word for same in lists for word in same]
        level = [i for i, same in enumerate(lists) for _ in same]
        tokens = tokenize(words, tables)
        single = np.diff(tokens.first) == 1
        keys.append(tokens.hashes[tokens.first[:-1][single]])
        levels.append(np.maximum(np.array(level, np.uint16), 1)[single])
    keys.append(platforms)
    levels.append(np.full(platforms.size, 200, np.uint16))
    return usage.lexicon(keys, levels, (*languages, usage.PLATFORMS))


def _platforms(tables: Tables) -> NDArray[np.uint64]:
    """Hashes of what software writes: words, and hosts as the domains of links."""
    words = tokenize(list(PLATFORM_WORDS), tables).hashes
    links = tokenize([f"https://{host}/a" for host in SHORTENERS], tables)
    return np.concatenate([words, links.hashes[links.kinds == DOMAIN]])
