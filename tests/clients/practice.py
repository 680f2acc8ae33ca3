"""The story of a practice: opened from nothing, found nearby, booked, moved, reviewed, followed up, looked back at."""

import secrets
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from tests.clients import documents
from tests.clients import practice_documents as words
from tests.clients.server import Differs, Server, expect, say, wait_for

ADMIN = {"email": "admin@demo.example", "password": "slotwell-demo"}
PASSWORD = "grey herons on tall stilts"
PLACE = {"latitude": 50.0614, "longitude": 19.9366}
NEARBY = {"latitude": 50.0540, "longitude": 19.9352, "withinKm": 5}
PRICE = Decimal("40.00")
TIME_TO_MOVE = timedelta(seconds=20)
"""What it takes from choosing a start to the end of the move there."""
LATER = timedelta(days=3)
WEEKDAYS = ("MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY")
ALL_WEEK = [{"weekday": day, "intervals": [{"opens": "00:00", "closes": "24:00"}]} for day in WEEKDAYS]


def a_practice_from_nothing(server: Server) -> None:
    """An owner opens it; a client finds, books, moves, reviews, follows up and cancels; the figures agree."""
    name = f"Salon {secrets.token_hex(3)}"
    owner = becomes_owner(server)
    practice = opens(server, owner, name)
    service = offers(server, owner, practice["id"])
    found = finds(server, name)
    expect("the practice that is found", found["slug"], practice["slug"])

    session = books(server, owner, service)
    moved = moves_to_now(server, session, service)
    takes_place(server, owner, session, moved)
    reviews(server, owner, session, practice["slug"])
    follow_up = follows_up(server, owner, session, service)
    cancels(server, follow_up)
    looks_back(server, owner, practice["id"])


def becomes_owner(server: Server) -> str:
    """Register, prove the mailbox, be granted the role by an admin; gives the owner's token."""
    address = f"owner-{secrets.token_hex(4)}@example.org"
    given = {"email": address, "password": PASSWORD, "fullName": "Olga Owner", "role": "BUSINESS_OWNER"}
    handle = server.do(words.REGISTER, "register", given)["registrationId"]
    code = {"code": server.code_for(address), "registrationId": handle}
    token = server.do(words.PROVE, "verifyEmail", {"proof": {"code": code}})["token"]
    admin = server.do(documents.LOG_IN, "tokenAuth", ADMIN)["token"]
    waiting = server.ask(words.ROLE_REQUESTS, token=admin)["roleRequests"]["edges"]
    (request,) = [edge["node"]["id"] for edge in waiting if edge["node"]["email"] == address]
    granted = server.do(words.GRANT, "decideRoleRequest", {"id": request, "grant": True}, token=admin)
    say(f"{address} registers and is granted a practice.", granted["roleRequest"])
    return str(token)


def opens(server: Server, owner: str, name: str) -> dict[str, Any]:
    """Create the practice where it stands, open at all hours."""
    category = server.ask(words.CATEGORIES)["categories"][0]["id"]
    given = {
        "name": name,
        "categoryId": category,
        "timezone": "Europe/Warsaw",
        "currency": "EUR",
        "address": "Rynek 1",
        "city": "Kraków",
        "country": "PL",
        "cancellationNoticeMinutes": 0,
        "idempotencyKey": secrets.token_hex(8),
        **PLACE,
    }
    practice = server.do(words.OPEN_PRACTICE, "createBusiness", given, token=owner)["business"]
    hours = {"businessId": practice["id"], "week": ALL_WEEK}
    server.do(words.OPENING_HOURS, "setOpeningHours", hours, token=owner)
    say(f"Open the practice {name}.", practice)
    return dict(practice)


def offers(server: Server, owner: str, practice: str) -> str:
    """Add a service, and somebody who gives it at all hours; gives the service."""
    given = {
        "businessId": practice,
        "name": "Haircut",
        "durationMinutes": 1,
        "stepMinutes": 1,
        "noticeMinutes": 0,
        "price": str(PRICE),
        "colour": "#2a9d8f",
    }
    service = server.do(words.ADD_SERVICE, "saveService", given, token=owner)["service"]["id"]
    person = {
        "businessId": practice,
        "fullName": "Hanna Hairdresser",
        "languages": ["pl", "en"],
        "serviceIds": [service],
    }
    made = server.do(words.ADD_CONSULTANT, "saveConsultant", person, token=owner)["consultant"]
    week = {"consultantId": made["id"], "week": ALL_WEEK}
    server.do(words.WEEKLY_HOURS, "setWeeklyHours", week, token=owner)
    say("Offer a service, and somebody who gives it.", made)
    return str(service)


