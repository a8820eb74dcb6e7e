"""Which addresses are public: places that anybody on the internet may be sent to, and no others.

Python's `is_global` says yes to addresses behind which others hide (NAT64, 6to4, IPv4-compatible
ones) and to groups, and its answers change with its version. So what is public stands here: IPv4
without the networks below, IPv6 in 2000::/3 without those. A network's own NAT64 prefix (RFC 6052)
looks like any public address and cannot be told.
"""

from __future__ import annotations

import ipaddress
from typing import Final

_CLOSED: Final = tuple(
    ipaddress.ip_network(one)
    for one in (
        "0.0.0.0/8",           # this network: the system takes it for itself
        "10.0.0.0/8",          # private
        "100.64.0.0/10",       # shared by a provider's customers (CGNAT)
        "127.0.0.0/8",         # loopback
        "168.63.129.16/32",    # Azure's host, seen from its guests
        "169.254.0.0/16",      # link-local, and what clouds tell their guests
        "172.16.0.0/12",       # private
        "192.0.0.0/24",        # protocols' own
        "192.0.2.0/24",        # documentation
        "192.88.99.0/24",      # 6to4 relays
        "192.168.0.0/16",      # private
        "198.18.0.0/15",       # benchmarks
        "198.51.100.0/24",     # documentation
        "203.0.113.0/24",      # documentation
        "224.0.0.0/4",         # multicast
        "240.0.0.0/4",         # reserved, and broadcast
        "2001::/23",           # protocols' own: Teredo, ORCHID
        "2001:db8::/32",       # documentation
        "2002::/16",           # 6to4: an IPv4 address is in it
        "3fff::/20",           # documentation
    )
)  # fmt: skip
_UNICAST: Final = ipaddress.ip_network("2000::/3")
_ISATAP: Final = (0x0000_5EFE, 0x0200_5EFE)
"""The upper half of an interface's id in which an IPv4 address is."""


def public(address: str) -> bool:
    """Whether anybody on the internet may be sent there; no for what is no address.

    >>> public("93.184.215.14"), public("2a00:1450:4001::1")
    (True, True)
    >>> public("10.0.0.1"), public("64:ff9b::a00:1"), public("::ffff:8.8.8.8"), public("127.1")
    (False, False, False, False)
    """
    try:
        known = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(known, ipaddress.IPv6Address) and (
        known not in _UNICAST or known.scope_id or int(known) >> 32 & 0xFFFF_FFFF in _ISATAP
    ):
        return False
    return not any(known in one for one in _CLOSED if one.version == known.version)


def loopback(address: str) -> bool:
    """Whether it is this machine.

    >>> loopback("127.3.2.1"), loopback("::1"), loopback("0.0.0.0"), loopback("")
    (True, True, False, False)
    """
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False
