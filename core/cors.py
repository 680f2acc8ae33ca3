"""What pages of other sites may send."""

ALLOW_HEADERS = [
    "accept",
    "accept-language",
    "apollo-require-preflight",
    "apollographql-client-name",
    "apollographql-client-version",
    "apollographql-library-name",
    "apollographql-library-version",
    "authorization",
    "content-type",
    "idempotency-key",
    "x-apollo-operation-name",
    "x-booking-token",
    "x-request-id",
]
"""Apollo's headers among them, which its clients send with every operation."""