def finds(server: Server, name: str) -> dict[str, Any]:
    """Look for it from around the corner, until it is listed with its next open time."""

    def look() -> dict[str, Any] | None:
        edges = server.ask(words.NEAREST, {"near": NEARBY, "search": name})["businesses"]["edges"]
        return dict(edges[0]["node"]) if edges and edges[0]["node"]["nextFreeAt"] else None

    found = wait_for(look, "the practice among those nearby", patience=30)
    say("Who is near?", found)
    expect("whether it is around the corner", 0.5 < found["distanceKm"] < 1.5, True)
    expect("the lowest price", Decimal(found["priceFrom"]["amount"]), PRICE)
    return found


def books(server: Server, owner: str, service: str) -> dict[str, Any]:
    """Draft a time in some days, prove the mailbox, be approved, pay, and be confirmed."""
    address = f"client-{secrets.token_hex(4)}@example.org"
    slot = open_slot(server, service, datetime.now(UTC) + LATER)
    draft = {"slotId": slot["id"], "email": address, "fullName": "Carla Client", "consent": True}
    booking = server.do(documents.DRAFT, "draftBooking", draft)["booking"]
    code = {"acknowledgementId": booking["acknowledgementId"], "code": server.code_for(address)}
    verified = server.do(documents.VERIFY, "verifyBooking", {"proof": {"code": code}})
    session = {**booking, "token": verified["accessToken"], "address": address}
    confirmed = approved_and_paid(server, owner, session)
    say(f"{address} books, is approved and pays.", confirmed["status"])
    expect("the link to a calendar", confirmed["calendarLinks"]["google"][:25], "https://calendar.google.c")
    return session


def approved_and_paid(server: Server, owner: str, session: dict[str, Any]) -> dict[str, Any]:
    """Approve as the owner, pay as the client, and wait for CONFIRMED."""
    server.do(documents.APPROVE, "approveBooking", {"bookingId": session["id"]}, token=owner)
    given = {
        "bookingId": session["id"],
        "accessToken": session["token"],
        "idempotencyKey": secrets.token_hex(8),
    }
    server.pay(server.do(documents.START_PAYMENT, "startPayment", given)["payment"]["checkoutUrl"])

    def confirmed() -> dict[str, Any] | None:
        booking = mine(server, session)
        return booking if booking["status"] == "CONFIRMED" else None

    return wait_for(confirmed, "CONFIRMED", every=1.1)


def moves_to_now(server: Server, session: dict[str, Any], service: str) -> datetime:
    """Move it to the next minute that leaves time for it; gives the new start."""
    slot = open_slot(server, service, datetime.now(UTC) + TIME_TO_MOVE)
    given = {"bookingId": session["id"], "accessToken": session["token"], "startsAt": slot["startsAt"]}
    booking = server.do(documents.RESCHEDULE, "rescheduleBooking", given)["booking"]
    say("Move it to the next minute.", booking)
    expect("the start", booking["startsAt"], slot["startsAt"])
    return datetime.fromisoformat(booking["startsAt"])


def takes_place(server: Server, owner: str, session: dict[str, Any], start: datetime) -> None:
    """Wait for the start, and have the owner complete it."""
    wait_for(lambda: True if datetime.now(UTC) > start else None, "the start", patience=100)
    given = {"bookingId": session["id"]}
    booking = server.do(documents.COMPLETE, "completeBooking", given, token=owner)["booking"]
    say("It takes place.", booking)
    expect("the status", booking["status"], "COMPLETED")


