"""The pages to which mails about an account lead."""

VERIFY_EMAIL = "/account/verify-email"
RESET_PASSWORD = "/account/reset-password"  # noqa: S105 - a path
