"""The person at the other end: lines out, lines in, in a terminal or over a pipe."""

import re
import sys
from collections.abc import Sequence
from typing import TextIO


class Left(Exception):
    """The person has gone: they said so, or their input has ended."""


class Person:
    """Whoever answers. A question is one line that begins with a question mark, and its answer is one line."""

    def __init__(
        self, words: dict[str, str], *, told: TextIO = sys.stdout, heard: TextIO = sys.stdin
    ) -> None:
        self.words = words
        self._told, self._heard = told, heard

    def say(self, name: str, **values: object) -> None:
        """Say one of the bot's own sentences."""
        self.tell(self.words[name].format(**values))

    def tell(self, text: str) -> None:
        """Pass on a text. Whatever it holds, it moves no cursor and begins no question."""
        for line in text.splitlines():
            print(f"  {_plain(line)}", file=self._told, flush=True)

    def ask(self, question: str, *hints: str) -> str:
        """Ask one thing. Raises Left where the input has ended, or the person leaves."""
        plain = _plain(" ".join(" ".join((question, *hints)).split()))
        bold = ("\033[1m", "\033[0m") if self._told.isatty() else ("", "")
        print(f"{bold[0]}? {plain}{bold[1]}", file=self._told, flush=True)
        line = self._heard.readline()
        if not line or line.strip().lower() == "q":
            raise Left
        return line.strip()

    def choose(
        self, question: str, labels: Sequence[str], *letters: str, pattern: str | None = None
    ) -> int | str:
        """Have one of some things chosen: its place from 0, or what stands for something else.

        That is one of the letters, or whatever fits the pattern.
        """
        for place, label in enumerate(labels, 1):
            self.tell(f"{place}. {label}")
        while True:
            answer = self.ask(question).lower()
            if answer in letters or (pattern and re.fullmatch(pattern, answer, re.ASCII)):
                return answer
            number = as_number(answer)
            if isinstance(number, int) and 1 <= number <= len(labels):
                return number - 1
            self.say("no_number")

    def means_yes(self, said: str) -> bool:
        """Tell whether an answer is a yes; whatever else is said means no."""
        return said.lower() in self.words["yes"].split()


def as_number(said: str) -> int | str:
    """Give what was said as a number; as it is where it is none, or longer than any that is ever wanted."""
    return int(said) if len(said) < 10 and said.isascii() and said.isdecimal() else said


def _plain(line: str) -> str:
    """Take out of a line what would move a terminal's cursor, or colour it."""
    return "".join(letter for letter in line if letter.isprintable())
