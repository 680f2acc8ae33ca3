"""What every provider must do that is reached over HTTP, whatever becomes of its answers."""

import traceback
from collections.abc import Callable, Iterator
from typing import Any, ClassVar

import pytest

from bookings.common.money import Money
from bookings.payments.providers.base import PaymentState, ProviderUnavailable, RefundState
from tests.payments.contract import EMAIL, ProviderContract
from tests.payments.doubles.server import ACTING_FAULTS, FAULTS, IDLE_FAULTS, Double

HANGS = ("timeout_before", "timeout_after", "trickle")
UNANSWERED = sorted({*ACTING_FAULTS, *IDLE_FAULTS})
OFTEN = 99


class HttpProviderContract(ProviderContract):
    """Inherit instead of ProviderContract. Beside its methods it wants a double, and the names of its paths."""

    double: Double
    checkout_path: ClassVar[str]
    """Where a checkout is opened (POST), as the double sees it; and where a refund is asked for (POST)."""
    refund_path: ClassVar[str]
    never_told: ClassVar[list[str]]
    """What no error may repeat: our key, above all. The client's address is looked for as well."""

    def new_double(self) -> Double:
        """Give the double of the provider's server, not yet started."""
        raise NotImplementedError

    def fail_refunds(self) -> None:
        """Let every refund that is under way fail."""
        raise NotImplementedError

    def hold_up_refunds(self) -> None:
        """Let every refund that is under way wait for a person at the provider."""
        raise NotImplementedError

    @pytest.fixture(autouse=True)
    def _running(self, settings: Any) -> Iterator[None]:
        self.settings = settings
        self.wait_at_most(5.0)
        with self.new_double() as self.double:
            self.begin()
            yield

    def begin(self) -> None:
        """Point the settings at the double."""
        raise NotImplementedError

    def wait_at_most(self, seconds: float) -> None:
        """Set how long the provider's module waits: to be connected, and for an answer."""
        self.settings.PAYMENT_TIMEOUTS = (seconds, seconds)

    # Faults

    def failing(self, fault: str, act: Callable[[], object], *, path: str = "", method: str = "") -> None:
        """Make a call in a time of one fault, and see that it is told as no answer, and nothing else with it."""
        if fault in HANGS:
            self.wait_at_most(0.5)
        self.double.fail_next(fault, path=path, method=method, times=OFTEN)
        with pytest.raises(ProviderUnavailable) as caught:
            act()
        self.double.faults.clear()
        self.wait_at_most(5.0)
        said = "".join(traceback.format_exception(caught.value))
        for secret in (*self.never_told, EMAIL):
            assert secret not in said

    @pytest.mark.parametrize("fault", UNANSWERED)
    def test_ask__unheard_is_no_answer_and_changes_nothing(self, fault):
        reference = self.paid()

        self.failing(fault, lambda: self.make().ask(self.known(reference)))

        assert self.make().ask(self.known(reference)).state is PaymentState.PAID

    @pytest.mark.parametrize("fault", UNANSWERED)
    def test_refund__unheard_is_asked_for_again_and_paid_once(self, fault):
        reference = self.paid()
        attempt, key = self.heard(reference), f"{reference}/half"
        half = Money(self.asked.amount / 2, self.asked.currency)

        self.failing(
            fault,
            lambda: self.make().refund(attempt=attempt, amount=half, key=key),
            path=self.refund_path,
            method="POST",
        )
        told = self.make().refund(attempt=attempt, amount=half, key=key)

        assert told.amount == half
        assert self.double.ledger()[reference].refunded == half.minor
        assert [each.key for each in self.make().refunds_of(attempt)] == [key]

    @pytest.mark.parametrize("fault", UNANSWERED)
    def test_create_checkout__unheard_is_no_answer(self, fault):
        reference = "SW-unheard." + fault.replace("_", "-")

        self.failing(fault, lambda: self.opened(reference=reference), path=self.checkout_path, method="POST")

        assert self.make().ask(self.known(reference)).state in {PaymentState.OPEN, PaymentState.UNKNOWN}

    @pytest.mark.parametrize("fault", ["timeout_before", "500_before", "malformed", "redirect"])
    def test_other_calls__unheard_are_no_answers(self, fault):
        reference = self.paid()
        attempt = self.heard(reference)
        half = Money(self.asked.amount / 2, self.asked.currency)
        refund = self.make().refund(attempt=attempt, amount=half, key=f"{reference}/half")
        still_open = self.opened()
        calls = [
            lambda: self.make().close(self.known(still_open)),
            lambda: self.make().refunds_of(attempt),
            lambda: self.make().ask_refund(attempt=attempt, provider_refund_id=refund.provider_refund_id),
        ]

        for call in calls:
            self.failing(fault, call)

        assert self.make().refunds_of(attempt)[0].amount == half

    def test_ask__gets_over_a_short_fault(self):
        reference = self.paid()
        self.double.fail_next("503_before")

        assert self.make().ask(self.known(reference)).state is PaymentState.PAID

    def test_faults__are_all_of_the_double_s(self):
        assert set(UNANSWERED) | {"hold", "then"} == set(FAULTS)

    # Refunds to their end

    def test_ask_refund__that_failed(self):
        reference = self.paid()
        told = self.make().refund(attempt=self.known(reference), amount=self.asked, key=f"{reference}/all")
        self.fail_refunds()

        later = self.make().ask_refund(
            attempt=self.known(reference), provider_refund_id=told.provider_refund_id
        )

        assert later.state is RefundState.FAILED
        assert later.failure_code
        assert self.double.ledger()[reference].refunded == 0

    def test_ask_refund__that_waits_for_a_person(self):
        reference = self.paid()
        told = self.make().refund(attempt=self.known(reference), amount=self.asked, key=f"{reference}/all")
        self.hold_up_refunds()

        later = self.make().ask_refund(
            attempt=self.known(reference), provider_refund_id=told.provider_refund_id
        )

        assert later.state is RefundState.STUCK
