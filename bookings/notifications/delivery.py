"""Send what the outbox holds: claim, render, send outside any transaction, mark.

A message is claimed by compare-and-set of its attempt counter, which also takes a lease: who dies between
acceptance and the mark leaves a row that comes due again, and goes out again under the same Message-ID.
"""

import logging
import random
import smtplib
from datetime import datetime, timedelta
from typing import Any

import httpx
from anymail.backends.base_requests import AnymailRequestsBackend
from anymail.exceptions import AnymailAPIError
from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection

from bookings.common import clock
from bookings.limits.policies import Limit
from bookings.limits.services import wait_of
from bookings.notifications.forgetting import forget_recipient
from bookings.notifications.invitations import Invitation
from bookings.notifications.messages import MESSAGES, NOTHING
from bookings.notifications.models import OutboxMessage
from bookings.notifications.refusals import wants
from bookings.notifications.rendering import render
from bookings.notifications.tracking import MARK, mark_of

log = logging.getLogger(__name__)

TOO_LATE = "Too late"
"""What `last_error` says of a message that was not sent as it was of no use any more."""
REFUSED = "Refused"
"""The same of one whose recipient wants no more of its kind."""
LEASE = timedelta(seconds=60)
"""Longer than an attempt takes: mail gives up on a silent server after 10 s, a webhook after 20 s."""
MOST_ATTEMPTS = 12
FIRST_WAIT = timedelta(seconds=2)
LONGEST_WAIT = timedelta(hours=1)
UNMARKED = frozenset({"mailersend"})
"""Providers that take no mark of ours on a mail; their reports are known by the provider's own id alone."""
INVITE = "invite.ics"
"""Under which name mail programs know a calendar file."""
TURN = 50
"""How many rows one sweep takes at most."""
TURN_LASTS = timedelta(seconds=20)
"""After how long a sweep stops taking more, so that a slow server does not keep the next turn waiting."""
WEBHOOK_TIMEOUT = httpx.Timeout(15, connect=5)


class RefusedError(Exception):
    """The other side answered, and did not accept. The text is safe to store: a status and no more."""


def deliver(pk: int, now: datetime | None = None) -> bool:
    """Send one message if it is due, or new; give whether this call sent it.

    A failure is recorded and the next attempt scheduled; it is never raised. `now` is the clock at the
    start of the call and goes on from there.
    """
    tick = clock.running_from(now or clock.now())
    message = OutboxMessage.objects.filter(pk=pk, status=OutboxMessage.Status.QUEUED).first()
    if message is None or not claim(message, now=tick()):
        return False
    if _waits(message, now=tick()) or _drops(message, now=tick()):
        return False
    try:
        provider_message_id = _send(message)
    except Exception as error:  # whatever it is, this row must not keep the others from leaving
        _record_failure(message, error, now=tick())
        return False
    # One that was dropped on its way did leave; one that was erased stays given up.
    OutboxMessage.objects.filter(
        pk=pk, status__in=[OutboxMessage.Status.QUEUED, OutboxMessage.Status.DROPPED]
    ).update(
        status=OutboxMessage.Status.SENT,
        sent_at=tick(),
        secrets={},
        last_error="",
        provider=settings.MAIL if provider_message_id else "",
        provider_message_id=provider_message_id[:300],
    )
    _forget_if_meant_to(message)
    return True


def deliver_due(now: datetime) -> int:
    """Send what is due, the longest waiting first, at most `TURN` of them; give how many were sent."""
    tick = clock.running_from(now)
    due = OutboxMessage.objects.filter(status=OutboxMessage.Status.QUEUED, next_attempt_at__lte=now)
    sent = 0
    for pk in list(due.order_by("next_attempt_at", "pk").values_list("pk", flat=True)[:TURN]):
        if tick() > now + TURN_LASTS:
            break
        sent += deliver(pk, now=tick())
    return sent


def claim(message: OutboxMessage, *, now: datetime) -> bool:
    """Take the lease on a message as it was read; False where it is not due or somebody was faster.

    A message that nobody tried yet needs not be due: the nudge right after the commit may send it.
    """
    if message.attempts and message.next_attempt_at > now:
        return False
    claimed = OutboxMessage.objects.filter(
        pk=message.pk, attempts=message.attempts, status=OutboxMessage.Status.QUEUED
    ).update(attempts=message.attempts + 1, next_attempt_at=now + LEASE)
    if claimed:
        message.attempts += 1
    return bool(claimed)


def _waits(message: OutboxMessage, *, now: datetime) -> bool:
    """Put a claimed mail back where its mailbox got too many of its kind lately; counted at the first attempt alone.

    Anybody can cause such mails by naming an address. Whoever asked for this one was told the same as always.
    """
    entry = MESSAGES.get(message.template)
    if entry is None or not entry.proves or message.attempts > 1:
        return False
    by = {"address": message.recipient, "subject": message.template}
    wait = wait_of(Limit.CHALLENGE, by, now=now)
    if wait:
        OutboxMessage.objects.filter(pk=message.pk, attempts=1, status=OutboxMessage.Status.QUEUED).update(
            attempts=0, next_attempt_at=now + timedelta(seconds=wait)
        )
    return wait > 0


def _drops(message: OutboxMessage, *, now: datetime) -> bool:
    """End a claimed mail that is of no use any more, or whose recipient refused its kind since it was queued."""
    entry = MESSAGES.get(message.template)
    refusable = entry.refusable if entry is not None else None
    if message.expires_at is not None and now >= message.expires_at:
        why = TOO_LATE
    elif refusable is not None and not wants(message.recipient, refusable):
        why = REFUSED
    else:
        return False
    OutboxMessage.objects.filter(pk=message.pk, status=OutboxMessage.Status.QUEUED).update(
        status=OutboxMessage.Status.DROPPED, last_error=why, secrets={}
    )
    return True


