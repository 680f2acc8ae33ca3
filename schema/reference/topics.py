"""Under which heading the reference lists a mutation: one table; a test holds it against the schema."""

from collections.abc import Mapping

TOPICS: Mapping[str, tuple[str, ...]] = {
    "Booking": (
        "draftBooking",
        "verifyBooking",
        "resendVerification",
        "requestBookingAccess",
        "grantBookingAccess",
        "updateBooking",
        "rescheduleBooking",
        "requestCancellation",
        "cancelBooking",
        "bookFollowUp",
    ),
    "Working on bookings": (
        "createBooking",
        "approveBooking",
        "rejectBooking",
        "confirmUnpaidBooking",
        "reassignBooking",
        "completeBooking",
        "markNoShow",
        "undoNoShow",
        "setMeetingLink",
    ),
    "Money": (
        "startPayment",
        "confirmPayment",
        "discountBooking",
        "recordOnSitePayment",
        "refundPayment",
        "retryRefund",
        "savePaymentAccount",
        "deactivatePaymentAccount",
        "resolvePaymentDifference",
    ),
    "Accounts": (
        "register",
        "verifyEmail",
        "resendEmailVerification",
        "requestEmailVerification",
        "tokenAuth",
        "refreshToken",
        "verifyToken",
        "revokeToken",
        "endSession",
        "requestPasswordReset",
        "resetPassword",
        "changePassword",
        "setSecurityQuestion",
        "recoverWithSecurityQuestion",
        "updateProfile",
        "setProfilePicture",
        "removeProfilePicture",
        "toggleFavourite",
        "requestRole",
        "decideRoleRequest",
    ),
    "Personal data": (
        "requestPersonalData",
        "exportPersonalData",
        "erasePersonalData",
        "exportMyData",
        "deleteAccount",
        "publishConsentText",
    ),
    "Practices": (
        "createBusiness",
        "updateBusiness",
        "deleteBusiness",
        "saveService",
        "saveConsultant",
        "saveResource",
        "deleteResource",
        "saveCorporateClient",
        "blockSender",
        "unblockSender",
    ),
    "Who works there": (
        "addStaffMember",
        "acceptStaffInvitation",
        "withdrawStaffInvitation",
        "setStaffRole",
        "removeStaffMember",
        "inviteConsultant",
        "acceptConsultantInvitation",
        "unlinkConsultant",
    ),
    "Calendars": (
        "setOpeningHours",
        "setClosedDays",
        "setWeeklyHours",
        "setDateOverrides",
        "addTimeOff",
        "removeTimeOff",
        "publishSlots",
        "withdrawSlots",
        "createCalendarFeed",
        "revokeCalendarFeed",
    ),
    "Reviews": (
        "writeReview",
        "replyToReview",
        "hideReview",
        "showReview",
    ),
    "Programs": (
        "createServiceKey",
        "revokeServiceKey",
    ),
}
"""What the reference lists, in its order."""

ELSE = "Others"
"""Where a mutation stands that the table forgot, so that none is ever missing."""


def by_topic(mutations: Mapping[str, object]) -> dict[str, list[str]]:
    """Give the names of the mutations that there are, under their topics and in the table's order."""
    found = {topic: [name for name in names if name in mutations] for topic, names in TOPICS.items()}
    placed = {name for names in found.values() for name in names}
    found[ELSE] = [name for name in mutations if name not in placed]
    return {topic: names for topic, names in found.items() if names}
