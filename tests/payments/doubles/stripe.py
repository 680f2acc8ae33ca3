"""Stripe, as its documentation has it: https://docs.stripe.com/api. Checkout Sessions, refunds and their events.

Where the real one knows more parameters than we use, this one refuses them: a misspelt one is a bug of ours.
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from itertools import count
from typing import Any

from bookings.common import clock
from tests.payments.doubles.server import Answer, Call, Double, Entry, Refusal
from tests.payments.doubles.stripe_rules import check_query, check_refund, check_session, invalid, refusal

KEY = "sk_test_4eC39HqLyjWDarjtT1zdp7dc"
SECRET = "whsec_5f1c2a9be0d34786a1c4"
Row = dict[str, Any]


@dataclass
class Stored:
    """What is kept of the first request with an Idempotency-Key."""

    path: str
    form: dict[str, str]
    answer: Answer


class StripeDouble(Double):
    """One account of Stripe, with one secret key, and one endpoint for its events."""

    def __init__(self, key: str = KEY, secret: str = SECRET) -> None:
        super().__init__()
        self.key, self.secret = key, secret
        self.live = "_live_" in key
        self.sessions: dict[str, Row] = {}
        self.intents: dict[str, Row] = {}
        self.refunds: dict[str, Row] = {}
        self.refunds_are = "succeeded"
        """How a refund begins; those of bank debits are `pending`."""
        self.settles_in = ""
        """The currency in which fees are told; empty: that of the payment."""
        self.keys: dict[str, Stored] = {}
        self.keys_in_use: dict[str, int] = {}
        """Keys of requests that are under way, and with which status that is told."""
        self._broken: list[bool] = []
        self._numbers = count(1)

    # What happens there without us

    def pay(
        self,
        reference: str,
        *,
        amount: int | None = None,
        currency: str = "",
        method: str = "card",
        fee: int | None = 115,
    ) -> bool:
        """Let the client pay at once, all or another amount; False where the page is over."""
        with self.lock:
            session = self._open_session(reference)
            if session is None:
                return False
            intent = self._complete(session, method, amount, currency)
            self._charge(session, intent, fee)
            self._tell("checkout.session.completed", session)
            return True

    def hand_in(self, reference: str, *, method: str = "sepa_debit") -> bool:
        """Let the client hand in a payment that takes days; False where the page is over."""
        with self.lock:
            session = self._open_session(reference)
            if session is None:
                return False
            self._complete(session, method, None, "")
            self._tell("checkout.session.completed", session)
            return True

    def arrive(self, reference: str, *, fee: int | None = 35) -> None:
        """Let a payment that was handed in come."""
        with self.lock:
            session = self.session_of(reference)
            self._charge(session, self.intents[session["payment_intent"]], fee)
            self._tell("checkout.session.async_payment_succeeded", session)

    def bounce(self, reference: str) -> None:
        """Let a payment that was handed in fail."""
        with self.lock:
            session = self.session_of(reference)
            intent = self.intents[session["payment_intent"]]
            intent["status"] = "requires_payment_method"
            intent["last_payment_error"] = {
                "code": "payment_intent_payment_attempt_failed",
                "type": "card_error",
            }
            self._tell("payment_intent.payment_failed", intent)
            self._tell("checkout.session.async_payment_failed", session)

    def decline(self, reference: str) -> None:
        """Let the client's bank decline; the page stays, and another card may be tried."""
        with self.lock:
            session = self.session_of(reference)
            assert session["status"] == "open"
            intent = self._intent(session, None, "")
            intent["last_payment_error"] = {"code": "card_declined", "type": "card_error"}
            self._tell("payment_intent.payment_failed", intent)

    def fail(self, reference: str) -> None:
        """Let the page end with its time."""
        with self.lock:
            if (session := self._open_session(reference)) is not None:
                self._expire(session)

    def refund_there(self, reference: str, amount: int) -> Row:
        """Refund in Stripe's own dashboard."""
        with self.lock:
            return self._refund(self.intents[self.session_of(reference)["payment_intent"]], amount, {})

    def move_refund(self, number: str, status: str, why: str = "") -> None:
        """Bring a refund to another status; a failed one gives its amount back to the payment."""
        with self.lock:
            refund = self.refunds[number]
            refund["status"], refund["failure_reason"] = status, why or None
            self._note_refunded(self.intents[refund["payment_intent"]])
            self._tell("refund.failed" if status == "failed" else "refund.updated", refund)

    def dispute(self, reference: str) -> None:
        """Let the payer's bank want the money back."""
        intent = self.intents[self.session_of(reference)["payment_intent"]]
        dispute = {
            "id": self._name("du"),
            "object": "dispute",
            "amount": intent["amount_received"],
            "currency": intent["currency"],
            "charge": intent["latest_charge"]["id"],
            "payment_intent": intent["id"],
            "metadata": {},
            "reason": "fraudulent",
            "status": "needs_response",
        }
        self._tell("charge.dispute.created", dispute)

    def break_next(self, *, after: bool) -> None:
        """Let the next POST with a key fail inside, after it acted or before; the 500 is kept under the key."""
        self._broken.append(after)

    def forget_keys(self) -> None:
        """Let a day pass: Idempotency-Keys are gone."""
        self.keys.clear()

    def session_of(self, reference: str) -> Row:
        return [each for each in self.sessions.values() if each["client_reference_id"] == reference][-1]

    # The base class's

    def ledger(self) -> dict[str, Entry]:
        with self.lock:
            entries = {}
            for session in self.sessions.values():
                intent = self.intents.get(session["payment_intent"] or "", {})
                entries[session["client_reference_id"]] = Entry(
                    (intent.get("currency") or session["currency"]).upper(),
                    intent.get("amount_received", 0),
                    self._refunded(intent) if intent else 0,
                )
            return entries

    def sign(self, raw: bytes, *, secret: str = "", at: float | None = None) -> dict[str, str]:
        time = int(self._now() if at is None else at)
        signed = hmac.new((secret or self.secret).encode(), f"{time}.".encode() + raw, hashlib.sha256)
        return {"stripe-signature": f"t={time},v1={signed.hexdigest()},v0={'0' * 64}"}

    def handle(self, call: Call) -> Answer:
        self._check_key(call)
        match call.method, call.path.split("/")[1:]:
            case "POST", ["v1", "checkout", "sessions"]:
                return self._once(
                    call, lambda form: check_session(form, now=self._now(), live=self.live), self._make
                )
            case "POST", ["v1", "checkout", "sessions", number, "expire"]:
                check_query(call.form())
                return self._once(call, lambda _: self._session(number), lambda form: self._end(number, form))
            case "GET", ["v1", "checkout", "sessions"]:
                check_query(call.query, "payment_intent", "limit", "starting_after")
                rows = [each for each in self.sessions.values() if self._is_of(each, call.query)]
                return self._list(rows, call.query)
            case "GET", ["v1", "checkout", "sessions", number]:
                check_query(call.query)
                return Answer(200, self._told(self._session(number), call.query))
            case "POST", ["v1", "refunds"]:
                return self._once(call, check_refund, self._make_refund)
            case "GET", ["v1", "refunds"]:
                check_query(call.query, "payment_intent", "limit", "starting_after")
                rows = [each for each in self.refunds.values() if self._is_of(each, call.query)]
                return self._list(rows[::-1], call.query)
        raise refusal("invalid_request_error", f"Unrecognized request URL ({call.path})", status=404)

    # Inside

    def _now(self) -> float:
        return clock.now().timestamp()

    def _name(self, kind: str) -> str:
        return f"{kind}_{'live' if self.live else 'test'}_{next(self._numbers):016d}"

    def _check_key(self, call: Call) -> None:
        scheme, _, given = call.headers.get("authorization", "").partition(" ")
        if scheme == "Basic":
            given = base64.b64decode(given).decode().removesuffix(":")
        if scheme not in {"Basic", "Bearer"} or given != self.key:
            raise refusal("invalid_request_error", f"Invalid API Key provided: {given}", status=401)
        if not re.fullmatch(r"\d{4}-\d\d-\d\d(\.\w+)?", call.headers.get("stripe-version", "2022-08-01")):
            raise refusal("invalid_request_error", "Invalid Stripe API version")

    def _once(
        self, call: Call, check: Callable[[dict[str, str]], Any], act: Callable[[dict[str, str]], Answer]
    ) -> Answer:
        """Act once for an Idempotency-Key; what fails by its parameters alone is not kept."""
        if call.headers.get("content-type", "") != "application/x-www-form-urlencoded":
            raise refusal("invalid_request_error", "Invalid content type")
        key, form = call.headers.get("idempotency-key", ""), call.form()
        if len(key) > 255:
            raise refusal("idempotency_error", "Idempotency keys are up to 255 characters long.")
        if key in self.keys_in_use:
            status = self.keys_in_use[key]
            raise refusal("idempotency_error", "In use", status=status, code="idempotency_key_in_use")
        if key in self.keys:
            return self._again(self.keys[key], call.path, form)
        check(form)
        answer = self._acted(form, act)
        if key:
            self.keys[key] = Stored(call.path, form, answer)
        return answer

    def _again(self, stored: Stored, path: str, form: dict[str, str]) -> Answer:
        if (stored.path, stored.form) != (path, form):
            message = "Keys for idempotent requests can only be used with the same parameters as at first."
            raise refusal("idempotency_error", message)
        headers = {**stored.answer.headers, "Idempotent-Replayed": "true"}
        return Answer(stored.answer.status, stored.answer.body, headers)

    def _acted(self, form: dict[str, str], act: Callable[[dict[str, str]], Answer]) -> Answer:
        after = self._broken.pop(0) if self._broken else None
        if after is False:
            return _broken()
        try:
            answer = act(form)
        except Refusal as refused:
            answer = refused.answer
        return answer if after is None else _broken()

    def _make(self, form: dict[str, str]) -> Answer:
        number = self._name("cs")
        price = "line_items[0][price_data]"
        session = {
            "id": number,
            "object": "checkout.session",
            "amount_total": int(form[f"{price}[unit_amount]"]),
            "client_reference_id": form.get("client_reference_id"),
            "created": int(self._now()),
            "currency": form[f"{price}[currency]"],
            "customer_details": {"email": form.get("customer_email")},
            "expires_at": int(form.get("expires_at", self._now() + 86_400)),
            "livemode": self.live,
            "metadata": _metadata(form, "metadata"),
            "mode": "payment",
            "payment_intent": None,
            "payment_status": "unpaid",
            "status": "open",
            "url": f"https://checkout.stripe.com/c/pay/{number}",
            "_intent_metadata": _metadata(form, "payment_intent_data[metadata]"),
        }
        self.sessions[number] = session
        return Answer(200, self._told(session, form))

    def _session(self, number: str) -> Row:
        session = self.sessions.get(number)
        if session is None:
            message = f"No such checkout.session: {number}"
            raise refusal(
                "invalid_request_error", message, status=404, code="resource_missing", param="session"
            )
        if session["status"] == "open" and self._now() >= session["expires_at"]:
            self._expire(session)
        return session

    def _open_session(self, reference: str) -> Row | None:
        session = self._session(self.session_of(reference)["id"])
        return session if session["status"] == "open" else None

    def _end(self, number: str, form: dict[str, str]) -> Answer:
        session = self._session(number)
        if session["status"] != "open":
            message = 'Only Checkout Sessions with a status in ["open"] can be expired.'
            raise refusal(
                "invalid_request_error", f"{message} This one has a status of `{session['status']}`."
            )
        self._expire(session)
        return Answer(200, self._told(session, form))

    def _expire(self, session: Row) -> None:
        session["status"], session["url"] = "expired", None
        if session["payment_intent"]:
            self.intents[session["payment_intent"]]["status"] = "canceled"
        self._tell("checkout.session.expired", session)

    def _intent(self, session: Row, amount: int | None, currency: str) -> Row:
        if session["payment_intent"] is None:
            intent = {
                "id": self._name("pi"),
                "object": "payment_intent",
                "amount_received": 0,
                "created": int(self._now()),
                "last_payment_error": None,
                "latest_charge": None,
                "livemode": self.live,
                "metadata": session["_intent_metadata"],
                "status": "requires_payment_method",
            }
            self.intents[intent["id"]] = intent
            session["payment_intent"] = intent["id"]
        intent = self.intents[session["payment_intent"]]
        intent["amount"] = session["amount_total"] if amount is None else amount
        intent["currency"] = currency or session["currency"]
        return intent

    def _complete(self, session: Row, method: str, amount: int | None, currency: str) -> Row:
        intent = self._intent(session, amount, currency)
        intent["status"], intent["_method"] = "processing", method
        session["status"], session["url"] = "complete", None
        return intent

    def _charge(self, session: Row, intent: Row, fee: int | None) -> None:
        settled = None
        if fee is not None:
            currency = self.settles_in or intent["currency"]
            settled = {
                "id": self._name("txn"),
                "object": "balance_transaction",
                "fee": fee,
                "currency": currency,
            }
        charge = {
            "id": self._name("ch"),
            "object": "charge",
            "amount": intent["amount"],
            "balance_transaction": settled,
            "created": int(self._now()),
            "currency": intent["currency"],
            "metadata": intent["metadata"],
            "payment_intent": intent["id"],
            "payment_method_details": {"type": intent["_method"]},
            "refunded": False,
        }
        intent |= {"status": "succeeded", "amount_received": intent["amount"], "latest_charge": charge}
        session["payment_status"] = "paid"
        self._tell("charge.succeeded", charge)
        self._tell("payment_intent.succeeded", intent)

    def _make_refund(self, form: dict[str, str]) -> Answer:
        intent = self.intents.get(form["payment_intent"])
        if intent is None:
            raise refusal(
                "invalid_request_error", "No such payment_intent", status=404, code="resource_missing"
            )
        if intent["status"] != "succeeded":
            raise refusal(
                "invalid_request_error", "This PaymentIntent does not have a successful charge to refund."
            )
        left = intent["amount_received"] - self._refunded(intent)
        if not left:
            message = f"Charge {intent['latest_charge']['id']} has already been refunded."
            raise refusal("invalid_request_error", message, code="charge_already_refunded")
        amount = int(form.get("amount", left))
        if amount > left:
            raise invalid("amount", "Refund amount is greater than unrefunded amount on charge")
        return Answer(200, _public(self._refund(intent, amount, _metadata(form, "metadata"))))

    def _refund(self, intent: Row, amount: int, metadata: dict[str, str]) -> Row:
        refund = {
            "id": self._name("re"),
            "object": "refund",
            "amount": amount,
            "charge": intent["latest_charge"]["id"],
            "created": int(self._now()),
            "currency": intent["currency"],
            "failure_reason": None,
            "metadata": metadata,
            "payment_intent": intent["id"],
            "status": self.refunds_are,
        }
        self.refunds[refund["id"]] = refund
        self._note_refunded(intent)
        self._tell("refund.created", refund)
        self._tell("charge.refunded", intent["latest_charge"])
        return refund

    def _note_refunded(self, intent: Row) -> None:
        """Say in the charge whether all of it went back."""
        intent["latest_charge"]["refunded"] = self._refunded(intent) == intent["amount_received"]

    def _refunded(self, intent: Row) -> int:
        mine = (each for each in self.refunds.values() if each["payment_intent"] == intent["id"])
        return sum(each["amount"] for each in mine if each["status"] not in {"failed", "canceled"})

    def _is_of(self, row: Row, query: dict[str, str]) -> bool:
        return query.get("payment_intent", row["payment_intent"]) == row["payment_intent"]

    def _list(self, rows: list[Row], query: dict[str, str]) -> Answer:
        numbers = [each["id"] for each in rows]
        after = query.get("starting_after")
        if after is not None and after not in numbers:
            raise refusal("invalid_request_error", "No such object", status=404, code="resource_missing")
        first = numbers.index(after) + 1 if after is not None else 0
        page = rows[first : first + int(query.get("limit", 10))]
        told = [self._told(each, query) for each in page]
        return Answer(
            200, {"object": "list", "has_more": first + len(page) < len(rows), "data": told, "url": "/v1"}
        )

    def _told(self, row: Row, asked: dict[str, str]) -> Row:
        """Give a row as it is answered: what is inside by its name, unless it was asked for."""
        told, wanted = _public(row), [each for name, each in asked.items() if name.startswith("expand[")]
        for path in wanted:
            if (
                path != "payment_intent.latest_charge.balance_transaction"
                or row["object"] != "checkout.session"
            ):
                raise invalid("expand", f"This property cannot be expanded ({path}).")
        if wanted and told["payment_intent"]:
            told["payment_intent"] = _public(self.intents[told["payment_intent"]])
        return told

    def _tell(self, kind: str, row: Row) -> None:
        about = _public(row)
        if isinstance(about.get("latest_charge"), dict):
            about["latest_charge"] = about["latest_charge"]["id"]
        self.tell(
            {
                "id": self._name("evt"),
                "object": "event",
                "api_version": "2026-10-28.endive",
                "created": int(self._now()),
                "data": {"object": about},
                "livemode": self.live,
                "type": kind,
            }
        )


def _public(row: Row) -> Row:
    return deepcopy({name: value for name, value in row.items() if not name.startswith("_")})


def _metadata(form: dict[str, str], name: str) -> dict[str, str]:
    return {each[len(name) + 1 : -1]: value for each, value in form.items() if each.startswith(f"{name}[")}


def _broken() -> Answer:
    """Give the 500 of a fault inside; the real one advises against a repeat, which would only repeat it."""
    error = {"error": {"type": "api_error", "message": "An unknown error occurred"}}
    return Answer(500, error, {"Stripe-Should-Retry": "false"})
