"""What a service key may ask for: one table over the root fields of the schema, asked before each of them runs.

What a key gets of an object is the viewer's to say, as for everybody (`Viewer`); this says which doors it knocks at.
"""

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any

from django.utils.translation import gettext
from graphql import GraphQLResolveInfo, GraphQLSchema

from bookings.accounts.models import ServiceKey
from bookings.common.errors import Forbidden

Scope = ServiceKey.Scope
Scopes = frozenset[Scope]

READ: Scopes = frozenset({Scope.CATALOGUE})
BOOK: Scopes = frozenset({Scope.BOOKING})
FOLLOW: Scopes = frozenset({Scope.BOOKING, Scope.PRACTICE})
"""For what clients do with their proofs, and staff by right."""
WORK: Scopes = frozenset({Scope.PRACTICE})
ANY: Scopes = frozenset(Scope)
NO_KEY: Scopes = frozenset()
"""For people alone: accounts, keys, who works for a practice, what is known of a person, a consultant's own."""

QUERIES: Mapping[str, Scopes] = {
    "booking": FOLLOW,
    "bookingStatus": FOLLOW,
    "bookingCounts": WORK,
    "bookings": WORK,
    "business": READ,
    "businesses": READ,
    "calendarFeeds": NO_KEY,
    "categories": READ,
    "consentText": READ,
    "consultant": READ,
    "consultants": READ,
    "corporateClients": WORK,
    "explainSlot": READ,
    "lifecycle": ANY,
    "me": NO_KEY,
    "node": ANY,
    "nodes": ANY,
    "openSlots": READ,
    "paymentAccounts": NO_KEY,
    "paymentDifferences": WORK,
    "payments": WORK,
    "paymentSummary": WORK,
    "publishedSlots": WORK,
    "resources": READ,
    "reviews": READ,
    "roleRequests": NO_KEY,
    "serviceKeys": NO_KEY,
    "services": READ,
    "statistics": WORK,
}
"""Which scopes open a query to a key; one of them is enough. What is not here, no key may ask."""

MUTATIONS: Mapping[str, Scopes] = {
    "acceptConsultantInvitation": NO_KEY,
    "acceptStaffInvitation": NO_KEY,
    "addStaffMember": NO_KEY,
    "addTimeOff": WORK,
    "approveBooking": WORK,
    "bookFollowUp": FOLLOW,
    "blockSender": WORK,
    "cancelBooking": FOLLOW,
    "changePassword": NO_KEY,
    "completeBooking": WORK,
    "confirmPayment": FOLLOW,
    "confirmUnpaidBooking": WORK,
    "createBooking": WORK,
    "createCalendarFeed": NO_KEY,
    "createBusiness": NO_KEY,
    "createServiceKey": NO_KEY,
    "deactivatePaymentAccount": NO_KEY,
    "decideRoleRequest": NO_KEY,
    "deleteAccount": NO_KEY,
    "deleteBusiness": NO_KEY,
    "deleteResource": WORK,
    "discountBooking": WORK,
    "draftBooking": BOOK,
    "endSession": NO_KEY,
    "erasePersonalData": NO_KEY,
    "exportMyData": NO_KEY,
    "exportPersonalData": NO_KEY,
    "grantBookingAccess": BOOK,
    "hideReview": WORK,
    "inviteConsultant": NO_KEY,
    "markNoShow": WORK,
    "publishConsentText": WORK,
    "publishSlots": WORK,
    "reassignBooking": WORK,
    "recordOnSitePayment": WORK,
    "recoverWithSecurityQuestion": NO_KEY,
    "refreshToken": NO_KEY,
    "refundPayment": WORK,
    "register": NO_KEY,
    "rejectBooking": WORK,
    "removeProfilePicture": NO_KEY,
    "removeStaffMember": NO_KEY,
    "removeTimeOff": WORK,
    "replyToReview": WORK,
    "requestBookingAccess": BOOK,
    "requestCancellation": BOOK,
    "requestEmailVerification": NO_KEY,
    "requestPasswordReset": NO_KEY,
    "requestPersonalData": NO_KEY,
    "requestRole": NO_KEY,
    "rescheduleBooking": FOLLOW,
    "resendEmailVerification": NO_KEY,
    "resendVerification": BOOK,
    "resetPassword": NO_KEY,
    "resolvePaymentDifference": NO_KEY,
    "retryRefund": WORK,
    "revokeCalendarFeed": NO_KEY,
    "revokeServiceKey": NO_KEY,
    "revokeToken": NO_KEY,
    "saveConsultant": WORK,
    "saveCorporateClient": WORK,
    "savePaymentAccount": NO_KEY,
    "saveResource": WORK,
    "saveService": WORK,
    "setClosedDays": WORK,
    "setDateOverrides": WORK,
    "setMeetingLink": NO_KEY,
    "setOpeningHours": WORK,
    "setProfilePicture": NO_KEY,
    "setSecurityQuestion": NO_KEY,
    "setStaffRole": NO_KEY,
    "setWeeklyHours": WORK,
    "showReview": WORK,
    "startPayment": FOLLOW,
    "tokenAuth": NO_KEY,
    "toggleFavourite": NO_KEY,
    "unblockSender": WORK,
    "undoNoShow": WORK,
    "unlinkConsultant": NO_KEY,
    "updateBooking": FOLLOW,
    "updateBusiness": NO_KEY,
    "updateProfile": NO_KEY,
    "verifyBooking": FOLLOW,
    "verifyEmail": NO_KEY,
    "verifyToken": NO_KEY,
    "withdrawSlots": WORK,
    "withdrawStaffInvitation": NO_KEY,
    "writeReview": FOLLOW,
}
"""The same of mutations."""

