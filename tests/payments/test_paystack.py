"""Paystack, against a double of its server that is as strict as its documentation."""

import hashlib
import hmac
import json
from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils.datastructures import CaseInsensitiveMapping

from bookings.common import clock
from bookings.common.money import Money
from bookings.payments.models import Payment
from bookings.payments.providers import ProviderNotSetUp, provider
from bookings.payments.providers.base import (
    AlreadyOpened,
    Attempt,
    EventRefused,
    PaymentState,
    Provider,
    ProviderRefused,
    ProviderUnavailable,
    RefundState,
)
from bookings.payments.providers.paystack import UNCERTAIN_FOR, PaystackProvider
from tests.payments.contract_http import HttpProviderContract
from tests.payments.doubles.paystack import KEY, PaystackDouble
from tests.payments.doubles.server import Answer, Refusal

NAIRA = Money(Decimal("60000.00"), "NGN")


class TestPaystackContract(HttpProviderContract):
    """The contract, kept by Paystack, save where it says why not."""

    asked = NAIRA
    elsewhere = "GHS"
    fee = Money(Decimal("1.50"), "NGN")
    odd_amounts = [Money(Decimal("1234.56"), "KES"), Money(Decimal("7.05"), "USD")]
    checkout_path = "/transaction/initialize"
    refund_path = "/refund"
    never_told = [KEY, KEY[8:]]
    double: PaystackDouble

    def new_double(self) -> PaystackDouble:
        return PaystackDouble()

    def begin(self) -> None:
        point_at(self.double, self.settings)

    def make(self) -> Provider:
        return provider("paystack")

    def pay(self, reference: str) -> None:
        self.double.pay(reference)

    def pay_otherwise(self, reference: str, amount: Money) -> None:
        self.double.pay(reference, amount=amount.minor, currency=amount.currency)

    def fail(self, reference: str) -> None:
        self.double.fail(reference)

    def finish_refunds(self) -> None:
        self.move_refunds("processed")

    def fail_refunds(self) -> None:
        self.move_refunds("failed")

    def hold_up_refunds(self) -> None:
        self.move_refunds("needs-attention")

    def move_refunds(self, status: str) -> None:
        for refund in list(self.double.refunds):
            self.double.move_refund(refund.id, status)

    def event(self, reference: str) -> bytes:
        return json.dumps({"event": "charge.success", "data": {"id": 17, "reference": reference}}).encode()

    def sign(self, raw: bytes, *, key: str | None = None) -> dict[str, str]:
        return {"x-paystack-signature": hmac.new((key or KEY).encode(), raw, hashlib.sha512).hexdigest()}

    def test_create_checkout__again_gives_the_same(self):
        # Paystack tells the address of a page once. Of a repeat it says that the reference was used, and nothing
        # else; so the address is lost with the answer that we did not hear, and nobody can pay under the reference.
        # What is the same: there is one transaction, to the amount that was asked for first.
        reference = self.opened()

        with pytest.raises(AlreadyOpened):
            self.opened(reference=reference)

        assert [row.requested for row in self.double.transactions.values()] == [NAIRA.minor]

    def test_create_checkout__of_another_amount_under_the_reference_is_refused(self):
        reference = self.opened()

        with pytest.raises(AlreadyOpened):
            self.opened(Money(NAIRA.amount + 1, "NGN"), reference=reference)

        assert [row.requested for row in self.double.transactions.values()] == [NAIRA.minor]

    def test_close__cannot_be_paid_any_more(self):
        # Paystack ends no transaction: `close` says so, and what is paid after it is told.
        reference = self.opened()

        told = self.make().close(self.known(reference))
        self.pay(reference)

        assert told.state is PaymentState.OPEN
        assert self.make().ask(self.known(reference)).state is PaymentState.PAID

    @pytest.mark.parametrize("status", ["abandoned", "ongoing", "pending", "processing", "queued"])
    def test_ask__about_what_may_still_be_paid_is_open(self, status):
        reference = self.opened()
        self.double.stand(reference, status)

        assert self.make().ask(self.known(reference)).state is PaymentState.OPEN


