"""A receiver of alerts: verifies what a desk posts, and prints it once. Needs Python alone.

    export OPS_SECRET=$(groundswell alert secret)
    python examples/webhook_receiver.py 9000

docs/alerts.md says what a desk sends; the libraries of Standard Webhooks do the same in other
languages.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import sys
import time
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any, ClassVar

PATIENCE = 300
"""Seconds that a message may be old: an older one may be a copy that somebody kept."""


def verified(secret: str, headers: Mapping[str, str], body: bytes, now: float) -> bool:
    """Whether a message is of who has the secret, and of now."""
    number, stamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not stamp.isdecimal() or abs(now - int(stamp)) > PATIENCE:
        return False
    key = base64.b64decode(secret.removeprefix("whsec_"))
    whole = f"{number}.{stamp}.".encode() + body
    good = "v1," + base64.b64encode(hmac.digest(key, whole, hashlib.sha256)).decode()
    given = headers.get("webhook-signature", "").split(" ")
    return any(hmac.compare_digest(one, good) for one in given)


class Receiver(BaseHTTPRequestHandler):
    """Answers 204 to what it took, also when it had it before, and 401 to what it cannot verify."""

    seen: ClassVar[set[str]] = set()

    def do_POST(self) -> None:
        """Takes a message."""
        body = self.rfile.read(min(int(self.headers.get("content-length", 0)), 1 << 16))
        headers = {name.lower(): value for name, value in self.headers.items()}
        if not verified(os.environ["OPS_SECRET"], headers, body, time.time()):
            self.send_error(401, "the signature is not of our desk, or too old")
            return
        event: dict[str, Any] = json.loads(body)
        if event["id"] not in self.seen:
            self.seen.add(event["id"])
            data = event["data"]
            for one in data.get("alerts", [data]):
                print(f"{event['id']} {one['text']}\n  {one['link']}", flush=True)
        self.send_response(204)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- the library's name
        """Prints alerts alone."""


if __name__ == "__main__":
    HTTPServer(("127.0.0.1", int(sys.argv[1])), Receiver).serve_forever()
