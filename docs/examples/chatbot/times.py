"""Open times, a few at a time."""

from typing import Any

from api import Api, Refused
from documents import ITS_TIMES, TIMES
from person import Person

DATE = r"\d{4}-\d\d-\d\d"


class Times:
    """What is open, for a service or for a booking that is to be put elsewhere."""

    def __init__(self, api: Api, person: Person) -> None:
        self._api, self._person = api, person

    def choose(
        self, service: str, question: str, *, booking: str = "", token: str = ""
    ) -> dict[str, Any] | None:
        """Have an open time chosen; None where the person goes back, or nothing is open."""
        where: dict[str, str] = {}
        while True:
            try:
                page = self._page(service, booking, token, where)
            except Refused as refusal:  # a date that is none
                if not where:
                    raise
                self._person.tell(str(refusal))
                where = {}
                continue
            slots = [edge["node"] for edge in page["edges"]]
            if not slots:
                self._person.say("no_time")
                return None
            letters = ["b", "m"] if page["pageInfo"]["hasNextPage"] else ["b"]
            asked = f"{question} {self._person.words['time']}".strip()
            chosen = self._person.choose(asked, [_shown(slot) for slot in slots], *letters, pattern=DATE)
            if isinstance(chosen, int):
                return dict(slots[chosen])
            if chosen == "b":
                return None
            after = {"after": page["pageInfo"]["endCursor"]}
            where = {**where, **after} if chosen == "m" else {"from": f"{chosen}T00:00:00Z"}

    def choose_of(self, slots: list[dict[str, Any]]) -> dict[str, Any] | None:
        """Have one of a refusal's open times chosen; None where the person goes back."""
        question = self._person.words["one_of_these"]
        chosen = self._person.choose(question, [_shown(slot) for slot in slots], "b")
        return slots[chosen] if isinstance(chosen, int) else None

    def _page(self, service: str, booking: str, token: str, where: dict[str, str]) -> dict[str, Any]:
        """Give a page of those of the booking, or where it has none, of those of the service."""
        if booking:
            found = self._api.ask(ITS_TIMES, {"id": booking, **where}, token=token)["booking"]
            if found and found["openSlots"] is not None:
                return dict(found["openSlots"])
        return dict(self._api.ask(TIMES, {"service": service, **where})["openSlots"])


def _shown(slot: dict[str, Any]) -> str:
    return f"{slot['local']['date']} {slot['local']['time']} ({slot['timezone']})"