@pytest.fixture
def double(settings):
    """Paystack's server, and the settings that lead to it."""
    with PaystackDouble() as running:
        point_at(running, settings)
        settings.PAYMENT_TIMEOUTS = (5.0, 2.0)
        yield running


def point_at(double, settings):
    keys = {"secret_key": double.key, "webhook_secret": "", "url": double.url}
    settings.PAYMENT_KEYS = settings.PAYMENT_KEYS | {"paystack": keys}


def open_for(**changes):
    given = {
        "reference": "SW-page",
        "amount": NAIRA,
        "email": "carla@example.org",
        "description": "Talk · MS-7K2Q9D",
        "return_url": "https://www.example.org/done",
        "created_at": clock.now(),
        "expires_at": clock.now() + timedelta(minutes=30),
    } | changes
    return provider("paystack").create_checkout(**given)


def paid(double, **how):
    open_for()
    double.pay("SW-page", **how)
    return Attempt("SW-page", payment_id=str(double.transactions["SW-page"].id))


def read(raw, double):
    return provider("paystack").read_event(raw, CaseInsensitiveMapping(double.sign(raw)))


def told_event(double, event, data):
    return read(json.dumps({"event": event, "data": data}).encode(), double)


# Keys


@pytest.mark.parametrize(("key", "live"), [("sk_test_abcdef", False), ("sk_live_abcdef", True)])
def test_from_keys__the_key_says_whether_it_is_real_money(key, live):
    assert PaystackProvider.from_keys(secret_key=key, webhook_secret="").live is live


@pytest.mark.parametrize(
    "key",
    ["", "pk_test_abcdef", "sk_test_", "sk_other_abcdef", "sk_test_abc\n", "sk_test_é", " sk_test_abcdef"],
)
def test_from_keys__what_is_no_key_is_refused_and_not_repeated(key):
    with pytest.raises(ValueError, match=r"^A secret key of Paystack begins with sk_test_ or sk_live_\.$"):
        PaystackProvider.from_keys(secret_key=key, webhook_secret="")


@pytest.mark.parametrize("key", ["", "pk_test_abcdef"])
def test_from_settings__without_a_key_is_not_set_up(key, settings):
    settings.PAYMENT_KEYS = {
        "paystack": {"secret_key": key, "webhook_secret": "", "url": "https://x.example"}
    }

    with pytest.raises(ProviderNotSetUp):
        provider("paystack")


def test_accepts__its_currencies_alone():
    assert [
        code
        for code in ("NGN", "GHS", "KES", "ZAR", "USD", "EUR", "JPY", "XOF")
        if PaystackProvider.accepts(code)
    ] == [
        "NGN",
        "GHS",
        "KES",
        "ZAR",
        "USD",
    ]


def test_every_call__of_a_key_that_is_not_taken_is_no_answer(double, settings, caplog):
    settings.PAYMENT_KEYS["paystack"]["secret_key"] = "sk_test_another"

    with pytest.raises(ProviderUnavailable):
        provider("paystack").ask(Attempt("SW-page"))
    assert "paystack does not take our key" in caplog.text
    assert "sk_test" not in caplog.text


# Opening


def test_create_checkout__asks_for_what_the_documentation_has(double):
    checkout = open_for()

    (call,) = double.requests
    assert call.json() == {
        "email": "carla@example.org",
        "amount": 6_000_000,
        "currency": "NGN",
        "reference": "SW-page",
        "callback_url": "https://www.example.org/done",
        "metadata": {
            "cancel_action": "https://www.example.org/done",
            "custom_fields": [
                {"display_name": "Booking", "variable_name": "booking", "value": "Talk · MS-7K2Q9D"}
            ],
        },
    }
    assert checkout.url == f"https://checkout.paystack.com/{checkout.provider_id}"