NODES: Mapping[str, Scopes] = {
    "Account": NO_KEY,
    "Booking": FOLLOW,
    "Business": READ,
    "CalendarFeed": NO_KEY,
    "Category": READ,
    "Consultant": READ,
    "Favourite": NO_KEY,
    "CorporateClient": WORK,
    "Payment": FOLLOW,
    "PaymentAccount": NO_KEY,
    "PaymentDifference": WORK,
    "PublishedSlot": WORK,
    "Refund": FOLLOW,
    "Resource": READ,
    "Review": READ,
    "RoleRequest": NO_KEY,
    "Service": READ,
    "ServiceKey": NO_KEY,
    "Slot": READ,
}
"""Which scopes let a key look an object up by its id; without one it is `null`, as what is not there."""


def hold_to_scopes(schema: GraphQLSchema) -> None:
    """Have every root field ask for its scopes before its resolver runs. Done once, where the schema is made."""
    for root, table in ((schema.query_type, QUERIES), (schema.mutation_type, MUTATIONS)):
        if root is None:
            continue
        for name, field in root.fields.items():
            if field.resolve is None:
                raise TypeError(f"{name} has no resolver of its own to stand before")
            field.resolve = _guarded(field.resolve, name, table.get(name, NO_KEY))


def may_look_up(key: ServiceKey | None, kind: str) -> bool:
    """Tell whether a caller may look up objects of a type by id, as far as scopes go; without a key all may."""
    return key is None or key.allows(*NODES.get(kind, NO_KEY))


def _guarded(resolve: Callable[..., Any], name: str, scopes: Scopes) -> Callable[..., Any]:
    """Put the question before a resolver. A key that is no good is refused here too, whatever the field is."""

    @wraps(resolve)
    def guarded(source: Any, info: GraphQLResolveInfo, **arguments: Any) -> Any:
        key: ServiceKey | None = info.context.key
        if key is not None and not key.allows(*scopes):
            raise Forbidden(_words(name, scopes))
        return resolve(source, info, **arguments)

    return guarded


def _words(name: str, scopes: Scopes) -> str:
    if not scopes:
        return gettext("No service key may ask for %(name)s; it is for people with an account.") % {
            "name": name
        }
    wanted = gettext(" or ").join(scope.value for scope in Scope if scope in scopes)
    return gettext("This service key lacks the scope %(wanted)s, which %(name)s needs.") % {
        "wanted": wanted,
        "name": name,
    }
