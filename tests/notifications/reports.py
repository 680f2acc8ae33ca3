"""What mail providers post, as their documentation has it."""

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime

from django.test import Client

from bookings.notifications.tracking import MARK

SECRET = "slotwell:report-secret"
SIGNING_KEY = "key-of-mailguns-webhooks"
THEN = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
"""Over, whenever the tests run: what a provider says of the future counts as now."""
TO = "ana@example.org"


def authorised(secret: str = SECRET) -> dict[str, str]:
    return {"authorization": "Basic " + base64.b64encode(secret.encode()).decode()}


def post(provider, body, *, secret=SECRET):
    """Post as a provider does; the status that it gets."""
    answer = Client(raise_request_exception=False).post(
        f"/anymail/{provider}/tracking/",
        body if isinstance(body, str | bytes) else json.dumps(body),
        content_type="application/json",
        headers=authorised(secret) if secret else {},
    )
    return answer.status_code


def postmark(kind, *, message_id="pm-1", to=TO, at=THEN, bounce="HardBounce", mark=""):
    """Postmark's Delivery, Bounce, SpamComplaint and Open."""
    stamp = at.strftime("%Y-%m-%dT%H:%M:%SZ")
    common = {
        "RecordType": kind,
        "MessageID": message_id,
        "ServerID": 23,
        "MessageStream": "outbound",
        "Tag": "",
        "Metadata": {MARK: mark} if mark else {},
    }
    if kind == "Delivery":
        return {**common, "Recipient": to, "DeliveredAt": stamp, "Details": "Test delivery webhook details"}
    if kind == "Open":
        return {**common, "Recipient": to, "ReceivedAt": stamp, "FirstOpen": True, "UserAgent": "Mail"}
    spam = kind == "SpamComplaint"
    return {
        **common,
        "ID": 42,
        "Type": "SpamComplaint" if spam else bounce,
        "TypeCode": 512 if spam else 1,
        "Name": "Spam complaint" if spam else "Hard bounce",
        "Description": "The server was unable to deliver your message (ex: unknown user, mailbox not found).",
        "Details": f"smtp;550 5.1.1 The email account {to} does not exist.",
        "Email": to,
        "From": "bookings@slotwell.example",
        "BouncedAt": stamp,
        "DumpAvailable": True,
        "Inactive": True,
        "CanActivate": True,
        "Subject": "Your booking",
    }


def mailgun(kind, *, message_id="<mg-1@mg.example.org>", to=TO, at=THEN, mark="", key=SIGNING_KEY, **more):
    """Mailgun's delivered, failed (severity permanent or temporary) and complained, signed."""
    token, stamp = "7c8b9d" * 8, str(int(at.timestamp()))
    signature = hmac.new(key.encode(), f"{stamp}{token}".encode(), hashlib.sha256).hexdigest()
    data = {
        "event": kind,
        "id": "Ase7i2zsRYeDXztHGENqRA",
        "timestamp": at.timestamp(),
        "log-level": "error" if kind == "failed" else "info",
        "recipient": to,
        "recipient-domain": to.rpartition("@")[2],
        "message": {"headers": {"message-id": message_id.strip("<>"), "to": to, "from": "b@mg.example.org"}},
        "user-variables": {MARK: mark} if mark else {},
        "flags": {"is-test-mode": False, "is-authenticated": True},
        "tags": [],
        **more,
    }
    if kind == "failed":
        data = {
            "severity": "permanent",
            "reason": "bounce",
            "delivery-status": {"code": 550, "message": f"5.1.1 {to} does not exist", "attempt-no": 1},
            **data,
        }
    return {"signature": {"timestamp": stamp, "token": token, "signature": signature}, "event-data": data}
