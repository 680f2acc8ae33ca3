"""One booking, followed by what it says can be done: nothing here knows what a booking goes through."""

import time
import uuid
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from api import Api, Refused
from documents import LOOK, OPEN, OUTSIDE, acting, sending
from person import Person, as_number
from times import Times

LOOK_EVERY = 2.0
"""Seconds between two looks while waiting."""
LOOK_OUTSIDE_EVERY = 7.0
"""The same without a token: whoever has proven nothing may look less often."""


class GoneBack(Exception):
    """The person would rather do something else."""


class Following:
    """A booking, what is known of it, and the token that opens it once its mailbox is proven."""

    def __init__(
        self, api: Api, person: Person, times: Times, booking: dict[str, Any], *, token: str = ""
    ) -> None:
        self.api, self.person, self.times = api, person, times
        self.booking, self.service = booking, (booking["service"] or {}).get("id", "")
        self._token = token
        self._mailed: set[str] = set()

    def talk(self, patience: float) -> None:
        """Offer what can be done, and do it, until nothing can be done any more. Raises Left."""
        while True:
            self._tell()
            actions = self.booking["availableActions"]
            if not actions:
                self.person.say("done")
                return
            chosen = self.person.choose(self.person.words["do"], [self._named(each) for each in actions], "w")
            try:
                if not isinstance(chosen, int) or self.act(actions[chosen]):
                    self.wait(patience)
            except GoneBack:
                continue
            except Refused as refusal:
                self.person.tell(str(refusal))
                if refusal.code == "UNAUTHENTICATED":
                    self._token = ""

    def act(self, action: dict[str, Any], *, at: str = "") -> bool:
        """Make one action; tell whether there is something to wait for. Raises GoneBack and Refused.

        at: the time that was chosen already, for whatever input takes one.
        """
        keys = [each for each in action["inputs"] if each["kind"] == "ACCESS_TOKEN" and each["isRequired"]]
        if keys and not self._token:
            if keys[0]["sentBy"] is None:
                raise GoneBack  # no mail brings a token to this booking, another action does
            self.open(keys[0]["sentBy"])
            return False  # with the token other things may be possible, and in another way
        given: dict[str, Any] = {}
        for each in action["inputs"]:
            value = at if at and each["kind"] == "TIME" else self._value(each)
            if value is not None:
                _put(given, each["path"], value)
        payload = self.api.ask(acting(action), {"input": given}, token=self._token)[action["mutation"]]
        link = self._keep(action, payload)
        if payload["errors"]:
            return self._refused(payload["errors"])
        self._mailed.clear()
        if link:
            self.person.say("open")
            self.person.tell(link)
        return bool(link)

    def wait(self, patience: float) -> None:
        """Look at the booking until it is another than it was, or the patience ends."""
        self.person.say("waiting", seconds=round(patience))
        before, until = _seen(self.booking), time.monotonic() + patience
        while True:
            self.look()
            left = until - time.monotonic()
            if _seen(self.booking) != before:
                return
            if left <= 0:
                self.person.say("unchanged")
                return
            # Nothing is pushed to a client; whoever waits looks again.
            time.sleep(min(left, LOOK_EVERY if self._token else LOOK_OUTSIDE_EVERY))

    def look(self) -> None:
        """Read the booking anew. Where it is not open to us and has changed, the person proves the mailbox again."""
        if not self._token:
            outside = self.api.ask(OUTSIDE, {"id": self.booking["acknowledgementId"]})["bookingStatus"]
            if outside is None or outside["updatedAt"] == self.booking["updatedAt"]:
                return
            self.booking = {**self.booking, **outside}
            self.open("requestBookingAccess")
            return
        try:
            found = self.api.ask(LOOK, {"id": self.booking["id"]}, token=self._token)["booking"]
        except Refused as refusal:
            if refusal.code != "UNAUTHENTICATED":
                raise
            self._token, found = "", None
        if found is None:
            self.open("requestBookingAccess")
        else:
            self.booking = found

    def open(self, sent_by: str) -> None:
        """Have a code mailed and exchange it for an access token. Raises GoneBack."""
        code = self._code(sent_by, self.person.words["access"], is_sent=False)
        proof = {"code": {"acknowledgementId": self.booking["acknowledgementId"], "code": code}}
        payload = self.api.ask(OPEN, {"input": {"proof": proof}})["grantBookingAccess"]
        if payload["errors"]:
            self._refused(payload["errors"])
        else:
            self._token, self.booking = payload["accessToken"], payload["booking"]
            self._mailed.clear()

    def _value(self, each: dict[str, Any]) -> Any:
        """Give what one input is to hold; None leaves it out. A kind that came later is asked for in words."""
        kind = each["kind"]
        if kind == "CODE":
            return self._code(each["sentBy"], each["question"], is_sent=each["isSent"])
        if kind == "TIME":
            return self._time(each["question"])
        made = {"GIVEN": each["value"], "KEY": str(uuid.uuid4()), "ACCESS_TOKEN": self._token or None}
        return made[kind] if kind in made else self._said(each)

    def _said(self, each: dict[str, Any]) -> Any:
        """Ask the person; what they say goes on as it is, in the type that is wanted."""
        person, kind = self.person, each["kind"]
        hints = [] if each["isRequired"] else [person.words["optional"]]
        if kind == "CHOICE":
            labels = [option["label"] for option in each["options"]]
            question = " ".join([each["question"], *hints])
            chosen = person.choose(question, labels, *([] if each["isRequired"] else [""]))
            return each["options"][chosen]["value"] if isinstance(chosen, int) else None
        said = person.ask(each["question"], *hints)
        if not said and not each["isRequired"]:
            return None
        if kind == "YES_NO":
            return person.means_yes(said)
        return as_number(said) if kind == "NUMBER" else said

    def _code(self, sent_by: str | None, question: str, *, is_sent: bool) -> str:
        """Ask for a code from the mailbox, which is sent first where it was not, and again on an empty answer."""
        if sent_by and not is_sent and sent_by not in self._mailed:
            self._send(sent_by)
        while True:
            said = self.person.ask(question, *([self.person.words["mail_again"]] if sent_by else []))
            if said.lower() == "b":
                raise GoneBack
            if said or not sent_by:
                return said
            self._send(sent_by)

    def _send(self, mutation: str) -> None:
        given = {"acknowledgementId": self.booking["acknowledgementId"]}
        payload = self.api.ask(sending(mutation), {"input": given}, token=self._token)[mutation]
        for error in payload["errors"]:
            self._tell_error(error)
        if not payload["errors"]:
            self._mailed.add(mutation)
            self.person.say("mailed")

    def _time(self, question: str) -> str:
        slot = self.times.choose(self.service, question, booking=self.booking["id"], token=self._token)
        if slot is None:
            raise GoneBack
        return str(slot["startsAt"])

    def _keep(self, action: dict[str, Any], payload: dict[str, Any]) -> str:
        """Keep what a payload gives, refused or not; give the address that it has for the person, if any."""
        link = ""
        for result in action["results"]:
            path = result["path"][:-1] if result["kind"] == "BOOKING" else result["path"]
            found = _at(payload, path)
            if found and result["kind"] == "BOOKING":
                self.booking = found
                self.service = (found["service"] or {}).get("id", "") or self.service
            elif found and result["kind"] == "ACCESS_TOKEN":
                self._token = found
            elif found and result["kind"] == "LINK":
                link = found
        return link

    def _refused(self, errors: list[dict[str, Any]]) -> bool:
        """Pass the API's words on. Where a time was refused, offer those that are open, for whatever takes one."""
        for error in errors:
            self._tell_error(error)
        self.look()
        slots = [slot for error in errors for slot in error["suggestedSlots"]]
        movers = [
            action
            for action in self.booking["availableActions"]
            if any(each["kind"] == "TIME" for each in action["inputs"])
        ]
        if not slots or not movers:
            return False
        slot = self.times.choose_of(slots)
        return self.act(movers[0], at=slot["startsAt"]) if slot is not None else False

    def _tell_error(self, error: dict[str, Any]) -> None:
        self.person.tell(error["message"])
        if error["retryAfter"]:
            self.person.say("again", seconds=error["retryAfter"])

    def _tell(self) -> None:
        """Say where the booking stands."""
        booking = self.booking
        self.person.say("now", id=booking["acknowledgementId"], status=booking["statusLabel"])
        if booking["startsAt"]:
            date, clock = self._local(booking["startsAt"])
            self.person.say("starts", date=date, time=clock, zone=booking["timezone"])

    def _named(self, action: dict[str, Any]) -> str:
        """Give an action in words, with until when it is possible and what it would give back."""
        words, facts = self.person.words, []
        if action["deadline"]:
            date, clock = self._local(action["deadline"])
            facts.append(words["until"].format(date=date, time=clock))
        if action["refund"]:
            facts.append(words["gives_back"].format(**action["refund"]))
        return f"{action['label']} ({'; '.join(facts)})" if facts else str(action["label"])

    def _local(self, instant: str) -> tuple[str, str]:
        """Give date and time on the booking's clock, or on this machine's while that is not known."""
        zone = self.booking["timezone"]
        moment = datetime.fromisoformat(instant).astimezone(ZoneInfo(zone) if zone else None)
        return f"{moment:%Y-%m-%d}", f"{moment:%H:%M}"


def _seen(booking: dict[str, Any]) -> tuple[Any, ...]:
    """Give what tells a booking that changed."""
    return (
        booking["updatedAt"],
        booking["statusLabel"],
        [each["label"] for each in booking["availableActions"]],
    )


def _put(given: dict[str, Any], path: list[str], value: Any) -> None:
    for name in path[:-1]:
        given = given.setdefault(name, {})
    given[path[-1]] = value


def _at(payload: Any, path: list[str]) -> Any:
    for name in path:
        payload = payload.get(name) if payload else None
    return payload
