"""Where an account lives, from how a stream names it."""

from __future__ import annotations


def domain(author: str) -> str:
    """The domain that an account is known by, in lower case; empty where it has none.

    It is what follows the @ of an address, the server of a URL, the domain of a `did:web`, or a
    handle that is a domain. A `did:plc` names none.

    >>> domain("@ann@example.social"), domain("https://Example.social/users/ann")
    ('example.social', 'example.social')
    >>> domain("ann.bsky.social"), domain("did:plc:ewvi7nxzyoun6zhxrhs64oiz"), domain("ann")
    ('ann.bsky.social', '', '')
    """
    if author.startswith(("https://", "http://")):
        return author.split("/", 3)[2].rpartition("@")[2].partition(":")[0].lower()
    if author.startswith("did:"):
        web = author.startswith("did:web:")
        return author[8:].partition(":")[0].partition("%")[0].lower() if web else ""
    found = author.rpartition("@")[2].lower()
    return found if "." in found and ":" not in found else ""


def instance(author: str) -> str:
    """The server that many accounts share: the domain, of a handle below one that one.

    >>> instance("ann@mastodon.social"), instance("https://mastodon.social/users/ann")
    ('mastodon.social', 'mastodon.social')
    >>> instance("ann.bsky.social"), instance("ann.com"), instance("did:plc:x")
    ('bsky.social', 'ann.com', '')
    """
    found = domain(author)
    above = found.partition(".")[2]
    is_handle = found == author.lower()
    return above if is_handle and "." in above else found


def answered(reply: str) -> str:
    """The account that a reply names: the authority of an at:// URI, else what is given.

    >>> answered("at://did:plc:x/app.bsky.feed.post/3k"), answered("ann")
    ('did:plc:x', 'ann')
    """
    return reply.split("/", 3)[2] if reply.startswith("at://") else reply