@pytest.mark.parametrize("reference", ["", "SW abc", "SW/abc", "..", "SW-é", "x" * 65, "SW-a\n"])
def test_create_checkout__takes_references_of_plain_letters(reference, double):
    with pytest.raises(ProviderRefused):
        open_for(reference=reference)
    assert double.requests == []


@pytest.mark.parametrize(
    "amount", [Money(Decimal(0), "NGN"), Money(Decimal(-1), "NGN"), Money(Decimal(5), "EUR")]
)
def test_create_checkout__of_nothing_or_a_currency_of_others_is_not_asked_for(amount, double):
    with pytest.raises(ProviderRefused):
        open_for(amount=amount)
    assert double.requests == []


def test_create_checkout__a_currency_that_the_account_does_not_have_is_refused(double):
    double.currencies = {"NGN"}

    with pytest.raises(ProviderRefused, match="unsupported_currency"):
        open_for(amount=Money(Decimal(5), "USD"))


def test_create_checkout__is_sent_once(double):
    double.fail_next("500_after")

    with pytest.raises(ProviderUnavailable):
        open_for()
    assert len(double.requests) == 1


def test_create_checkout__that_was_told_to_wait_is_repeated(double):
    double.fail_next("429")

    assert open_for().url
    assert len(double.requests) == 2


@pytest.mark.parametrize(
    "change",
    [
        {"authorization_url": "javascript:alert(1)"},
        {"authorization_url": "https://"},
        {"authorization_url": "https://[::1"},
        {"authorization_url": "https://a b.example/"},
        {"authorization_url": "https://example.org/" + "a" * 2048},
        {"authorization_url": None},
        {"reference": "SW-other"},
        {"access_code": ""},
        {"access_code": "a\0"},
        {"access_code": 5},
    ],
)
def test_create_checkout__an_answer_that_does_not_fit_is_none(change, double, monkeypatch):
    initialize = double._initialize
    monkeypatch.setattr(double, "_initialize", lambda given: altered(initialize(given), **change))

    with pytest.raises(ProviderUnavailable):
        open_for()


def test_create_checkout__over_https_leads_to_https_alone():
    reader = PaystackProvider.from_keys(secret_key="sk_live_abcdef", webhook_secret="")._reader
    data = {"authorization_url": "http://checkout.paystack.com/x", "access_code": "x", "reference": "SW-page"}

    with pytest.raises(ProviderUnavailable):
        reader.checkout(data, "SW-page")
    assert reader.checkout(data | {"authorization_url": "https://checkout.paystack.com/x"}, "SW-page").url


def altered(answer, **change):
    answer.body["data"] |= change
    return answer


# Asking


def test_ask__the_call_s_own_status_is_not_the_payment_s(double):
    open_for()

    told = provider("paystack").ask(Attempt("SW-page"))

    assert told.state is PaymentState.OPEN


def test_ask__live_money_under_a_test_key_is_told_as_live(double):
    attempt = paid(double)
    double.changes = {"domain": "live"}

    assert provider("paystack").ask(attempt).live is True


@pytest.mark.parametrize("metadata", ["", 0, None, {"booking": "1"}, "[1"])
def test_ask__metadata_of_any_kind_is_let_be(metadata, double):
    attempt = paid(double)
    double.changes = {"metadata": metadata}

    assert provider("paystack").ask(attempt).state is PaymentState.PAID


def test_ask__reads_amounts_that_are_written_as_text(double):
    attempt = paid(double)
    double.changes = {"amount": "6000000", "fees": "150", "currency": "ngn"}

    told = provider("paystack").ask(attempt)

    assert (told.amount, told.fee) == (NAIRA, Money(Decimal("1.50"), "NGN"))


def test_ask__a_part_that_came_in_is_told_as_such(double):
    attempt = paid(double, amount=100)

    assert double.transactions["SW-page"].requested == 6_000_000
    assert provider("paystack").ask(attempt).amount == Money(Decimal(1), "NGN")


