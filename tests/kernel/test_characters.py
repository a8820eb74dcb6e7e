"""The tables of characters hold what the rule says of each one by itself."""

from __future__ import annotations

import random
import unicodedata

from groundswell.kernel.text import characters as ch
from groundswell.kernel.text.characters import characters

SPECIAL = ch._EMOJI_RANGES + ch._SKIPPED_RANGES + ((0x1F1E6, 0x1F1FF),)


def script(code: int) -> int:
    """The class of a letter whose folded form is this one."""
    if code < 0x250 or 0x1E00 <= code <= 0x1EFF:
        return ch.LATIN
    if 0x370 <= code <= 0x3FF or 0x1F00 <= code <= 0x1FFF:
        return ch.GREEK
    return ch.CYRILLIC if 0x400 <= code <= 0x52F else ch.LETTER


def rule(char: str) -> tuple[int, int, int]:
    """Class, folded form and whether it is normalised, of one character."""
    plain = unicodedata.normalize("NFKC", char)
    splits = len(plain) > 1 and unicodedata.category(char)[0] in "LN"
    base = char if len(plain) > 1 else plain
    folded = ord({"İ": "i", "ς": "σ"}.get(char, base.lower() if len(base.lower()) == 1 else base))
    shape = unicodedata.category(base)
    letter = shape[0] in "LM"
    kind = script(folded) if letter else ch.DIGIT if shape[0] == "N" else ch.SEPARATOR
    return ch.SPACE if shape == "Zs" else kind, folded, int(splits)


def test_the_tables_hold_the_rule() -> None:
    """Of all characters that no range and no list names: each whose form changes, and a sample."""
    tables = characters()
    named = {code for low, high in SPECIAL for code in range(low, high + 1)}
    codes = set(random.Random(7).sample(range(0x80, ch._LAST_LETTER), 20_000))
    codes |= {ord(char) for char in ch._changing("".join(map(chr, range(0x80, ch._LAST_LETTER))))}
    listed = {ord(char) for char in "＃＠’ʼ＇‘–−İς"}
    for code in codes - named - listed:
        care = int(tables.care[code]) & ch.NEEDS_NORMALISING
        low = 0x1100 <= code <= 0x11FF or 0x3099 <= code <= 0x309A
        found = (int(tables.classes[code]), int(tables.folded[code]), 1 if low else care)
        expected = rule(chr(code))
        assert found == (*expected[:2], 1 if low else expected[2]), hex(code)


def test_letters_that_fold_elsewhere() -> None:
    """The dotted capital of Turkish, a final sigma, and marks that no range names."""
    tables = characters()
    assert chr(tables.folded[ord("İ")]) == "i"
    assert chr(tables.folded[ord("ς")]) == "σ"
    assert tables.classes[ord("_")] == ch.LATIN
    assert tables.classes[ord("\t")] == ch.SPACE
    assert tables.classes[0x33480] == ch.SEPARATOR
