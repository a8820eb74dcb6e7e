"""Hosts and their suffixes, asked from Python."""

from __future__ import annotations

from groundswell.kernel.text.domains import is_domain, suffixes


def test_every_hash_of_a_suffix_can_be_looked_up() -> None:
    """Those above 2⁶³ too, whichever came first: half of all hashes are."""
    known = [f"tld{i}" for i in range(40)]
    rules = suffixes(known)
    assert all(is_domain(f"a.{one}", rules) for one in known)
    assert not any(is_domain(f"a.no{one}", rules) for one in known)
