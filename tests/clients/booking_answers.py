"""Answers that the booking page is given in place of the API's, to see what it says then."""

import json
from typing import Any


def fulfilled(status: int, body: dict[str, Any]) -> dict[str, Any]:
    """Give what an answer is made of."""
    origin = {"Access-Control-Allow-Origin": "*", "Content-Type": "application/graphql-response+json"}
    return {"status": status, "headers": origin, "body": json.dumps(body)}


INTERNAL = fulfilled(
    500,
    {
        "errors": [
            {"message": "Something went wrong.", "extensions": {"code": "INTERNAL_ERROR", "requestId": "r1"}}
        ]
    },
)
TOO_OFTEN = fulfilled(
    429, {"errors": [{"message": "Too many.", "extensions": {"code": "RATE_LIMITED", "retryAfter": 10}}]}
)
NO_SENSE = fulfilled(
    200,
    {
        "data": {
            "services": {
                "edges": [{"cursor": "", "node": None}],
                "pageInfo": {"hasNextPage": False, "endCursor": None},
            }
        }
    },
)
"""What no server of ours answers with: the page itself has the mistake then."""
