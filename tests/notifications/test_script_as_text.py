"""Script in whatever a mail tells shows as text: no mail has an element, an address or a header more for it."""

import re
import unicodedata
from email import message_from_bytes, policy
from email.message import Message
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.core.mail import EmailMultiAlternatives

from bookings.limits.models import LimitWindow
from bookings.notifications.delivery import deliver
from bookings.notifications.messages import MESSAGES
from bookings.notifications.models import OutboxMessage
from tests.factories import NOW
from tests.hostile import EVERYTHING, IN_A_MAIL_ADDRESS, tamed
from tests.languages.test_mails import FLAGS, LABELS, MONEY, NAMES, SECRETS, TIMES, VARIANTS
from tests.markup import HARMLESS_SCHEMES, differences, markup

pytestmark = pytest.mark.django_db

HOSTILE = (
    EVERYTHING,
    f"Ana\r\nBcc: eve@example.org\r\nContent-Type: text/html\r\n\r\n{EVERYTHING}",
    f"{{% load log %}}{{{{ request }}}}\u202e\u2066\x0bhttps://evil.example/a?b=c {EVERYTHING}"[:190],
    "x" * 5000 + EVERYTHING,
)
SHORT = tuple(text[-60:] for text in HOSTILE)
"""For what is cut short: the end counts, too."""
WORDS = [*HOSTILE, *SHORT]
TEXTS = sorted(
    {*NAMES, "reason", "note", "words", "platform", "seller_address", "status_label", "meeting_platform"}
    - {"acknowledgement_id"}
)
"""What a mail is told that somebody wrote, or that could come from elsewhere."""


@pytest.fixture(autouse=True)
def _clock() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


def sent(name: str, words: str, **changes: Any) -> EmailMultiAlternatives:
    """The mail with these words wherever a mail has words."""
    said = dict.fromkeys(TEXTS, words)
    secrets = {**SECRETS, **{secret: SECRETS.get(secret, words) for secret in MESSAGES[name].secrets}}
    message = OutboxMessage.objects.create(
        key=f"k{OutboxMessage.objects.count()}",
        template=name,
        context={**NAMES, **MONEY, **TIMES, **LABELS, **FLAGS, **said, **changes},
        secrets={**secrets, **({"reason": words} if "reason" in secrets else {})},
        recipient=f"{IN_A_MAIL_ADDRESS}@example.org",
        timezone="Europe/Warsaw",
        message_id="<1@example.org>",
        next_attempt_at=NOW,
    )
    LimitWindow.objects.all().delete()  # of codes a mailbox gets one a minute
    assert deliver(message.pk, now=NOW), OutboxMessage.objects.get(pk=message.pk).last_error
    return mail.outbox.pop()


def read(one: EmailMultiAlternatives) -> Message:
    """A mail as it comes out of the wire."""
    return message_from_bytes(one.message().as_bytes(), policy=policy.default)


def parts(whole: Message) -> dict[str, str]:
    """The parts of a mail, by their kinds."""
    return {
        part.get_content_type(): str(part.get_content()) for part in whole.walk() if not part.is_multipart()
    }


def headers(whole: Message) -> list[str]:
    return [name for part in whole.walk() for name in part.keys()]  # noqa: SIM118 - of a part, not of a dict


def addresses(text: str) -> set[str]:
    """The addresses that a program would make links of: what follows a scheme."""
    return set(re.findall(r"(?i)\b[a-z][a-z0-9+.-]*://\S+", text))


def marks(text: str) -> set[str]:
    """Characters that turn the text around, or that no text has."""
    return {
        letter
        for letter in set(text)
        if letter in "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
        or (unicodedata.category(letter) == "Cc" and letter not in "\n\t\r")
    }


def properties(calendar: str) -> list[str]:
    """The names of a calendar file's lines, in order."""
    unfolded = re.sub(r"\r?\n[ \t]", "", calendar)
    return [re.split("[:;]", line)[0] for line in unfolded.splitlines()]


@pytest.mark.parametrize("name", MESSAGES)
def test_mail__is_made_alike_whatever_it_tells(name: str) -> None:
    compare(name, EVERYTHING)


@pytest.mark.prove
@pytest.mark.busy
@pytest.mark.only_on("postgresql")
@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("name", MESSAGES)
def test_mail__is_made_alike_whatever_it_tells_in_each_of_its_shapes(name: str, variant: str) -> None:
    for words in WORDS if variant == "all" else [EVERYTHING]:
        compare(name, words, **VARIANTS[variant])


def compare(name: str, words: str, **changes: Any) -> None:
    """Hold a mail against the same with harmless words."""
    one, other = sent(name, words, **changes), sent(name, tamed(words), **changes)
    whole, tame = read(one), read(other)
    found, harmless = parts(whole), parts(tame)
    made = markup(found["text/html"])

    assert differences(made, markup(harmless["text/html"])) == []
    assert made.schemes <= HARMLESS_SCHEMES
    assert addresses(found["text/plain"]) == addresses(harmless["text/plain"])
    assert marks("".join(found.values())) == set()
    assert "\n" not in one.subject
    assert headers(whole) == headers(tame)
    assert one.recipients() == other.recipients()
    assert set(found) == set(harmless)
    assert properties(found.get("text/calendar", "")) == properties(harmless.get("text/calendar", ""))


def test_words__would_be_seen_where_they_are_taken_for_markup() -> None:
    name = "confirmed"

    found = parts(read(sent(name, EVERYTHING)))["text/html"]

    assert "&lt;script&gt;" in found
    assert differences(markup(found.replace("&lt;", "<")), markup(found))
