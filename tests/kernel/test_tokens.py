"""Tokens: what counts as one term, in any script, against tricks."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from groundswell.kernel.text.characters import SOFT_BREAK
from groundswell.kernel.text.kinds import DOMAIN, EMOJI, LINK, MAX_TOKENS, MENTION, TAG, WORD
from groundswell.kernel.text.tokens import MAX_CHARS, Tables, prepare, tokenize


def spans(text: str, tables: Tables) -> list[tuple[str, int]]:
    prepared = prepare([text], [()], tables)
    tokens = tokenize(prepared, tables)
    return [
        (prepared[0].replace("\0", "\n")[s:e].replace(SOFT_BREAK, ""), int(k))
        for s, e, k in zip(tokens.starts, tokens.ends, tokens.kinds, strict=True)
    ]


def hashes(text: str, tables: Tables) -> list[int]:
    return tokenize(prepare([text], [()], tables), tables).hashes.tolist()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Goal!!! 2-0 at 20:41", [("Goal", WORD), ("2-0", WORD), ("at", WORD), ("20:41", WORD)]),
        ("#ThisIsForChrissy #1", [("#ThisIsForChrissy", TAG)]),
        ("@a.bsky.social @b@c.example", [("@a.bsky.social", MENTION), ("@b@c.example", MENTION)]),
        ("👩‍👩‍👧‍👦🇬🇧🇫🇷😂", [("👩‍👩‍👧‍👦", EMOJI), ("🇬🇧", EMOJI), ("🇫🇷", EMOJI), ("😂", EMOJI)]),
        ("don't", [("don't", WORD)]),
        (
            "R&amp;B &lt;3 &#039;89 &#x2019;&nbsp;s",
            [("R", WORD), ("B", WORD), ("3", WORD), ("89", WORD), ("s", WORD)],
        ),
        (
            "AT&T; a&#; &#x; &amp",
            [("AT", WORD), ("T", WORD), ("a", WORD), ("#x", TAG), ("amp", WORD)],
        ),
        ("今日は決勝を見た", [(w, WORD) for w in ("今日", "は", "決勝", "を", "見", "た")]),
        ("สวัสดีชาวโลก", [(w, WORD) for w in ("สวัสดี", "ชาว", "โลก")]),
        ("我爱北京", [(w, WORD) for w in ("我", "爱", "北京")]),
        ("привет мир", [("привет", WORD), ("мир", WORD)]),
        (
            "RT @ann: So far two bombs, one thre ...",
            [("RT", WORD), ("@ann", MENTION)]
            + [(word, WORD) for word in ("So", "far", "two", "bombs", "one")],
        ),
        ("RT @ann: vivē la Fran…", [("RT", WORD), ("@ann", MENTION), ("vivē", WORD), ("la", WORD)]),
        (
            "RT @ann: look http://a.example/b …",
            [
                ("RT", WORD),
                ("@ann", MENTION),
                ("look", WORD),
                ("a.example/b", LINK),
                ("a.example", DOMAIN),
            ],
        ),
        (
            "RT @ann: http://a.example/b! ...",
            [("RT", WORD), ("@ann", MENTION), ("a.example/b", LINK), ("a.example", DOMAIN)],
        ),
        ("RT @ann: look http://t.c ... ", [("RT", WORD), ("@ann", MENTION), ("look", WORD)]),
        ("RT @ann: look http://t.co/ …", [("RT", WORD), ("@ann", MENTION), ("look", WORD)]),
        ("RT @ann: lol 😂…", [("RT", WORD), ("@ann", MENTION), ("lol", WORD), ("😂", EMOJI)]),
        ("RT @ann: so, no.", [("RT", WORD), ("@ann", MENTION), ("so", WORD), ("no", WORD)]),
        ("RT @ann: oh...!", [("RT", WORD), ("@ann", MENTION), ("oh", WORD)]),
        ("to @ann: wait ...", [("to", WORD), ("@ann", MENTION), ("wait", WORD)]),
        ("RT @ann: ...", [("RT", WORD), ("@ann", MENTION)]),
        ("", []),
        ("... !!!", []),
    ],
)
def test_terms_of_a_text(text: str, expected: list[tuple[str, int]], tables: Tables) -> None:
    """Hashtags, scores, handles, joined emoji and words of scripts without spaces are one each."""
    assert spans(text, tables) == expected


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("chelsea", "CHELSEA"),
        ("chelsea", "ＣＨＥＬＳＥＡ"),
        ("chelsea", "\u0441helsea"),  # Cyrillic es
        ("chelsea", "c\u200bhel\u2060sea"),
        ("chelsea", "\u202echelsea\u202c"),
        ("chelsea", "𝐜𝐡𝐞𝐥𝐬𝐞𝐚"),
        ("zalgo", "z\u0337\u0322a\u0338lgo"),
        ("chrissy", "Chrissy's"),
        ("chrissy", "chrissy’s"),
        ("👏", "👏🏽"),
        ("❤", "❤\ufe0f"),
        ("café", "cafe\u0301"),
        ("#Brexit", "＃brexit"),
        ("2-0", "2–0"),
        ("fine", "ﬁne"),
    ],
)
def test_two_spellings_of_one_term(a: str, b: str, tables: Tables) -> None:
    """Case, width, zero-width marks, look-alikes, stray accents and skin tones do not split."""
    assert hashes(a, tables) == hashes(b, tables)
    assert len(hashes(a, tables)) == 1


@pytest.mark.parametrize(
    ("a", "b"),
    [("brexit", "#brexit"), ("ano", "año"), ("сор", "cop"), ("1-0", "0-1"), ("🇬🇧", "🇧🇬")],
)
def test_two_terms_stay_two(a: str, b: str, tables: Tables) -> None:
    """A hashtag is no word, an accent is a letter, and a Russian word is not its look-alike."""
    assert hashes(a, tables) != hashes(b, tables)


def test_links_are_known_by_address_and_domain(tables: Tables) -> None:
    """One address is one term however it is written; news.bbc.co.uk belongs to bbc.co.uk."""
    first, second = (
        spans(link, tables)
        for link in (
            "https://www.news.bbc.co.uk/a?utm_source=x#top",
            "see http://news.bbc.co.uk/a/, now",
        )
    )
    assert first == [("news.bbc.co.uk/a", LINK), ("bbc.co.uk", DOMAIN)]
    assert second[2] == ("bbc.co.uk", DOMAIN)
    one = hashes("https://www.news.bbc.co.uk/a?utm_source=x", tables)
    other = hashes("http://NEWS.bbc.co.uk/a/", tables)
    assert one == other


def test_hidden_addresses_count_too(tables: Tables) -> None:
    """A link that a post carries in a facet or card is a term like one in its text."""
    prepared = prepare(["look"], [("https://a.example/x",)], tables)
    tokens = tokenize(prepared, tables)
    assert tokens.kinds.tolist() == [WORD, LINK, DOMAIN]


def test_phrases_do_not_cross_punctuation_or_posts(tables: Tables) -> None:
    """A phrase goes on over space only: not over a full stop, a line's end, a link or a post."""
    tokens = tokenize(["a b. c\nd #e f", "g h"], tables)
    assert tokens.joins.tolist() == [0, 1, 0, 0, 0, 0, 0, 1]


