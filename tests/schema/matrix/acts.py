"""What is asked in each row of the table: the least valid input of every root field.

A mutation's act gives its `input`, a query's its arguments. Where one field is judged by different rules, by what it
is asked with, it has several rows, told apart after a colon.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from schema.common.inputs import write_id
from tests.factories import NOW, PASSWORD
from tests.schema.client import gid
from tests.schema.matrix.world import ASKED_AT, EMAIL, FORGETFUL, MARK, OF_THE_CLIENT, TOMORROW, World

LONG = "seven tall grey herons"
"""A password that is good enough."""
LATER = (TOMORROW + timedelta(hours=3)).isoformat()
JANUARY = {"from": "2030-01-01", "until": "2030-01-31"}
WEEK = [
    {"weekday": day, "intervals": [{"opens": "00:00", "closes": "24:00"}]}
    for day in ("MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY")
]


@dataclass(frozen=True)
class Act:
    """What one row asks.

    about: the booking that the holder of an access token has opened; kind: of the node that is looked up; theirs:
    whether what comes is rightly shown to whoever asks, since they bring a proof, or ask for something of their own.
    """

    given: Callable[[World], Mapping[str, Any]]
    about: str = "pending"
    kind: str = ""
    theirs: bool = False


def just(**fields: Any) -> Act:
    """An act that names nothing of the world."""
    return Act(lambda world: fields)


def on(status: str, **fields: Any) -> Act:
    """An act on the booking that is in a status."""
    return Act(lambda world: {"bookingId": gid(world.bookings[status]), **fields}, status)


def called(status: str) -> Act:
    """An act that names a booking by its acknowledgement id."""
    return Act(lambda world: {"acknowledgementId": world.bookings[status].acknowledgement_id}, status)


def linked(purpose: str, status: str) -> Act:
    """An act with the token of a mailed link."""
    return Act(lambda world: {"proof": {"token": world.links[purpose]}}, status, theirs=True)


def as_account(status: str) -> Act:
    """An act that an account may by its own right."""
    return Act(lambda world: {"proof": {"account": gid(world.bookings[status])}}, status)


def request(world: World, **fields: Any) -> dict[str, Any]:
    """Who wants what, and when; the address is the client's, whoever asks."""
    return {
        "serviceId": gid(world.service),
        "consultantId": gid(world.host),
        "startsAt": LATER,
        "email": EMAIL,
        "fullName": OF_THE_CLIENT["full_name"],
        "consent": True,
        **fields,
    }


def theirs(world: World) -> dict[str, Any]:
    return {"consultantId": gid(world.host)}


def node(find: Callable[[World], Any], kind: str, about: str = "pending") -> Act:
    """A look-up by id."""
    return Act(lambda world: {"id": gid(find(world))}, about, kind)


def proven(**names: Callable[[World], str]) -> Act:
    """An act with a password or a token of the client's account."""
    return Act(lambda world: {name: read(world) for name, read in names.items()}, theirs=True)


def opened(world: World) -> dict[str, Any]:
    booking = world.bookings["pending"]
    token = world.access[booking.pk]
    return {
        "by": {"acknowledgement": {"acknowledgementId": booking.acknowledgement_id, "accessToken": token}}
    }


def invited(world: World, role: str) -> dict[str, Any]:
    return {"businessId": gid(world.place), "email": "wanda@example.org", "role": role}


def worker(world: World) -> dict[str, Any]:
    member = write_id("Account", world.users["staff"].pk)
    return {"businessId": gid(world.place), "accountId": member}


