"""What the bot asks of the API. The mutations of a booking are not here: each booking names its own."""

from collections.abc import Sequence
from typing import Any

SERVICES = """
query Services {
  services(first: 20) {
    edges { node {
      id name durationMinutes price { amount currency }
      business { name consentText consentVersion }
    } }
  }
}
"""
SLOT = "id startsAt timezone local { date time }"
PAGE = f"edges {{ node {{ {SLOT} }} }} pageInfo {{ hasNextPage endCursor }}"
TIMES = f"""
query Times($service: ID!, $from: DateTime, $after: String) {{
  openSlots(serviceId: $service, from: $from, first: 5, after: $after) {{ {PAGE} }}
}}
"""
ITS_TIMES = f"""
query ItsTimes($id: ID!, $from: DateTime, $after: String) {{
  booking(by: {{ id: $id }}) {{ openSlots(from: $from, first: 5, after: $after) {{ {PAGE} }} }}
}}
"""
BOOKING = """
id acknowledgementId statusLabel updatedAt startsAt timezone service { id }
availableActions {
  label mutation inputType deadline refund { amount currency }
  inputs { path kind isRequired value question options { value label } sentBy isSent }
  results { path kind }
}
"""
LOOK = f"query Look($id: ID!) {{ booking(by: {{ id: $id }}) {{ {BOOKING} }} }}"
OUTSIDE = "query Outside($id: String!) { bookingStatus(acknowledgementId: $id) { statusLabel updatedAt } }"
ERRORS = f"errors {{ code message field retryAfter suggestedSlots {{ {SLOT} }} }}"
ASK = f"""
mutation Ask($input: DraftBookingInput!) {{
  draftBooking(input: $input) {{ booking {{ {BOOKING} }} {ERRORS} }}
}}
"""
OPEN = f"""
mutation Open($input: GrantBookingAccessInput!) {{
  grantBookingAccess(input: $input) {{ accessToken booking {{ {BOOKING} }} {ERRORS} }}
}}
"""


def sending(mutation: str) -> str:
    """Write the mutation that has something mailed; the type of an input is called after its mutation."""
    return f"mutation Send($input: {input_type(mutation)}!) {{ {mutation}(input: $input) {{ {ERRORS} }} }}"


def acting(action: dict[str, Any]) -> str:
    """Write an action's mutation, asking for what the action says it gives."""
    given = " ".join(_selected(result["path"], result["kind"]) for result in action["results"])
    call = f"{action['mutation']}(input: $input) {{ {given} {ERRORS} }}"
    return f"mutation Act($input: {action['inputType']}!) {{ {call} }}"


def input_type(mutation: str) -> str:
    """Give the name of the type of a mutation's input."""
    return f"{mutation[0].upper()}{mutation[1:]}Input"


def _selected(path: Sequence[str], kind: str) -> str:
    """Write one path as a selection; of a booking, everything that the bot reads."""
    names = [*path[:-1], BOOKING] if kind == "BOOKING" else list(path)
    text = names.pop()
    while names:
        text = f"{names.pop()} {{ {text} }}"
    return text