def test_floods_are_bounded(tables: Tables) -> None:
    """A giant text is cut, and a text that grows eighteen times under NFKC as well."""
    giant = "word " * 100_000
    prepared = prepare([giant, "\ufdfa" * 5_000], [(), ()], tables)
    assert max(map(len, prepared)) <= 2 * MAX_CHARS
    assert len(tokenize(prepared[:1], tables).hashes) == MAX_TOKENS


@given(st.lists(st.text(max_size=60), max_size=8))
@example(["HTTPS://", ""])
@example(["http://"])
@example(["&", "&#", "&#x", "&am", "&amp;", "&#1"])
def test_any_text_tokenises_in_bounds_and_alone_as_together(texts: list[str]) -> None:
    """Spans lie inside their text, and a post's tokens do not depend on its neighbours."""
    from groundswell.engines.loading import load_tables

    tables = _TABLES.setdefault("tables", load_tables() if not _TABLES else None)
    prepared = prepare(texts, [()] * len(texts), tables)
    together = tokenize(prepared, tables)
    alone: list[int] = []
    for i, text in enumerate(prepared):
        tokens = tokenize([text], tables)
        alone += tokens.hashes.tolist()
        begin, end = together.first[i], together.first[i + 1]
        assert (together.ends[begin:end] <= len(text)).all()
        assert (together.starts[begin:end] < together.ends[begin:end]).all()
    assert together.hashes.tolist() == alone


@given(st.text(st.sampled_from("aZmz09_'-.:/ #@!\n\0hHtp&;x") | st.characters(max_codepoint=127)))
@example("don't http://a.example/b?c=d#e abcdefgh abcdefghi 2-0 20:41 a_b dogs' x2-")
@example("httpx HTTP Zzz `{@[ abcdefghijklmnopqrstuvwxyz0123456789")
def test_ascii_is_cut_alike_among_other_characters(text: str) -> None:
    """Plain words are cut eight characters at a time, and as they are cut one by one."""
    from groundswell.engines.loading import load_tables

    tables = _TABLES.setdefault("tables", load_tables() if not _TABLES else None)
    narrow, wide = tokenize([text], tables), tokenize([text + "\n\u2014"], tables)
    for name in ("hashes", "starts", "ends", "kinds", "joins"):
        assert getattr(narrow, name).tolist() == getattr(wide, name).tolist()


_TABLES: dict[str, Tables] = {}
