"""How a message takes each kind of channel: signed webhooks, Slack, mail."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import smtplib
import ssl
from collections.abc import Callable, Mapping
from email.headerregistry import Address
from email.message import EmailMessage
from typing import Final

import msgspec

from groundswell.alerts.channels import Channel, Mail, Slack, Webhook
from groundswell.alerts.posting import SECONDS, DeliveryError, Poster
from groundswell.alerts.saying import MOST, Message, event, lines, link, sentence, subject, tested
from groundswell.errors import UsageError

Send = Callable[[Message, float], str]
"""Sends a message at a time (seconds since 1970) and returns the answer in words.

Raises DeliveryError or UsageError; neither names a secret.
"""
PREFIX: Final = "whsec_"
SECTION: Final = 3_000
"""Characters of a section that Slack takes."""


def sender(channel: Channel, poster: Poster) -> Send:
    """How messages take a channel."""
    if isinstance(channel, Webhook):
        return lambda message, now: _webhook(channel, poster, message, now)
    if isinstance(channel, Slack):
        return lambda message, _: _slack(channel, poster, message)
    if isinstance(channel, Mail):
        return lambda message, _: _mail(channel, message)
    raise TypeError(channel.id)


def signed(number: str, now: float, body: bytes, secrets: str) -> Mapping[str, str]:
    """The headers of Standard Webhooks; one signature for each secret, which spaces part.

    Raises:
        UsageError: a secret is none.
    """
    stamp = str(int(now))
    whole = b".".join((number.encode(), stamp.encode(), body))
    signatures = [
        "v1," + base64.b64encode(hmac.digest(key_of(one), whole, hashlib.sha256)).decode()
        for one in secrets.split()
    ]
    return {
        "webhook-id": number,
        "webhook-timestamp": stamp,
        "webhook-signature": " ".join(signatures),
    }


def key_of(secret: str) -> bytes:
    """The bytes of a secret: `whsec_` and base64 of 24 to 64 bytes.

    Raises:
        UsageError: it is none; the message does not say what came.
    """
    try:
        packed = secret.removeprefix(PREFIX)
        key = base64.b64decode(packed + "=" * (-len(packed) % 4), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if not secret.startswith(PREFIX) or not 24 <= len(key) <= 64:
        raise UsageError(
            "expected a secret as whsec_ and base64 of 24 to 64 bytes, got another",
            hint="make one: groundswell alert secret",
        ) from None
    return key


def _webhook(channel: Webhook, poster: Poster, message: Message, now: float) -> str:
    body = event(message)
    headers = signed(message.id, now, body, channel.secret.reveal())
    kind = {"Content-Type": "application/cloudevents+json; charset=utf-8"}
    return poster.post(channel.url.reveal(), body, {**headers, **kind})


def mrkdwn(text: str) -> str:
    """Text that Slack shows as it is: `<!channel>` in a title pings nobody.

    >>> mrkdwn("<!channel> & *you*")
    '&lt;!channel&gt; &amp; ∗you∗'
    """
    for mark, shown in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ("*", "∗"), ("`", "ˋ"),
                        ("_", "ˍ"), ("~", "∼")):  # fmt: skip
        text = text.replace(mark, shown)
    return text


def _slack(channel: Slack, poster: Poster, message: Message) -> str:
    parts = [mrkdwn(tested(message.alerts[0]))] if message.test else []
    for one in () if message.test else message.alerts[:MOST]:
        told = mrkdwn(f"{sentence(one)} (Rule {one.rule}.)")
        parts.append(f"{told} <{link(one, message.base_url)}|Its page>")
    if message.left_out:
        parts.append(f"And {message.left_out} more.")
    blocks = [
        {"type": "section", "text": {"type": "mrkdwn", "text": part[:SECTION], "verbatim": True}}
        for part in parts
    ]
    body = msgspec.json.encode({"text": mrkdwn(subject(message)), "blocks": blocks})
    return poster.post(channel.url.reveal(), body, {"Content-Type": "application/json"})


def letter(channel: Mail, message: Message) -> EmailMessage:
    """The message as mail. Headers are set as values, so that a title adds none."""
    mail = EmailMessage()
    name, _, domain = channel.sender.partition("@")
    mail["From"] = Address("Groundswell", name, domain)
    mail["To"] = ", ".join(channel.to)
    mail["Subject"] = subject(message)
    mail["Message-ID"] = f"<{message.id}@{domain}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content("\n".join(lines(message)) + "\n")
    return mail


def _mail(channel: Mail, message: Message) -> str:
    context, where = ssl.create_default_context(), (channel.server, channel.port)
    password = channel.password.reveal() if channel.password else ""
    try:
        with (
            smtplib.SMTP_SSL(*where, timeout=SECONDS, context=context)
            if channel.tls == "tls"
            else smtplib.SMTP(*where, timeout=SECONDS)
        ) as server:
            if channel.tls == "starttls":
                server.starttls(context=context)
            if channel.user:
                server.login(channel.user, password)
            refused = server.send_message(letter(channel, message), channel.sender, channel.to)
    except (smtplib.SMTPException, OSError) as error:
        raise DeliveryError(f"{channel.server} took no mail: {_why(error)}") from error
    return f"sent to {len(channel.to) - len(refused)} of {len(channel.to)}"


def _why(error: Exception) -> str:
    """What a mail server did, without its words: they may repeat what was sent."""
    code = getattr(error, "smtp_code", None)
    return f"{type(error).__name__}" + (f" {code}" if code else "")