def test_ask__without_a_fee_tells_none(double):
    assert provider("paystack").ask(paid(double, fees=None)).fee is None


@pytest.mark.parametrize("fees", ["much", -150, 150.5, True, 10**14, "9" * 5000])
def test_ask__a_fee_that_cannot_be_read_does_not_keep_the_money_from_being_told(double, fees):
    attempt = paid(double)
    double.changes = {"fees": fees}

    told = provider("paystack").ask(attempt)

    assert (told.state, told.amount, told.fee) == (PaymentState.PAID, NAIRA, None)


@pytest.mark.parametrize(
    ("channel", "method"),
    [
        ("card", Payment.Method.CARD),
        ("bank", Payment.Method.BANK_TRANSFER),
        ("bank_transfer", Payment.Method.BANK_TRANSFER),
        ("eft", Payment.Method.BANK_TRANSFER),
        ("ussd", Payment.Method.BANK_TRANSFER),
        ("mobile_money", Payment.Method.MOBILE_MONEY),
        ("qr", Payment.Method.OTHER),
        ("what comes next", Payment.Method.OTHER),
        (None, ""),
    ],
)
def test_ask__names_the_method(channel, method, double):
    assert provider("paystack").ask(paid(double, channel=channel)).method == method


@pytest.mark.parametrize(
    "change",
    [
        {"status": "what comes next"},
        {"status": None},
        {"reference": "SW-other"},
        {"amount": None},
        {"amount": 0},
        {"amount": -5},
        {"amount": 1.5},
        {"amount": True},
        {"amount": "6e6"},
        {"amount": "9" * 5000},
        {"currency": "XXXX"},
        {"currency": None},
        {"domain": "elsewhere"},
        {"domain": None},
        {"id": None},
        {"amount": 10**14},
        {"id": "a\0"},
    ],
)
def test_ask__what_does_not_fit_is_no_answer(change, double):
    attempt = paid(double)
    double.changes = change

    with pytest.raises(ProviderUnavailable):
        provider("paystack").ask(attempt)


@pytest.mark.parametrize(
    "when", ["yesterday", None, 17, "", "0001-01-01T00:00:00.000Z", "9999-12-31T23:59:59.000Z"]
)
def test_ask__an_instant_that_cannot_be_read_is_left_out(when, double):
    attempt = paid(double)
    double.changes = {"paid_at": when}

    assert provider("paystack").ask(attempt).paid_at is None


def test_ask__a_bank_s_sentence_becomes_a_short_code(double):
    open_for()
    double.fail("SW-page", "Declined: Insufficient Funds! (51) " + "x" * 99)

    told = provider("paystack").ask(Attempt("SW-page"))

    assert told.failure_code == "declined_insufficient_funds_51_" + "x" * 33


def test_ask__a_failed_one_that_is_paid_after_all_is_paid(double):
    open_for()
    double.fail("SW-page")
    double.pay("SW-page")

    assert provider("paystack").ask(Attempt("SW-page")).state is PaymentState.PAID


def test_ask__reversed_was_paid_and_went_back(double):
    paid(double)
    double.move_refund(double.refund_there("SW-page", 6_000_000).id, "processed")

    told = provider("paystack").ask(Attempt("SW-page"))

    assert double.transactions["SW-page"].status == "reversed"
    assert (told.state, told.amount, told.returned) == (PaymentState.PAID, NAIRA, True)


@pytest.mark.parametrize("status", [400, 404])
def test_ask__unknown_is_told_in_more_than_one_way(status, double, monkeypatch):
    def verify(_):
        raise Refusal(status, {"status": False, "message": "Transaction reference not found"})

    monkeypatch.setattr(double, "_verify", verify)

    assert provider("paystack").ask(Attempt("SW-page")).state is PaymentState.UNKNOWN


