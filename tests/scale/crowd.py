"""People who use both webs in turns, as a proxy in front would spread them."""

import itertools
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.clients.server import Server
from tests.crash.client import Client, Patient
from tests.crash.stage import Mail


@dataclass
class Balanced(Patient):
    """Both webs under one roof: each request goes to the next one, and on to the other where that is gone."""

    turns: Iterator[str] = field(default_factory=lambda: iter(()))

    def pay(self, checkout_url: str) -> None:
        """Press "Pay" on the page, which every web serves."""
        path = checkout_url.removeprefix(self.base_of(checkout_url))
        self._again_and_again(lambda: Server.pay(self, self.base + path))

    @staticmethod
    def base_of(address: str) -> str:
        """Give what stands in an address before its path."""
        return "/".join(address.split("/", 3)[:3])

    def _again_and_again(self, act: Callable[[], Any]) -> Any:
        def turn() -> Any:
            self.base = next(self.turns)
            return act()

        return Patient._again_and_again(turn)


class Visitor(Client):
    """Books, pays, moves and cancels over both webs until told to stop, from an address of their own."""

    def __init__(
        self, urls: Sequence[str], address: str, mail: Mail, *, seed: int, stop: threading.Event
    ) -> None:
        super().__init__(urls[0], mail, seed=seed, stop=stop)
        own = httpx.Client(timeout=10, trust_env=False, headers={"X-Forwarded-For": address})
        # Half of the visitors begin with the one, half with the other.
        turns = itertools.cycle(urls if seed % 2 else [*urls][::-1])
        self.server = Balanced(urls[0], own, turns=turns)
