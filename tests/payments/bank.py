"""A provider that answers refunds as a test tells it to: the far side that one cannot order about otherwise."""

from bookings.common import clock
from bookings.payments.providers import base
from bookings.payments.providers.base import ProviderRefund, RefundState

PENDING = ProviderRefund(RefundState.PENDING, "re_1")
DONE = ProviderRefund(RefundState.SUCCEEDED, "re_1")
STUCK = ProviderRefund(RefundState.STUCK, "re_1", "needs_attention")
FAILED = ProviderRefund(RefundState.FAILED, "re_1", "account_closed")


class Bank(base.Provider):
    """Gives the answers in turn, the last one for ever; one that is an exception is raised. Keeps what it was asked."""

    name = "bank"
    live = True
    answers: list[object] = []
    asked: list[tuple[str, object]] = []

    @classmethod
    def from_settings(cls):
        return cls()

    def refund(self, *, attempt, amount, key):
        return self._answer("refund", (attempt.reference, amount, key))

    def ask_refund(self, *, attempt, provider_refund_id):
        return self._answer("ask_refund", (attempt.reference, provider_refund_id))

    def refunds_of(self, attempt):
        return self._answer("refunds_of", attempt.reference)

    def _answer(self, verb, given):
        self.asked.append((verb, given))
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer

    def create_checkout(self, *, reference, amount, email, description, return_url, created_at, expires_at):
        return base.Checkout("https://bank.example/pay", reference)

    def ask(self, attempt):
        return base.ProviderPayment(attempt.reference, base.PaymentState.OPEN, live=True, paid_at=clock.now())

    def close(self, attempt):
        return self.ask(attempt)

    def read_event(self, raw, headers):
        raise base.SignatureInvalid
