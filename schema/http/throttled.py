"""Which mutations are limited: tries, or mails, that somebody may want to make many of."""

THROTTLED = frozenset(
    {
        "acceptConsultantInvitation",
        "acceptStaffInvitation",
        "addStaffMember",
        "bookFollowUp",
        "cancelBooking",
        "changePassword",
        "createBusiness",
        "deactivatePaymentAccount",
        "deleteAccount",
        "draftBooking",
        "erasePersonalData",
        "exportMyData",
        "exportPersonalData",
        "grantBookingAccess",
        "inviteConsultant",
        "recoverWithSecurityQuestion",
        "refreshToken",
        "register",
        "requestBookingAccess",
        "requestCancellation",
        "requestEmailVerification",
        "requestPasswordReset",
        "requestPersonalData",
        "resendEmailVerification",
        "resendVerification",
        "resetPassword",
        "savePaymentAccount",
        "setProfilePicture",
        "setSecurityQuestion",
        "tokenAuth",
        "verifyBooking",
        "verifyEmail",
    }
)
"""One of them per document, so that nobody guesses twenty codes in one request. All that have a limit stand here."""
