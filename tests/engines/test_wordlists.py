"""The word lists are those of `wordfreq`, without what it loads besides."""

from __future__ import annotations

import subprocess
import sys

import wordfreq

from groundswell.engines.wordlists import word_lists


def test_lists_are_those_that_wordfreq_reads() -> None:
    """All languages, in order, and of each the commonest words, entry for entry."""
    ours = dict(word_lists(450))
    assert list(ours) == sorted(wordfreq.available_languages("small"))
    assert ours == {
        language: wordfreq.get_frequency_list(language, "small")[:450] for language in ours
    }


def test_reading_them_loads_no_more() -> None:
    """The package itself, which cleans and cuts texts, is not imported for its data."""
    code = (
        "import sys; from groundswell.engines.wordlists import word_lists;"
        "print(len(list(word_lists(9))), 'wordfreq' in sys.modules)"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    count, loaded = said.stdout.split()
    assert int(count) > 30
    assert loaded == "False"