def test_ask__a_404_that_speaks_of_something_else_is_not_unknown(double, settings):
    settings.PAYMENT_KEYS["paystack"]["url"] += "/v2"

    with pytest.raises(ProviderRefused):
        provider("paystack").ask(Attempt("SW-page"))


# Refunds


def test_refund__carries_our_key_in_its_note(double):
    provider("paystack").refund(attempt=paid(double), amount=NAIRA, key="payment:1:LATE")

    (call,) = double.calls("/refund", "POST")
    assert call.json() == {
        "transaction": "SW-page",
        "amount": 6_000_000,
        "currency": "NGN",
        "merchant_note": "slotwell[payment:1:LATE]",
    }


def test_refund__looks_for_our_key_before_each_request(double):
    attempt = paid(double)
    double.fail_next("timeout_after", path="/refund", method="POST")

    with pytest.raises(ProviderUnavailable) as caught:
        provider("paystack").refund(attempt=attempt, amount=NAIRA, key="k")
    for _ in range(2):
        provider("paystack").refund(attempt=attempt, amount=NAIRA, key="k")

    assert caught.value.wait == UNCERTAIN_FOR
    assert len(double.calls("/refund", "POST")) == 1
    assert len(double.calls("/refund", "GET")) == 3


def test_refund__that_certainly_was_not_made_need_not_be_left_alone(double):
    attempt = paid(double)
    double.fail_next("429", path="/refund", method="POST", times=9)

    with pytest.raises(ProviderUnavailable) as caught:
        provider("paystack").refund(attempt=attempt, amount=NAIRA, key="k")
    assert caught.value.wait == timedelta(0)


def test_refund__is_not_asked_for_where_the_list_is_not_heard(double):
    attempt = paid(double)
    double.fail_next("malformed", path="/refund", method="GET")

    with pytest.raises(ProviderUnavailable):
        provider("paystack").refund(attempt=attempt, amount=NAIRA, key="k")
    assert double.refunds == []


def test_refund__our_key_is_found_on_a_later_page(double):
    attempt = paid(double)
    first = provider("paystack").refund(attempt=attempt, amount=Money(Decimal(1), "NGN"), key="k")
    for _ in range(120):
        double.refund_there("SW-page", 1)

    again = provider("paystack").refund(attempt=attempt, amount=Money(Decimal(1), "NGN"), key="k")

    assert again == first
    assert len(provider("paystack").refunds_of(attempt)) == 121


def test_refund__a_list_without_an_end_is_no_answer(double, monkeypatch):
    attempt = paid(double)
    rows = [{"id": 5, "transaction": 1, "amount": 1, "currency": "NGN", "status": "pending"}] * 50
    monkeypatch.setattr(double, "_list", lambda _: Answer(200, {"status": True, "data": rows}))

    with pytest.raises(ProviderUnavailable):
        provider("paystack").refund(attempt=attempt, amount=NAIRA, key="k")
    assert double.refunds == []


def test_refunds_of__one_that_was_made_there_has_no_key_of_ours(double):
    attempt = paid(double)
    refund = double.refund_there("SW-page", 100, note="Client was unhappy")

    (told,) = provider("paystack").refunds_of(attempt)

    assert (told.key, told.provider_refund_id) == ("", str(refund.id))
    assert (told.amount, told.state) == (Money(Decimal(1), "NGN"), RefundState.PENDING)


def test_refunds_of__leaves_out_those_of_other_payments(double, monkeypatch):
    attempt = paid(double)
    double.refund_there("SW-page", 100)
    open_for(reference="SW-other")
    double.pay("SW-other")
    double.refund_there("SW-other", 200)
    listed = double._list
    monkeypatch.setattr(double, "_list", lambda query: listed({}))

    assert [str(told.amount) for told in provider("paystack").refunds_of(attempt)] == ["1.00 NGN"]


