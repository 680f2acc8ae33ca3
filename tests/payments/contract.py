"""What every provider must do. A provider's test is a subclass that says how to reach its server or double."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from itertools import count

import pytest
from django.utils.datastructures import CaseInsensitiveMapping

from bookings.common import clock
from bookings.common.money import Money
from bookings.payments.models import Payment
from bookings.payments.providers.base import (
    Attempt,
    EventRefused,
    PaymentState,
    Provider,
    ProviderRefused,
    RefundState,
    SignatureInvalid,
)

_numbers = count(1)
ASKED = Money(Decimal("60.00"), "EUR")
EMAIL = "carla@example.org"


@pytest.mark.django_db
class ProviderContract:
    """Inherit, and fill in the methods below. Tests ask for `opened()` to have an open checkout.

    One that is reached over HTTP inherits `contract_http.HttpProviderContract`, which wants more.
    """

    asked = ASKED
    elsewhere = "USD"
    """Another currency that the provider takes."""
    fee: Money | None = None
    """What the provider keeps of `asked`, as it tells; None for one that does not tell."""
    odd_amounts = [Money(Decimal(500), "JPY"), Money(Decimal("1.234"), "KWD")]
    """Currencies of the provider whose minor unit is no hundredth."""

    def setup_method(self) -> None:
        self.begun = clock.now()
        self.checkouts: dict[str, str] = {}

    def make(self) -> Provider:
        """Give the provider under test."""
        raise NotImplementedError

    def pay(self, reference: str) -> None:
        """Let the client pay."""
        raise NotImplementedError

    def fail(self, reference: str) -> None:
        """Let the client's payment fail for good."""
        raise NotImplementedError

    def pay_otherwise(self, reference: str, amount: Money) -> None:
        """Let another amount come in than was asked for, in whatever currency."""
        raise NotImplementedError

    def finish_refunds(self) -> None:
        """Let every refund that was accepted come to its good end; nothing to do where it is done at once."""

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
            email=EMAIL,
            description="Talk",
            return_url="https://www.example.org/done",
            created_at=self.begun,
            expires_at=self.begun + timedelta(minutes=30),
        )
        self.checkouts[reference] = self.checkout.provider_id
        return reference

    def known(self, reference: str) -> Attempt:
        """What we know of it after its checkout was opened."""
        return Attempt(reference, self.checkouts.get(reference, ""))

    def heard(self, reference: str) -> Attempt:
        """What we know of it after we heard that it was paid."""
        told = self.make().ask(self.known(reference))
        return replace(self.known(reference), payment_id=told.provider_payment_id)

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
        assert self.make().ask(self.known("SW-never.made")).state is PaymentState.UNKNOWN

    def test_ask__about_an_open_one(self):
        reference = self.opened()

        told = self.make().ask(self.known(reference))

        assert (told.state, told.reference, told.amount) == (PaymentState.OPEN, reference, None)

    def test_ask__about_a_paid_one(self):
        reference = self.paid()

        told = self.make().ask(self.known(reference))

        assert (told.state, told.reference, told.amount) == (PaymentState.PAID, reference, self.asked)
        assert told.live == self.make().live
        assert told.provider_payment_id
        assert told.paid_at is not None
        assert told.paid_at.tzinfo is not None

    def test_ask__tells_with_what_it_was_paid_and_what_it_cost(self):
        told = self.make().ask(self.known(self.paid()))

        assert (told.method, told.fee) == (Payment.Method.CARD, self.fee)

    def test_ask__tells_what_came_in_not_what_was_asked(self):
        least = Money.from_minor(1, self.asked.currency)
        for amount in (least, Money(self.asked.amount, self.elsewhere)):
            reference = self.opened()
            self.pay_otherwise(reference, amount)

            told = self.make().ask(self.known(reference))

            assert (told.state, told.reference, told.amount) == (PaymentState.PAID, reference, amount)

    def test_ask__about_one_that_was_given_back_says_that_it_was_paid(self):
        reference = self.paid()
        attempt = self.heard(reference)
        self.make().refund(attempt=attempt, amount=self.asked, key=f"{reference}/all")
        self.finish_refunds()

        told = self.make().ask(attempt)

        assert (told.state, told.amount, told.returned) == (PaymentState.PAID, self.asked, True)

    def test_ask__about_one_of_which_a_part_was_given_back_is_paid(self):
        reference = self.paid()
        half = Money(self.asked.amount / 2, self.asked.currency)
        self.make().refund(attempt=self.known(reference), amount=half, key=f"{reference}/half")
        self.finish_refunds()

        told = self.make().ask(self.known(reference))

        assert (told.state, told.amount, told.returned) == (PaymentState.PAID, self.asked, False)

    def test_ask__about_a_failed_one(self):
        reference = self.opened()
        self.fail(reference)

        told = self.make().ask(self.known(reference))

        assert told.state is PaymentState.FAILED
        assert told.failure_code

    def test_ask__counts_in_the_currency_s_own_minor_unit(self):
        for amount in self.odd_amounts:
            assert self.make().ask(self.known(self.paid(amount))).amount == amount

    # Closing

    def test_close__cannot_be_paid_any_more(self):
        reference = self.opened()

        told = self.make().close(self.known(reference))
        self.pay(reference)

        assert told.state is PaymentState.FAILED
        assert self.make().ask(self.known(reference)).state is PaymentState.FAILED

    def test_close__of_a_paid_one_leaves_it_paid(self):
        reference = self.paid()

        assert self.make().close(self.known(reference)).state is PaymentState.PAID
        assert self.make().close(self.known(reference)).amount == self.asked

    def test_close__of_an_unknown_one(self):
        assert self.make().close(self.known("SW-never.made")).state is PaymentState.UNKNOWN

    # Refunds

    def test_refund__is_accepted_and_can_be_asked_about(self):
        reference = self.paid()

        told = self.make().refund(attempt=self.known(reference), amount=self.asked, key=f"{reference}/all")
        later = self.make().ask_refund(
            attempt=self.known(reference), provider_refund_id=told.provider_refund_id
        )

        assert told.state in {RefundState.PENDING, RefundState.SUCCEEDED}
        assert later.state in {RefundState.PENDING, RefundState.SUCCEEDED}
        assert later.provider_refund_id == told.provider_refund_id

    def test_refund__twice_under_one_key_is_one(self):
        reference = self.paid()
        half = Money(self.asked.amount / 2, self.asked.currency)

        first = self.make().refund(attempt=self.known(reference), amount=half, key=f"{reference}/a")
        again = self.make().refund(attempt=self.known(reference), amount=half, key=f"{reference}/a")
        other = self.make().refund(attempt=self.known(reference), amount=half, key=f"{reference}/b")

        assert again.provider_refund_id == first.provider_refund_id
        assert other.provider_refund_id != first.provider_refund_id

    def test_refund__that_is_done_says_so(self):
        reference = self.paid()
        told = self.make().refund(attempt=self.known(reference), amount=self.asked, key=f"{reference}/all")
        self.finish_refunds()

        later = self.make().ask_refund(
            attempt=self.heard(reference), provider_refund_id=told.provider_refund_id
        )
        again = self.make().refund(attempt=self.heard(reference), amount=self.asked, key=f"{reference}/all")

        assert later == again
        assert (later.state, later.amount) == (RefundState.SUCCEEDED, self.asked)
        assert later.provider_refund_id == told.provider_refund_id

    def test_refund__of_another_amount_under_the_key_is_refused(self):
        reference = self.paid()
        half = Money(self.asked.amount / 2, self.asked.currency)
        third = Money(self.asked.amount / 3, self.asked.currency)
        self.make().refund(attempt=self.known(reference), amount=half, key=f"{reference}/a")

        with pytest.raises(ProviderRefused):
            self.make().refund(attempt=self.known(reference), amount=third, key=f"{reference}/a")
        assert [each.amount for each in self.make().refunds_of(self.known(reference))] == [half]

    def test_refund__in_another_currency_is_refused(self):
        reference = self.paid()
        other = Money(self.asked.amount, self.elsewhere)

        with pytest.raises(ProviderRefused):
            self.make().refund(attempt=self.known(reference), amount=other, key=f"{reference}/other")

    def test_refund__of_an_unknown_one_is_refused(self):
        with pytest.raises(ProviderRefused):
            self.make().refund(
                attempt=self.known("SW-never.made"), amount=self.asked, key="SW-never.made/all"
            )

    def test_refund__of_more_than_is_left_is_refused(self):
        reference = self.paid()
        self.make().refund(attempt=self.known(reference), amount=self.asked, key=f"{reference}/all")
        least = Money.from_minor(1, self.asked.currency)

        with pytest.raises(ProviderRefused):
            self.make().refund(attempt=self.known(reference), amount=least, key=f"{reference}/more")

    def test_refund__of_more_than_was_paid_is_refused(self):
        reference = self.paid()
        more = Money.from_minor(self.asked.minor + 1, self.asked.currency)

        with pytest.raises(ProviderRefused):
            self.make().refund(attempt=self.known(reference), amount=more, key=f"{reference}/more")

    def test_refund__of_what_was_not_paid_is_refused(self):
        reference = self.opened()

        with pytest.raises(ProviderRefused):
            self.make().refund(attempt=self.known(reference), amount=self.asked, key=f"{reference}/all")

    def test_ask_refund__that_never_was_is_refused(self):
        reference = self.paid()

        with pytest.raises(ProviderRefused):
            self.make().ask_refund(attempt=self.known(reference), provider_refund_id="never_made")

    def test_refunds_of__gives_each_with_its_amount_and_key(self):
        reference = self.paid()
        half = Money(self.asked.amount / 2, self.asked.currency)
        for key in ("a", "b"):
            self.make().refund(attempt=self.known(reference), amount=half, key=f"{reference}/{key}")

        told = self.make().refunds_of(self.known(reference))

        assert {(each.amount, each.key) for each in told} == {
            (half, f"{reference}/a"),
            (half, f"{reference}/b"),
        }
        assert len({each.provider_refund_id for each in told}) == 2

    def test_refunds_of__what_was_not_refunded_is_empty(self):
        assert self.make().refunds_of(self.known(self.paid())) == []

    def test_refunds_of__what_was_never_paid_is_empty(self):
        assert self.make().refunds_of(self.known(self.opened())) == []
        assert self.make().refunds_of(self.known("SW-never.made")) == []

    # Currencies

    def test_accepts__what_it_opened_a_checkout_in(self):
        for currency in {
            self.asked.currency,
            self.elsewhere,
            *(amount.currency for amount in self.odd_amounts),
        }:
            assert self.make().accepts(currency)

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
