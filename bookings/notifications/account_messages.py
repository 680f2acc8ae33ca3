"""The table of messages about accounts and practices, and of those to whoever's address somebody named."""

from django.utils.translation import gettext_lazy as _

from bookings.notifications.entries import Audience, Message

ACCOUNT_MESSAGES: dict[str, Message] = {
    "personal_data_erased": Message(
        subject=_("What was known of you is erased"),
        heading=_("What was known of you is erased"),
        forgets=True,
        audience=Audience.NAMED,
    ),
    "personal_data_erasure": Message(
        subject=_("Erase what is known of you? Please confirm"),
        heading=_("Please confirm that you want to be forgotten"),
        button=_("Erase what is known of me"),
        secrets=("code", "link"),
        audience=Audience.NAMED,
    ),
    "personal_data_export": Message(
        subject=_("What is known of you: please confirm"),
        heading=_("Please confirm that you want to read what is known of you"),
        button=_("Show what is known of me"),
        secrets=("code", "link"),
        audience=Audience.NAMED,
    ),
    "password_recovered": Message(
        subject=_("Your security question was answered, and your password changed"),
        heading=_("Your password was changed"),
        audience=Audience.ACCOUNT,
    ),
    "role_decided": Message(
        subject=_("About the role that you asked for"),
        heading=_("About the role that you asked for"),
        audience=Audience.ACCOUNT,
    ),
    "security_question_set": Message(
        subject=_("The security question of your account was changed"),
        heading=_("The security question of your account was changed"),
        audience=Audience.ACCOUNT,
    ),
    "register": Message(
        subject=_("Confirm your address"),
        heading=_("One more step: confirm your address"),
        button=_("Confirm my address"),
        secrets=("code", "link"),
        audience=Audience.NAMED,
    ),
    "register_known": Message(
        subject=_("You have an account already"),
        heading=_("You have an account already"),
        secrets=("code", "link"),
        audience=Audience.NAMED,
    ),
    "verify_email": Message(
        subject=_("Confirm your address"),
        heading=_("Please confirm your address"),
        button=_("Confirm my address"),
        secrets=("code", "link"),
        audience=Audience.NAMED,
    ),
    "reset_password": Message(
        subject=_("Choose a new password"),
        heading=_("Choose a new password"),
        button=_("Choose a new password"),
        secrets=("code", "link"),
        audience=Audience.NAMED,
    ),
    "reset_password_unknown": Message(
        subject=_("There is no account with this address"),
        heading=_("There is no account with this address"),
        secrets=("code", "link"),
        audience=Audience.NAMED,
    ),
    "password_changed": Message(
        subject=_("Your password was changed"),
        heading=_("Your password was changed"),
        audience=Audience.ACCOUNT,
    ),
    "payment_account_ended": Message(
        subject=_("Your practice's payment account is not used any more"),
        heading=_("A payment account of your practice is not used any more"),
        audience=Audience.ACCOUNT,
    ),
    "payment_account_saved": Message(
        subject=_("The payment account of your practice was changed"),
        heading=_("The payment account of your practice was changed"),
        audience=Audience.ACCOUNT,
    ),
    "service_key_made": Message(
        subject=_("A service key for your practice was made"),
        heading=_("A service key for your practice was made"),
        audience=Audience.ACCOUNT,
    ),
    "session_stolen": Message(
        subject=_("You were logged out to keep your account safe"),
        heading=_("You were logged out to keep your account safe"),
        audience=Audience.ACCOUNT,
    ),
    "staff_invited": Message(
        subject=_("You are invited to work with us"),
        heading=_("You are invited to work with us"),
        button=_("See the invitation"),
        secrets=("link",),
        to_anybody=True,
        audience=Audience.NAMED,
    ),
    "staff_joined": Message(
        subject=_("Somebody accepted your invitation"),
        heading=_("Somebody accepted your invitation"),
        audience=Audience.ACCOUNT,
    ),
    "staff_removed": Message(
        subject=_("You no longer work for a practice here"),
        heading=_("You no longer work for this practice here"),
        audience=Audience.ACCOUNT,
    ),
}