def wait_after(attempts: int) -> timedelta:
    """Give the wait after so many attempts: 2 s, 8 s, 32 s … 1 h, less up to a fifth, at random.

    Twelve attempts outlast about five hours of a server that is down.
    """
    wait = min(FIRST_WAIT * 4 ** (attempts - 1), LONGEST_WAIT)
    return wait * random.uniform(0.8, 1)  # noqa: S311 - spreads load, guards nothing


def _send(message: OutboxMessage) -> str:
    """Send over the message's channel, but nowhere what is for nobody; give the provider's id for it, if any."""
    if message.template == NOTHING:
        return ""
    if message.channel == OutboxMessage.Channel.WEBHOOK:
        _post(message)
        return ""
    return _mail(message)


def _mail(message: OutboxMessage) -> str:
    rendered = render(message)
    mail = EmailMultiAlternatives(
        subject=rendered.subject,
        body=rendered.text,
        to=[message.recipient] if message.recipient else [],
        headers={
            "Message-ID": message.message_id,
            "Auto-Submitted": "auto-generated",
            **_way_out(rendered.stop_link),
        },
        connection=get_connection(),
    )
    mail.attach_alternative(rendered.html, "text/html")
    if isinstance(mail.connection, AnymailRequestsBackend) and settings.MAIL not in UNMARKED:
        mail.metadata = {MARK: mark_of(message)}  # type: ignore[attr-defined]  # Anymail reads it
    if rendered.invitation is not None:
        _bring(mail, rendered.invitation)
    if mail.send() != 1:
        raise RefusedError("not taken by the mail backend")
    return str(getattr(getattr(mail, "anymail_status", None), "message_id", None) or "")


def _bring(mail: EmailMultiAlternatives, invitation: Invitation) -> None:
    """Add the calendar file: as an alternative, which mail programs act on, and as a file to open.

    Providers that are called by HTTP take a text and an HTML and no third: with them it is a file that says what to do
    with it.
    """
    kind = f"text/calendar; method={invitation.method.value}"
    text = invitation.content.decode()
    if isinstance(mail.connection, AnymailRequestsBackend):
        mail.attach(INVITE, text, f"{kind}; charset=utf-8")
        return
    mail.attach_alternative(text, kind)
    mail.attach(INVITE, invitation.content, "application/ics")


def _way_out(link: str) -> dict[str, str]:
    """Give the headers by which a mail program stops this kind of mail with one press (RFC 2369, RFC 8058)."""
    if not link:
        return {}
    return {"List-Unsubscribe": f"<{link}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}


def _post(message: OutboxMessage) -> None:
    """POST the exact bytes. The answer's body, of whatever size, is not read: only its status counts."""
    headers: dict[str, Any] = {
        "content-type": "application/json",
        **{name.lower(): value for name, value in message.context.get("headers", {}).items()},
        **{name.lower(): value for name, value in message.secrets.get("headers", {}).items()},
    }
    body: str = message.secrets.get("body", message.context.get("body", ""))
    with (
        httpx.Client(timeout=WEBHOOK_TIMEOUT, follow_redirects=False, trust_env=False) as client,
        client.stream("POST", message.recipient, content=body.encode(), headers=headers) as answer,
    ):
        if not answer.is_success:
            raise RefusedError(f"HTTP {answer.status_code}")


def _record_failure(message: OutboxMessage, error: Exception, *, now: datetime) -> None:
    """Schedule the next attempt, or give up. Only for our own claim: a later one owns the row by then."""
    given_up = message.attempts >= MOST_ATTEMPTS
    reason = _safe_text(error)
    OutboxMessage.objects.filter(
        pk=message.pk, attempts=message.attempts, status=OutboxMessage.Status.QUEUED
    ).update(
        status=OutboxMessage.Status.FAILED if given_up else OutboxMessage.Status.QUEUED,
        next_attempt_at=now + wait_after(message.attempts),
        last_error=reason,
    )
    if given_up:
        _forget_if_meant_to(message)
    level = logging.ERROR if given_up else logging.WARNING
    log.log(
        level,
        "message %s (%s): attempt %s failed, %s%s",
        message.pk,
        message.template,
        message.attempts,
        reason,
        "; given up" if given_up else "",
        exc_info=error if _is_ours(error) else None,
    )


def _forget_if_meant_to(message: OutboxMessage) -> None:
    """Empty the row of a message that must leave no trace of its recipient; on its own, as so few do."""
    entry = MESSAGES.get(message.template)
    if entry is not None and entry.forgets:
        forget_recipient(OutboxMessage.objects.filter(pk=message.pk))


def _is_ours(error: Exception) -> bool:
    """Say whether the fault is in this program, whose traceback helps, rather than at the other end."""
    return not isinstance(error, OSError | httpx.HTTPError | AnymailAPIError | RefusedError)


def _safe_text(error: Exception) -> str:
    """Give the kind of failure and a status; servers repeat addresses and content in their sentences."""
    name = type(error).__name__
    if isinstance(error, RefusedError):
        return str(error)
    if isinstance(error, smtplib.SMTPResponseException):
        return f"{name} {error.smtp_code}"
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return f"{name} {', '.join(sorted({str(code) for code, _ in error.recipients.values()}))}"
    status = getattr(error, "status_code", None)
    return f"{name} {status}" if isinstance(status, int) else name
