"""One HTTP client for all tests: `httpx.get` loads every authority's certificate at each call.

That costs 40 ms of a core, for a desk that has no certificate at all. No connection
is kept, so none outlives the desk that it was to.
"""

from __future__ import annotations

from typing import Final

import httpx

CLIENT: Final = httpx.Client(limits=httpx.Limits(max_keepalive_connections=0))
