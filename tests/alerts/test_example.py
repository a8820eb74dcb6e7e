"""The receiver among the examples: what it takes, and what it does not."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

from groundswell.alerts.senders import signed
from tests.alerts.receiving import SECRET

PLACE = Path(__file__).resolve().parents[2] / "examples" / "webhook_receiver.py"


@pytest.fixture(scope="module")
def example() -> ModuleType:
    spec = importlib.util.spec_from_file_location("webhook_receiver", PLACE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_it_takes_what_we_sign_and_nothing_else(example: ModuleType) -> None:
    """Another body, id, secret or time is refused; one good signature of several is enough."""
    other = SECRET[:-4] + "NjY="
    headers = dict(signed("msg_1", 1_000.0, b"{}", f"{other} {SECRET}"))
    assert example.verified(SECRET, headers, b"{}", 1_100.0)
    assert not example.verified(SECRET, headers, b"{ }", 1_100.0)
    assert not example.verified(SECRET, headers | {"webhook-id": "msg_2"}, b"{}", 1_100.0)
    assert not example.verified(SECRET, headers, b"{}", 1_400.0)
    assert not example.verified(SECRET, headers | {"webhook-timestamp": "x"}, b"{}", 1_100.0)
    alone = dict(signed("msg_1", 1_000.0, b"{}", other))
    assert not example.verified(SECRET, alone, b"{}", 1_100.0)
