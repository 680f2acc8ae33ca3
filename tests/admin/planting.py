"""Puts words of one's own into every field for text of the rows there are, past all services.

What a field holds that is no text of anybody's stays: choices, digests, codes, zones, amounts. A new field for text is
planted by itself.
"""

import re
from collections import defaultdict
from collections.abc import Callable
from typing import Any

from django.contrib.admin.models import LogEntry
from django.db import models, transaction
from django_q.models import OrmQ

from bookings.booking.models import BookingEvent, Discount
from bookings.businesses.models import ConsentText
from bookings.payments.models import Receipt
from tests.admin.side import Rows, Side

Words = Callable[[str, int], str]
"""Gives what to write into a field of this name and length."""

LONGEST = 5000
TEXTS = (models.CharField, models.TextField)
OURS = {
    "acknowledgement_id", "channel", "checkout_id", "cluster", "code", "colour", "consent_version", "country",
    "cron", "currency", "from_status", "func", "hook", "id", "intended_date_kwarg", "limit", "network", "row",
    "kind", "locale", "paid_currency",
    "args", "kwargs", "picture", "prefix", "provider", "public_id", "purpose", "status", "subject", "task", "template",
    "timezone", "client_timezone", "to_status", "version",
}  # fmt: skip
"""Fields for text that only the program writes, from a closed set or by its own making."""
SECRET = re.compile(r"(_hash|_digest|^password|^secret_key|^webhook_secret)$|^secrets$")
"""Fields that hold no text that could be shown."""
LEFT: tuple[type[models.Model], ...] = (BookingEvent, ConsentText, Discount, OrmQ, Receipt)
"""Rows that cannot be changed, or would not be read any more: events, discounts and receipts are append-only, texts of
consent are published, queued calls are signed."""
KEYS_OF_JSON = {"data", "details", "intake", "context"}
"""JSON in which each text is somebody's."""
ADDRESSES = {"email", "recipient", "buyer_email", "value"}
"""Fields for e-mail addresses: words go before the @, and what has none gets none."""
_PLAIN = re.compile(r"[A-Z_]{0,16}|[\d:.,/ +TZ-]*|[A-Z]{2,3}[\s-]?[\d.]*|[\d.]+ [A-Z]{3}|https?://\S+")
"""Texts in JSON that are codes, times or amounts, which pages read again."""


def plant(side: Side, words: Words) -> int:
    """Write into every field for text of a side's rows; give how many fields were planted."""
    return plant_rows(side.rows, words)


def plant_rows(rows: Rows, words: Words) -> int:
    """Do so with these rows."""
    planted = 0
    marks = defaultdict[Any, str](lambda: f"{len(marks) + 1:03}")
    for model, keys in rows.items():
        if model in LEFT:
            continue
        for field in fields_of(model):
            for pk in sorted(keys):
                planted += _write(model, field, pk, words, marks)
    return planted


def fields_of(model: type[models.Model]) -> list[models.Field]:
    """Give the fields of a model that hold text from people or from elsewhere."""
    found = []
    for field in model._meta.concrete_fields:
        is_text = isinstance(field, TEXTS) and not field.choices and not isinstance(field, models.SlugField)
        if field.name in KEYS_OF_JSON or (
            is_text and field.name not in OURS and not SECRET.search(field.name)
        ):
            found.append(field)
    return found


def _write(
    model: type[models.Model], field: models.Field, pk: Any, words: Words, marks: dict[Any, str]
) -> bool:
    row = model._default_manager.filter(pk=pk)
    (before,) = row.values_list(field.name, flat=True)
    if field.name in KEYS_OF_JSON:
        value = _each(before, words("", LONGEST))
    elif (model is LogEntry and field.name == "object_id") or (field.name in ADDRESSES and not before):
        return False
    else:
        value = _fitted(model, field, words(field.name, field.max_length or LONGEST), marks[before])
    if value == before:
        return False
    with transaction.atomic():
        row.update(**{field.name: value})
    return True


def _fitted(model: type[models.Model], field: models.Field, text: str, mark: str) -> str:
    """Make a text fit: of a unique field with a mark at the end, of an address one that is one.

    What was equal has the same mark, so that rows which name each other by a text still do; and the marks are the
    same in two worlds that were made alike, so that what is sorted by them is, too.
    """
    if field.name in ADDRESSES:
        return f"{text[:-1]}{mark}{text[-1]}@example.org"  # within its quotes, where it has some
    if not _is_unique(field, model):
        mark = ""
    longest = (field.max_length or LONGEST) - len(mark)
    return text[:longest] + mark


def _is_unique(field: models.Field, model: type[models.Model]) -> bool:
    among = {name for rule in model._meta.constraints for name in getattr(rule, "fields", ())}
    return bool(field.unique or field.name in among)


def _each(value: Any, text: str) -> Any:
    """Give JSON with each text in it that is somebody's replaced."""
    if isinstance(value, dict):
        return {key: _each(each, text) for key, each in value.items()}
    if isinstance(value, list):
        return [_each(each, text) for each in value]
    return text if isinstance(value, str) and not _PLAIN.fullmatch(value) else value
