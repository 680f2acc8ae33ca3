"""The table of messages, entry by entry: the real move queues each once, and it reads well in text and HTML."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.template import engines
from django.urls import reverse

from bookings.booking import services
from bookings.booking.messages import TABLE, Recipient
from bookings.booking.models import Booking
from bookings.booking.states import Move
from bookings.catalogue.models import Service
from bookings.consultants.models import Consultant
from bookings.notifications import delivery
from bookings.notifications.messages import MESSAGES
from bookings.notifications.models import OutboxMessage
from bookings.notifications.rendering import Rendered, render
from bookings.payments import sandbox
from bookings.payments.models import SandboxCheckout
from bookings.tasks import SWEEPS
from tests import factories
from tests.factories import NOW, TEN
from tests.invariants import check_invariants

CLIENT, PRACTICE = "ana@example.org", "desk@example.org"
NAME = "Ana <script>alert(1)</script> {{ code }} %(x)s"
WAYS_OUT = {"list-unsubscribe", "list-unsubscribe-post"}
UNFILLED = "⟦unfilled %s⟧"

Act = Callable[[Consultant, Service], Booking]


def told() -> dict[str, Any]:
    return {"email": CLIENT, "full_name": NAME}


def at_the_bank(host: Consultant, offered: Service, status: str) -> Booking:
    payment = factories.paying(host, offered, **told())
    sandbox.settle_checkout(reference=payment.reference, status=SandboxCheckout.Status(status), now=NOW)
    return services.settle(payment_id=payment.pk, now=NOW).booking


def confirmed(host: Consultant, offered: Service) -> Booking:
    return at_the_bank(host, offered, "SUCCESS")


def by_staff(verb: Callable[..., Booking], reach: Act, **given: Any) -> Act:
    def act(host: Consultant, offered: Service) -> Booking:
        booking = reach(host, offered)
        staff = factories.staff_of(offered.business)
        return verb(booking_id=booking.pk, viewer=staff, **{"now": NOW, **given})

    return act


def reassigned(host: Consultant, offered: Service) -> Booking:
    booking = confirmed(host, offered)
    other = factories.consultant(offered, user=factories.user("other@example.org"))
    staff = factories.staff_of(offered.business)
    return services.reassign(booking_id=booking.pk, viewer=staff, consultant_id=other.pk, now=NOW)


def expired(host: Consultant, offered: Service) -> Booking:
    booking = factories.pending(host, offered, **told())
    services.expire_due(now=TEN)
    return booking


ACTS: dict[Move, Act] = {
    Move.DRAFT: lambda host, offered: factories.draft(host, offered, **told()),
    Move.VERIFY: lambda host, offered: factories.pending(host, offered, **told()),
    Move.APPROVE: lambda host, offered: factories.approved(host, offered, **told()),
    Move.REJECT: by_staff(
        services.reject,
        lambda host, offered: factories.pending(host, offered, **told()),
        reason="Away <b>that</b> day.",
        alternatives=[TEN + timedelta(days=1)],
    ),
    Move.FAIL_PAYMENT: lambda host, offered: at_the_bank(host, offered, "FAILED"),
    Move.CONFIRM_PAYMENT: confirmed,
    Move.CONFIRM_UNPAID: by_staff(
        services.confirm_unpaid, lambda host, offered: factories.approved(host, offered, **told())
    ),
    Move.COMPLETE: by_staff(services.complete, confirmed, now=TEN),
    Move.CANCEL: by_staff(services.cancel_as, confirmed, reason="Ill <b>today</b>."),
    Move.RESCHEDULE: by_staff(services.reschedule, confirmed, starts_at=TEN + timedelta(hours=3)),
    Move.REASSIGN: reassigned,
    Move.EXPIRE: expired,
}
ENTRIES = [
    pytest.param(move, recipient, template, id=f"{move}-{recipient.value}")
    for move, told_by in TABLE.items()
    for recipient, template in told_by.items()
]


@pytest.fixture
def host(offered: Service) -> Consultant:
    """The consultant has an account, and the practice an address of its own."""
    offered.business.email = PRACTICE
    offered.business.save(update_fields=["email"])
    return factories.consultant(offered, user=factories.user("host@example.org"))


@pytest.fixture
def strict_templates() -> Iterator[None]:
    """Let a placeholder that nobody fills show."""
    engine: Any = engines["django"]
    before, engine.engine.string_if_invalid = engine.engine.string_if_invalid, UNFILLED
    yield
    engine.engine.string_if_invalid = before


def queued(booking: Booking, move: Move) -> list[OutboxMessage]:
    event = booking.events.filter(move=move).latest("sequence")
    return list(OutboxMessage.objects.filter(key__startswith=f"event:{event.pk}:").order_by("pk"))


def test_table__every_move_that_tells_somebody_is_made_here():
    assert set(ACTS) == set(TABLE)


@pytest.mark.usefixtures("strict_templates")
@pytest.mark.parametrize(("move", "recipient", "template"), ENTRIES)
def test_announce__real_move_queues_each_entry_once_and_it_reads_well(
    move, recipient, template, host, offered
):
    booking = ACTS[move](host, offered)

    rows = queued(booking, move)
    own = [row for row in rows if row.key.endswith(f":{recipient.value}:{template}")]
    address = {
        Recipient.CLIENT: CLIENT,
        Recipient.CONSULTANT: booking.consultant.user.email,
        Recipient.STAFF: PRACTICE,
    }[recipient]
    assert [(row.template, row.recipient, row.booking_id) for row in own] == [(template, address, booking.pk)]
    assert len(rows) == len(TABLE[move])
    if recipient is not Recipient.CLIENT:
        assert own[0].secrets == {}  # codes, links and reasons are the client's alone
    assert_reads_well(own[0], booking)


@pytest.mark.parametrize("move", ACTS)
def test_sweeps__send_each_once_and_no_mail_offers_a_way_out_that_leads_nowhere(
    move, host, offered, mailoutbox, settings
):
    settings.PUBLIC_URL = "http://127.0.0.1:1"  # nobody takes the sandbox's webhooks
    booking = ACTS[move](host, offered)
    rows = OutboxMessage.objects.filter(booking=booking, channel=OutboxMessage.Channel.EMAIL)
    queued_ids = sorted(rows.values_list("message_id", flat=True))

    for _ in range(2):
        for sweep in SWEEPS.values():
            sweep(booking.events.latest("sequence").at + timedelta(seconds=1))

    sent = [mail.message() for mail in mailoutbox]
    assert sorted(mail["Message-ID"] for mail in sent) == queued_ids
    for mail in sent:
        assert mail["Auto-Submitted"] == "auto-generated"
        ways_out = {name.lower() for name in mail.keys() if name.lower().startswith("list-")}  # noqa: SIM118
        entry = MESSAGES[rows.get(message_id=mail["Message-ID"]).template]
        assert ways_out == (WAYS_OUT if entry.refusable else set())
    check_invariants()


def assert_reads_well(row: OutboxMessage, booking: Booking) -> None:
    """Every placeholder is filled, and what people typed is inert."""
    template = row.template
    mail = render(row)

    assert str(MESSAGES[template].heading) in mail.text
    for part in (mail.subject, mail.text, mail.html):
        shown = part.replace("{{ code }} %(x)s", "")  # the client's name, as it was typed
        assert not re.search(r"⟦|\{\{|\{%|%\(|\bNone\b", shown), shown
        assert booking.acknowledgement_id in part
    assert "<script" not in mail.html
    assert "<b>" not in mail.html
    assert "alert(1)" not in mail.subject
    for name in MESSAGES[template].secrets:
        assert_shown(row.secrets[name], name, mail)


def assert_shown(secret: str, name: str, mail: Rendered) -> None:
    """The code and the link stand in both bodies; a reason is written inertly, so its words are looked for."""
    if name == "reason":
        assert secret.split(maxsplit=1)[0] in mail.text
    else:
        assert secret in mail.text
        assert secret in mail.html
        assert secret not in mail.subject


def test_announce__person_without_a_mailbox_is_told_nothing(host, offered):
    request = factories.request_for(host, offered, email="", phone="+48 123", full_name="Walk In")
    staff = factories.staff_of(offered.business)

    booking = services.create(request=request, how=services.Creation(), viewer=staff, now=NOW)

    assert not OutboxMessage.objects.filter(booking=booking, recipient="").exists()
    assert not OutboxMessage.objects.filter(booking=booking, key__contains=":client:").exists()


def test_outbox__mail_that_was_given_up_is_seen_with_its_booking(host, offered, client, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1  # nobody listens there
    booking = factories.pending(host, offered, **told())
    row = next(row for row in queued(booking, Move.VERIFY) if row.recipient == CLIENT)
    member = factories.staff_of(offered.business).user
    member.is_staff = True
    member.save(update_fields=["is_staff"])
    client.force_login(member)
    page = reverse("admin:bookings_booking_change", args=[booking.pk])
    assert "could not be delivered" not in client.get(page).content.decode()

    for attempt in range(delivery.MOST_ATTEMPTS):
        delivery.deliver(row.pk, now=NOW + attempt * 2 * delivery.LONGEST_WAIT)

    row.refresh_from_db()
    assert (row.status, row.booking_id) == (OutboxMessage.Status.FAILED, booking.pk)
    assert "1 message about this booking could not be delivered" in client.get(page).content.decode()