def test_refunds_of__finds_our_key_in_a_note_that_somebody_added_to(double):
    attempt = paid(double)
    double.refund_there("SW-page", 100, note="Refund: slotwell[refund:7/a[1]] by staff@example.test")

    assert [told.key for told in provider("paystack").refunds_of(attempt)] == ["refund:7/a[1]"]


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("pending", RefundState.PENDING),
        ("processing", RefundState.PENDING),
        ("processed", RefundState.SUCCEEDED),
        ("failed", RefundState.FAILED),
        ("needs-attention", RefundState.STUCK),
        ("needs_attention", RefundState.STUCK),
        ("what comes next", RefundState.PENDING),
    ],
)
def test_ask_refund__follows_its_states(status, state, double):
    attempt = paid(double)
    refund = double.refund_there("SW-page", 100)
    refund.status = status

    assert provider("paystack").ask_refund(attempt=attempt, provider_refund_id=str(refund.id)).state is state


def test_ask_refund__of_another_payment_is_refused(double):
    attempt = paid(double)
    open_for(reference="SW-other")
    double.pay("SW-other")
    refund = double.refund_there("SW-other", 100)

    with pytest.raises(ProviderRefused):
        provider("paystack").ask_refund(attempt=attempt, provider_refund_id=str(refund.id))


@pytest.mark.parametrize("number", ["17", "../transaction", "", "1\n"])
def test_ask_refund__that_is_not_there_is_refused(number, double):
    with pytest.raises(ProviderRefused):
        provider("paystack").ask_refund(attempt=paid(double), provider_refund_id=number)


# Events


def test_sign__is_hmac_sha512():
    # RFC 4231, test case 2
    expected = (
        "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea250554"
        "9758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737"
    )
    double = PaystackDouble("Jefe")
    assert double.sign(b"what do ya want for nothing?") == {"x-paystack-signature": expected}


def test_read_event__what_the_double_tells(double):
    paid(double)
    refund = double.refund_there("SW-page", 100)
    double.move_refund(refund.id, "processed")
    double.dispute("SW-page")

    events = [read(sent.raw, double) for sent in double.take_events()]

    assert [event.kind for event in events] == [
        "charge.success",
        "refund.pending",
        "refund.processed",
        "charge.dispute.create",
    ]
    assert {event.reference for event in events} == {"SW-page"}
    assert [event.is_dispute for event in events] == [False, False, False, True]
    assert len({event.event_id for event in events}) == 4
    assert events[0].event_id == "charge.success:SW-page"
    assert events[1].event_id == f"refund.pending:{refund.id}"


def test_read_event__two_refunds_without_a_number_are_two(double):
    data = {"transaction_reference": "SW-page", "amount": "100", "status": "processed"}

    one = told_event(double, "refund.processed", data)
    other = told_event(double, "refund.processed", data | {"amount": "200"})

    assert one.reference == other.reference == "SW-page"
    assert one.event_id != other.event_id
    assert one == told_event(double, "refund.processed", data)


def test_read_event__a_dispute_that_goes_on_is_no_new_one(double):
    data = {"id": 7, "transaction": {"id": 5, "reference": "SW-page"}}

    told = [told_event(double, f"charge.dispute.{verb}", data) for verb in ("create", "remind", "resolve")]

    assert [event.is_dispute for event in told] == [True, False, False]
    assert {(event.reference, event.payment_id) for event in told} == {("SW-page", "5")}


def test_read_event__of_other_things_names_no_payment(double):
    told = told_event(double, "transfer.success", {"id": 9, "reference": "SW-page"})

    assert (told.event_id, told.reference) == ("transfer.success:9", "")


@pytest.mark.parametrize("data", [None, [], "SW-page", {}, 5])
def test_read_event__without_what_it_is_about_is_refused(data, double):
    with pytest.raises(EventRefused):
        told_event(double, "charge.success", data)


def test_read_event__a_reference_that_is_none_of_ours_is_left_out(double):
    assert told_event(double, "charge.success", {"reference": "x" * 300}).reference == ""
    assert told_event(double, "charge.success", {"reference": {"a": 1}}).reference == ""