def reviews(server: Server, owner: str, session: dict[str, Any], slug: str) -> None:
    """Review it as the client, and reply as the owner; the practice's rating has it."""
    given = {
        "bookingId": session["id"],
        "accessToken": session["token"],
        "rating": 5,
        "comment": "A fine haircut.",
    }
    say("Review it.", server.do(words.REVIEW, "writeReview", given)["review"])
    shown = server.ask(words.PRACTICE, {"slug": slug})["business"]
    expect("the rating", [Decimal(shown["rating"]["average"]), shown["rating"]["count"]], [Decimal(5), 1])
    (review,) = [row["id"] for row in shown["reviews"]]
    reply = {"reviewId": review, "text": "Thank you!"}
    say("The practice replies.", server.do(words.REPLY, "replyToReview", reply, token=owner)["review"])


def follows_up(server: Server, owner: str, session: dict[str, Any], service: str) -> dict[str, Any]:
    """Follow it up in some days, as its actions offer; be approved, pay, and be confirmed."""
    offered = [action["mutation"] for action in mine(server, session)["availableActions"]]
    expect("what can be done now", "bookFollowUp" in offered, True)
    slot = open_slot(server, service, datetime.now(UTC) + LATER)
    given = {
        "bookingId": session["id"],
        "accessToken": session["token"],
        "slotId": slot["id"],
        "consent": True,
        "idempotencyKey": secrets.token_hex(8),
    }
    payload = server.do(words.FOLLOW_UP, "bookFollowUp", given)
    say("Follow it up.", payload["booking"])
    expect("what it follows", payload["booking"]["follows"]["id"], session["id"])
    follow_up = {**payload["booking"], "token": payload["accessToken"], "address": session["address"]}
    approved_and_paid(server, owner, follow_up)
    return follow_up


def cancels(server: Server, session: dict[str, Any]) -> None:
    """See what would come back, cancel with a mailed code, and see it come back."""
    actions = mine(server, session)["availableActions"]
    (refund,) = [action["refund"] for action in actions if action["refund"]]
    say("What comes back if it is cancelled now?", refund)
    expect("the refund that is shown", Decimal(refund["amount"]), PRICE)
    asked = {"acknowledgementId": session["acknowledgementId"]}
    server.do(documents.ASK_TO_CANCEL, "requestCancellation", asked)
    code = server.code_for(session["address"], about="Please confirm")
    given = {"proof": {"code": {**asked, "code": code}}, "idempotencyKey": secrets.token_hex(8)}
    server.do(documents.CANCEL, "cancelBooking", given)

    def refunded() -> list[Any] | None:
        rows = [row for payment in mine(server, session)["payments"] for row in payment["refunds"]]
        return rows if rows and rows[0]["status"] == "SUCCEEDED" else None

    rows = wait_for(refunded, "the refund", every=1.1)
    say("Cancel it.", rows)
    expect("what came back", [Decimal(row["amount"]["amount"]) for row in rows], [PRICE])


def looks_back(server: Server, owner: str, practice: str) -> None:
    """The practice's figures are what was done."""
    today = datetime.now(UTC).date()
    between = {"from": str(today - timedelta(days=1)), "until": str(today + LATER + timedelta(days=1))}
    figures = server.ask(words.STATISTICS, {"business": practice, "between": between}, token=owner)[
        "statistics"
    ]
    say("Look at the figures.", figures)
    counts = {row["status"]: row["count"] for row in figures["bookings"]["byStatus"] if row["count"]}
    expect("bookings by status", counts, {"COMPLETED": 1, "CANCELLED": 1})
    expect("what is to come", figures["upcoming"], 0)
    (revenue,) = figures["revenue"]
    taken = [Decimal(revenue[name]["amount"]) for name in ("received", "refunded")]
    expect("money in and out", taken, [2 * PRICE, PRICE])
    expect("the stars", [figures["reviewCount"], figures["reviewAverage"]], [1, 5])


def open_slot(server: Server, service: str, after: datetime) -> dict[str, Any]:
    """Give the first open time from an instant on."""
    asked = {"service": service, "from": after.isoformat()}
    edges = server.ask(words.OPEN_SLOTS, asked)["openSlots"]["edges"]
    if not edges:
        raise Differs(f"nothing is open after {after}")
    return dict(edges[0]["node"])


def mine(server: Server, session: dict[str, Any]) -> dict[str, Any]:
    """Read a booking as its client."""
    asked = {"id": session["acknowledgementId"], "token": session["token"]}
    return dict(server.ask(words.MINE, asked, opener=session["token"])["booking"])
