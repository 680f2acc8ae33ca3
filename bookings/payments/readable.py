"""What may be read of an event as a provider sent it: what it says of money, and nothing of people, cards or keys.

A list says what is shown; all else is left out and counted. What a provider adds tomorrow is not shown until somebody
has looked at it.
"""

import json
import re
from typing import Any

SHOWN = frozenset({
    "id", "object", "type", "event", "livemode", "api_version", "created", "currency", "amount",
    "amount_total", "amount_received", "amount_captured", "amount_refunded", "amount_subtotal",
    "requested_amount", "fees", "fee", "net", "status", "payment_status", "reference",
    "client_reference_id", "payment_intent", "charge", "latest_charge", "balance_transaction", "refund",
    "dispute", "channel", "domain", "paid_at", "created_at", "createdAt", "paidAt", "updated_at",
    "expires_at", "refunded", "captured", "paid", "reason", "failure_code", "transaction_reference",
    "refund_reference", "resolution", "category", "mode", "dueAt", "due_at",
})  # fmt: skip
"""The names under which providers say what happened to money."""
MOST = 200
"""Fields that are shown of one event."""
_PLAIN = re.compile(r"[\w .,:;/+\-]{0,100}", re.ASCII)
_NAME = re.compile(r"[A-Za-z_]{1,40}", re.ASCII)
_SECRET = re.compile(r"secret|sk_|whsec|tok_|AUTH_|\d{12,}", re.IGNORECASE)
"""What no shown value may look like, whatever it is called: keys, tokens, numbers as long as a card's."""


def readable(body: str) -> tuple[list[tuple[str, str]], int]:
    """Give the fields of a body that may be read, by their path (`data / amount`), and how many were left out.

    What is no JSON has none, and counts as one that was left out; an emptied body has nothing.
    """
    if not body:
        return [], 0
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        return [], 1
    fields: list[tuple[str, str]] = []
    left_out = 0
    waiting: list[tuple[str, Any]] = [("", told)]
    while waiting:
        path, value = waiting.pop()
        if isinstance(value, dict):
            waiting += [(f"{path} / {name}" if path else str(name), each) for name, each in value.items()][
                ::-1
            ]
        elif isinstance(value, list):
            waiting += [(path, each) for each in value][::-1]
        elif len(fields) < MOST and _may_be_shown(path, value):
            fields.append((path, _text(value)))
        else:
            left_out += 1
    return fields, left_out


def _may_be_shown(path: str, value: Any) -> bool:
    *above, name = path.split(" / ")
    known = name in SHOWN and all(_NAME.fullmatch(each) for each in above) and "metadata" not in above
    text = _text(value)
    return known and bool(_PLAIN.fullmatch(text)) and not (isinstance(value, str) and _SECRET.search(text))


def _text(value: Any) -> str:
    return json.dumps(value) if value is None or isinstance(value, bool) else str(value)