CATALOGUE: dict[str, Act] = {
    "businesses": just(),
    "business": Act(lambda world: {"slug": world.place.slug}),
    "categories": just(),
    "services": just(),
    "consultants": just(),
    "consultant": Act(lambda world: {"slug": world.host.slug}),
    "resources": just(),
    "openSlots": Act(lambda world: {"serviceId": gid(world.service), "first": 1}),
    "explainSlot": Act(lambda world: {"serviceId": gid(world.service), "startsAt": LATER}),
    "consentText": Act(
        lambda world: {"businessId": gid(world.place), "version": world.bookings["draft"].consent_version}
    ),
    "lifecycle": just(),
    "reviews": Act(lambda world: {"businessId": gid(world.place)}, "attended"),
}
LOOKING: dict[str, Act] = {
    "bookingStatus": called("pending"),
    "booking: by id": Act(lambda world: {"by": {"id": gid(world.bookings["pending"])}}),
    "booking: by access token": Act(opened, theirs=True),
    "bookings": just(),
    "bookingCounts": just(),
    "payments": just(),
    "paymentSummary": Act(
        lambda world: {"businessId": gid(world.place), "paidFrom": NOW.isoformat(), "paidBefore": LATER}
    ),
    "paymentDifferences": just(),
    "publishedSlots": Act(theirs),
    "corporateClients": Act(lambda world: {"businessId": gid(world.place)}),
    "node: of a corporate client": node(lambda world: world.rows["company"], "CorporateClient"),
    "statistics: of a practice": Act(lambda world: {"businessId": gid(world.place), "between": JANUARY}),
    "statistics: of a consultant": Act(
        lambda world: {**theirs(world), "businessId": gid(world.place), "between": JANUARY}
    ),
    "statistics: of the platform": just(between=JANUARY),
    "me": just(),
    "node: of a service": node(lambda world: world.service, "Service"),
    "node: of a booking": node(lambda world: world.bookings["pending"], "Booking"),
    "node: of a favourite": node(lambda world: world.rows["favourite"], "Favourite"),
    "node: of a payment": node(lambda world: world.rows["payment"], "Payment", "paying"),
    "node: of a refund": node(lambda world: world.rows["refund"], "Refund", "confirmed"),
    "node: of a payment difference": Act(
        lambda world: {"id": world.ids["PaymentDifference"][0]}, "confirmed", "PaymentDifference"
    ),
    "node: of a shown review": node(lambda world: world.rows["review"], "Review", "over"),
    "node: of a hidden review": node(lambda world: world.rows["hidden review"], "Review", "attended"),
    "node: of a published slot": Act(
        lambda world: {"id": world.ids["PublishedSlot"][0]}, kind="PublishedSlot"
    ),
    "nodes: of a booking": Act(lambda world: {"ids": [gid(world.bookings["pending"])]}, kind="Booking"),
}
BOOKINGS: dict[str, Act] = {
    "draftBooking": Act(request),
    "verifyBooking: link": linked("VERIFY_BOOKING", "draft"),
    "verifyBooking: account": as_account("draft"),
    "grantBookingAccess": linked("BOOKING_ACCESS", "pending"),
    "resendVerification": called("draft"),
    "requestBookingAccess": called("pending"),
    "requestCancellation": called("pending"),
    "cancelBooking: link": linked("CANCEL_BOOKING", "pending"),
    "cancelBooking: account": as_account("pending"),
    "cancelBooking: share of the money": Act(
        lambda world: {"proof": {"account": gid(world.bookings["confirmed"])}, "refundPercent": 50},
        "confirmed",
    ),
    "approveBooking": on("pending"),
    "approveBooking: other price": on("pending", price="10.00"),
    "approveBooking: closed time": on("pending", startsAt=LATER, override=True),
    "rejectBooking": on("pending", reason="Away."),
    "startPayment": on("approved"),
    "confirmPayment": on("paying"),
    "refundPayment": Act(
        lambda world: {"paymentId": gid(world.rows["paid"]), "amount": "1.00", "reason": "Sorry."},
        "confirmed",
    ),
    "retryRefund": Act(lambda world: {"refundId": gid(world.rows["refund"])}, "confirmed"),
    "resolvePaymentDifference": Act(lambda world: {"id": world.ids["PaymentDifference"][0]}, "confirmed"),
    "confirmUnpaidBooking": on("approved"),
    "discountBooking": on("pending", off={"percent": 10}, reason="So."),
    "recordOnSitePayment": Act(
        lambda world: {"bookingId": gid(world.bookings["deposit"]), "method": "CASH"}, "deposit"
    ),
    "rescheduleBooking": on("pending", startsAt=LATER),
    "rescheduleBooking: closed time": on("pending", startsAt=LATER, override=True),
    "reassignBooking": Act(
        lambda world: {"bookingId": gid(world.bookings["pending"]), "consultantId": gid(world.colleague)}
    ),
    "completeBooking": on("begun"),
    "markNoShow": on("begun"),
    "undoNoShow": on("missed"),
    "bookFollowUp": on("over", startsAt=LATER),
    "createBooking": Act(request),
    "createBooking: closed time": Act(lambda world: request(world, override=True)),
    "updateBooking: name": on("pending", fullName="Ann"),
    "updateBooking: note": on("pending", note="Came late."),
    "writeReview": on("unreviewed", rating=4),
    "replyToReview": Act(
        lambda world: {"reviewId": gid(world.rows["review"]), "text": "Come again."}, "over"
    ),
    "hideReview": Act(lambda world: {"reviewId": gid(world.rows["review"]), "reason": "So."}, "over"),
    "showReview": Act(lambda world: {"reviewId": gid(world.rows["hidden review"])}, "attended"),
    "setMeetingLink": on("confirmed", url="https://meet.example.org/1"),
}
PRACTICE: dict[str, Act] = {
    "setWeeklyHours": Act(lambda world: {**theirs(world), "week": WEEK}),
    "setDateOverrides": Act(
        lambda world: {**theirs(world), "days": [{"date": "2030-02-01", "intervals": []}]}
    ),
    "addTimeOff": Act(lambda world: {**theirs(world), "firstDay": "2030-02-01", "lastDay": "2030-02-02"}),
    "removeTimeOff": Act(lambda world: {"timeOffId": gid(world.rows["time off"])}),
    "createBusiness": Act(
        lambda world: {"name": "Harbour", "categoryId": gid(world.place.category)}, theirs=True
    ),
    "updateBusiness": Act(lambda world: {"id": gid(world.place), "city": "Gdynia"}),
    "updateBusiness: slug": Act(lambda world: {"id": gid(world.place), "slug": "harbour"}),
    "updateBusiness: closing": Act(lambda world: {"id": gid(world.place), "isActive": False}),
    "deleteBusiness": Act(lambda world: {"id": gid(world.place)}),
    "saveCorporateClient": Act(lambda world: {"id": gid(world.rows["company"]), "company": "Acme"}),
    "setOpeningHours": Act(lambda world: {"businessId": gid(world.place), "week": WEEK}),
    "setClosedDays": Act(lambda world: {"businessId": gid(world.place), "add": [{"date": "2030-02-01"}]}),
    "saveService": Act(lambda world: {"id": gid(world.service), "name": "Chat"}),
    "saveConsultant: name": Act(lambda world: {"id": gid(world.host), "fullName": "Mira"}),
    "saveConsultant: bio": Act(lambda world: {"id": gid(world.host), "bio": "New."}),
    "inviteConsultant": Act(
        lambda world: {"consultantId": gid(world.rows["lone"]), "email": "wanda@example.org"}
    ),
    "acceptConsultantInvitation": Act(lambda world: {"token": world.token("link")}, theirs=True),
    "unlinkConsultant": Act(theirs),
    "saveResource": Act(lambda world: {"id": gid(world.room), "name": "Room 9"}),
    "deleteResource": Act(lambda world: {"id": gid(world.room)}),
    "publishConsentText": Act(lambda world: {"businessId": gid(world.place), "text": "Be kind."}),
    "addStaffMember: as STAFF": Act(lambda world: invited(world, "STAFF")),
    "addStaffMember: as MANAGER": Act(lambda world: invited(world, "MANAGER")),
    "acceptStaffInvitation": Act(lambda world: {"token": world.token("join")}),
    "withdrawStaffInvitation": Act(lambda world: {"invitationId": gid(world.rows["invitation"])}),
    "setStaffRole": Act(lambda world: {**worker(world), "role": "MANAGER"}),
    "removeStaffMember": Act(worker),
    "blockSender": Act(lambda world: {"businessId": gid(world.place), "address": "bad@example.org"}),
    "unblockSender": Act(lambda world: {"id": gid(world.rows["blocked"])}),
    "publishSlots": Act(
        lambda world: {
            **theirs(world),
            "serviceId": gid(world.service),
            "startsAt": [(ASKED_AT + timedelta(days=25)).isoformat()],
        }
    ),
    "withdrawSlots": Act(
        lambda world: {
            "which": {
                "between": {
                    **theirs(world),
                    "from": (ASKED_AT + timedelta(days=29)).isoformat(),
                    "until": (ASKED_AT + timedelta(days=31)).isoformat(),
                }
            }
        }
    ),
}
ACCOUNTS: dict[str, Act] = {
    "tokenAuth": proven(email=lambda world: EMAIL, password=lambda world: PASSWORD),
    "refreshToken": proven(refreshToken=lambda world: world.sessions["clnt"].refresh_token),
    "toggleFavourite": Act(lambda world: {"of": {"businessId": gid(world.place)}, "keep": True}),
    "verifyToken": proven(token=lambda world: world.sessions["clnt"].access_token),
    "revokeToken: a session": proven(refreshToken=lambda world: world.sessions["clnt"].refresh_token),
    "revokeToken: one's own": just(),
    "register": just(email="new@example.org", password=LONG, fullName="Nora"),
    "verifyEmail: code": Act(
        lambda world: {
            "proof": {
                "code": {
                    "registrationId": world.rows["registration"],
                    "code": world.mailed["register"]["code"],
                }
            }
        },
        theirs=True,
    ),
    "verifyEmail: link": Act(
        lambda world: {"proof": {"link": {"token": world.token("register"), "password": PASSWORD}}},
        theirs=True,
    ),
    "verifyEmail: own, wrong code": just(proof={"code": {"code": "000000"}}),
    "resendEmailVerification": Act(lambda world: {"registrationId": world.rows["registration"]}),
    "requestEmailVerification": just(),
    "requestPasswordReset": just(email=EMAIL),
    "resetPassword": Act(
        lambda world: {"proof": {"token": world.token("reset")}, "newPassword": LONG}, theirs=True
    ),
    "changePassword": just(oldPassword=PASSWORD, newPassword=LONG),
    "updateProfile": just(fullName="Ann"),
    "endSession": Act(lambda world: {"sessionId": str(world.rows["session"])}),
    "setSecurityQuestion": just(question="FIRST_SCHOOL", answer="Ours on the hill", password=PASSWORD),
    "recoverWithSecurityQuestion": Act(
        lambda world: {
            "email": FORGETFUL,
            "question": "FIRST_PET",
            "answer": f"A {MARK}",
            "newPassword": LONG,
        },
        theirs=True,
    ),
    "requestRole": Act(lambda world: {"role": "CONSULTANT"}, theirs=True),
    "roleRequests": just(),
    "decideRoleRequest": Act(lambda world: {"id": gid(world.rows["role request"]), "grant": True}),
    "serviceKeys": just(),
    "serviceKeys: of a practice": Act(lambda world: {"businessId": gid(world.place)}),
    "createServiceKey: for oneself": Act(lambda world: {"name": "Chat", "scopes": ["BOOKING"]}, theirs=True),
    "createServiceKey: for a practice": Act(
        lambda world: {
            "name": "Chat",
            "scopes": ["PRACTICE"],
            "businessId": gid(world.place),
            "password": PASSWORD,
        }
    ),
    "calendarFeeds": just(),
    "createCalendarFeed: as a client": Act(lambda world: {}, theirs=True),
    "createCalendarFeed: as a host": Act(lambda world: {"consultantId": gid(world.host)}),
    "revokeCalendarFeed": Act(lambda world: {"id": gid(world.rows["feed"])}),
    "revokeServiceKey": Act(lambda world: {"id": gid(world.rows["key"])}),
    "paymentAccounts": Act(lambda world: {"businessId": gid(world.place)}),
    "savePaymentAccount": Act(
        lambda world: {
            "businessId": gid(world.place),
            "provider": "paystack",
            "currency": "NGN",
            "secretKey": "sk_test_" + "0" * 40,
            "password": PASSWORD,
        }
    ),
    "deactivatePaymentAccount": Act(
        lambda world: {"id": gid(world.rows["payment account"]), "password": PASSWORD}
    ),
    "setProfilePicture: one's own": just(),
    "setProfilePicture: a consultant's": Act(lambda world: {"consultantId": gid(world.host)}),
    "setProfilePicture: a practice's": Act(lambda world: {"businessId": gid(world.place)}),
    "removeProfilePicture: one's own": just(),
    "removeProfilePicture: consultant": Act(lambda world: {"consultantId": gid(world.host)}),
    "removeProfilePicture: practice": Act(lambda world: {"businessId": gid(world.place)}),
    "requestPersonalData": just(email=EMAIL, what="EXPORT"),
    "exportPersonalData": Act(lambda world: {"proof": {"token": world.token("export")}}, theirs=True),
    "erasePersonalData": Act(
        lambda world: {"proof": {"token": world.token("erase")}, "cancelBookings": True}, theirs=True
    ),
    "exportMyData": just(password=PASSWORD),
    "deleteAccount": just(password=PASSWORD, cancelBookings=True),
}
ACTS: dict[str, Act] = {**CATALOGUE, **LOOKING, **BOOKINGS, **PRACTICE, **ACCOUNTS}
