"""What every provider must do. A provider's test is a subclass that says how to reach its server or double."""

from datetime import timedelta
from decimal import Decimal
from itertools import count

import pytest
from django.utils.datastructures import CaseInsensitiveMapping

from bookings.common import clock
from bookings.common.money import Money
from bookings.payments.providers.base import (
    EventRefused,
    PaymentState,
    Provider,
    ProviderRefused,
    RefundState,
    SignatureInvalid,
)

_numbers = count(1)
ASKED = Money(Decimal("60.00"), "EUR")


@pytest.mark.django_db
class ProviderContract:
    """Inherit, and fill in the five methods below. Tests ask for `opened()` to have an open checkout."""

    asked = ASKED
    odd_amounts = [Money(Decimal(500), "JPY"), Money(Decimal("1.234"), "KWD")]
    """Currencies of the provider whose minor unit is no hundredth."""

    def make(self) -> Provider:
        """Give the provider under test."""
        raise NotImplementedError

    def pay(self, reference: str) -> None:
        """Let the client pay."""
        raise NotImplementedError

    def fail(self, reference: str) -> None:
        """Let the client's payment fail for good."""
        raise NotImplementedError

    def event(self, reference: str) -> bytes:
        """Give the bytes of an event about a reference."""
        raise NotImplementedError

    def sign(self, raw: bytes, *, key: str | None = None) -> dict[str, str]:
        """Give the headers that sign those bytes, with another key where one is given."""
        raise NotImplementedError

    def opened(self, amount: Money | None = None, *, reference: str = "") -> str:
        reference = reference or f"SW-contract.{next(_numbers)}"
        self.checkout = self.make().create_checkout(
            reference=reference,
            amount=amount or self.asked,
            email="carla@example.org",
            description="Talk",
            return_url="https://www.example.org/done",
            expires_at=clock.now() + timedelta(minutes=30),
        )
        return reference

    def paid(self, amount: Money | None = None) -> str:
        reference = self.opened(amount)
        self.pay(reference)
        return reference

    # Checkout

    def test_create_checkout__gives_a_web_address(self):
        self.opened()

        assert self.checkout.url.startswith(("http://", "https://"))
        assert self.checkout.provider_id

    def test_create_checkout__again_gives_the_same(self):
        reference = self.opened()
        first = self.checkout

        self.opened(reference=reference)

        assert self.checkout == first

    def test_create_checkout__of_another_amount_under_the_reference_is_refused(self):
        reference = self.opened()

        with pytest.raises(ProviderRefused):
            self.opened(Money(self.asked.amount + 1, self.asked.currency), reference=reference)

    def test_create_checkout__finer_than_the_currency_is_refused(self):
        with pytest.raises(ProviderRefused):
            self.opened(Money(Decimal("10.001"), self.asked.currency))

    # Asking

    def test_ask__about_an_unknown_reference(self):
        assert self.make().ask("SW-never.made").state is PaymentState.UNKNOWN

    def test_ask__about_an_open_one(self):
        reference = self.opened()

        told = self.make().ask(reference)

        assert (told.state, told.reference, told.amount) == (PaymentState.OPEN, reference, None)

    def test_ask__about_a_paid_one(self):
        reference = self.paid()

        told = self.make().ask(reference)

        assert (told.state, told.reference, told.amount) == (PaymentState.PAID, reference, self.asked)
        assert told.live == self.make().live
        assert told.provider_payment_id
        assert told.paid_at is not None
        assert told.paid_at.tzinfo is not None

    def test_ask__about_a_failed_one(self):
        reference = self.opened()
        self.fail(reference)

        told = self.make().ask(reference)

        assert told.state is PaymentState.FAILED
        assert told.failure_code

    def test_ask__counts_in_the_currency_s_own_minor_unit(self):
        for amount in self.odd_amounts:
            assert self.make().ask(self.paid(amount)).amount == amount

    # Closing

    def test_close__cannot_be_paid_any_more(self):
        reference = self.opened()

        told = self.make().close(reference)
        self.pay(reference)

        assert told.state is PaymentState.FAILED
        assert self.make().ask(reference).state is PaymentState.FAILED

    def test_close__of_a_paid_one_leaves_it_paid(self):
        reference = self.paid()

        assert self.make().close(reference).state is PaymentState.PAID
        assert self.make().close(reference).amount == self.asked

    def test_close__of_an_unknown_one(self):
        assert self.make().close("SW-never.made").state is PaymentState.UNKNOWN

    # Refunds

    def test_refund__is_accepted_and_can_be_asked_about(self):
        reference = self.paid()

        told = self.make().refund(reference=reference, amount=self.asked, key=f"{reference}/all")
        later = self.make().ask_refund(reference=reference, provider_refund_id=told.provider_refund_id)

        assert told.state in {RefundState.PENDING, RefundState.SUCCEEDED}
        assert later.state in {RefundState.PENDING, RefundState.SUCCEEDED}
        assert later.provider_refund_id == told.provider_refund_id

    def test_refund__twice_under_one_key_is_one(self):
        reference = self.paid()
        half = Money(self.asked.amount / 2, self.asked.currency)

        first = self.make().refund(reference=reference, amount=half, key=f"{reference}/a")
        again = self.make().refund(reference=reference, amount=half, key=f"{reference}/a")
        other = self.make().refund(reference=reference, amount=half, key=f"{reference}/b")

        assert again.provider_refund_id == first.provider_refund_id
        assert other.provider_refund_id != first.provider_refund_id

    def test_refund__of_more_than_is_left_is_refused(self):
        reference = self.paid()
        self.make().refund(reference=reference, amount=self.asked, key=f"{reference}/all")
        least = Money.from_minor(1, self.asked.currency)

        with pytest.raises(ProviderRefused):
            self.make().refund(reference=reference, amount=least, key=f"{reference}/more")

    def test_refund__of_more_than_was_paid_is_refused(self):
        reference = self.paid()
        more = Money.from_minor(self.asked.minor + 1, self.asked.currency)

        with pytest.raises(ProviderRefused):
            self.make().refund(reference=reference, amount=more, key=f"{reference}/more")

    def test_refund__of_what_was_not_paid_is_refused(self):
        reference = self.opened()

        with pytest.raises(ProviderRefused):
            self.make().refund(reference=reference, amount=self.asked, key=f"{reference}/all")

    def test_ask_refund__that_never_was_is_refused(self):
        reference = self.paid()

        with pytest.raises(ProviderRefused):
            self.make().ask_refund(reference=reference, provider_refund_id="never_made")

    # Events

    def read(self, raw: bytes, headers: dict[str, str]):
        return self.make().read_event(raw, CaseInsensitiveMapping(headers))

    def test_read_event__signed_names_its_payment(self):
        raw = self.event("SW-abc")

        told = self.read(raw, self.sign(raw))

        assert told.reference == "SW-abc"
        assert told.kind
        assert told.event_id

    def test_read_event__delivered_again_has_the_same_id(self):
        raw = self.event("SW-abc")

        assert self.read(raw, self.sign(raw)) == self.read(raw, self.sign(raw))

    def test_read_event__of_another_payment_has_another_id(self):
        one, other = self.event("SW-abc"), self.event("SW-abd")

        assert self.read(one, self.sign(one)).event_id != self.read(other, self.sign(other)).event_id

    def test_read_event__altered_by_one_byte_is_refused(self):
        raw = self.event("SW-abc")

        for altered in (raw.replace(b"SW-abc", b"SW-abd"), raw + b" ", raw[:-1], b""):
            with pytest.raises(SignatureInvalid):
                self.read(altered, self.sign(raw))

    def test_read_event__without_a_signature_is_refused(self):
        raw = self.event("SW-abc")

        for headers in ({}, dict.fromkeys(self.sign(raw), ""), dict.fromkeys(self.sign(raw), "é")):
            with pytest.raises(SignatureInvalid):
                self.read(raw, headers)

    def test_read_event__signed_with_another_key_is_refused(self):
        raw = self.event("SW-abc")

        with pytest.raises(SignatureInvalid):
            self.read(raw, self.sign(raw, key="somebody-else-s-key"))

    def test_read_event__signed_nonsense_is_refused_as_such(self):
        for raw in (b"", b"no json", b"[]", b"null", b"{}", b"\xff\xfe", b"[" * 100_000):
            with pytest.raises(EventRefused) as refusal:
                self.read(raw, self.sign(raw))
            assert refusal.type is EventRefused
