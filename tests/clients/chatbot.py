"""The chatbot as a process over pipes, and somebody who talks to it."""

import os
import queue
import re
import signal
import subprocess
import sys
import threading
from pathlib import Path

from tests.servers import ROOT

FOLDER = ROOT / "docs" / "examples" / "chatbot"
ANSWERS_WITHIN = 60.0
"""Seconds; longer than the bot is ever patient."""


def interruptible() -> None:
    """Let Ctrl-C be heard, also in the job of a shell that has it ignored."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


class Talk:
    """One conversation: what was heard since the last question, and everything, with our answers, as a transcript."""

    def __init__(self, url: str, *options: str, **env: str) -> None:
        self._bot = subprocess.Popen(
            [sys.executable, str(FOLDER / "bot.py"), f"{url}/graphql/", "--patience", "60", *options],
            env={"PATH": os.environ["PATH"], "PYTHONIOENCODING": "utf-8", "TZ": "UTC", **env},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="surrogateescape",
            preexec_fn=interruptible,  # noqa: PLW1509 - it takes no lock
        )
        self._lines: queue.Queue[str | None] = queue.Queue()
        self.said: list[str] = []
        self.transcript: list[str] = []
        threading.Thread(target=self._listen, daemon=True).start()

    def __enter__(self) -> "Talk":
        return self

    def __exit__(self, *_: object) -> None:
        self._bot.kill()
        self._bot.wait()

    def hears(self, text: str = "? ") -> str:
        """Listen until a line holds a text, a question's mark if none is named; give that line.

        A question that stands unanswered is heard already.
        """
        if text == "? " and self.said and self.said[-1].startswith(text):
            return self.said[-1]
        while True:
            line = self._lines.get(timeout=ANSWERS_WITHIN)
            assert line is not None, "\n".join(["the bot has ended:", *self.transcript])
            self._heard(line)
            if text in line:
                return line

    def answers(self, *answers: str) -> None:
        """Answer the next questions, one after the other."""
        for answer in answers:
            self.question = self.hears()
            self.sends(answer)

    def sends(self, answer: str) -> None:
        """Answer the question that was heard."""
        self.said = []
        self.transcript.append(f"> {answer}")
        self._bot.stdin.write(f"{answer}\n")
        self._bot.stdin.flush()

    def replies(self, **answers: str) -> None:
        """Answer as long as the question has one of these words in it."""
        while word := next((word for word in answers if word in self.hears()), None):
            self.sends(answers[word])

    def picks(self, text: str) -> None:
        """Answer the next question with the number of what is called so."""
        self.question = self.hears()
        offers = (re.match(r"  (\d+)\. (.*)", line) for line in reversed(self.transcript))
        numbers = (offer.group(1) for offer in offers if offer and text in offer.group(2))
        number = next(numbers, None)
        assert number is not None, f"{text!r} is not offered: {self.said}"
        self.sends(number)

    def ends(self, *, with_code: int = 0) -> None:
        """Listen to the end, and hold the bot to how it ends."""
        while (line := self._lines.get(timeout=ANSWERS_WITHIN)) is not None:
            self._heard(line)
        assert self._bot.wait(ANSWERS_WITHIN) == with_code, "\n".join(self.transcript)
        whole = "\n".join(self.transcript)
        assert "Traceback" not in whole, whole
        assert not [line for line in self.transcript if "\033" in line and not line.startswith("> ")]
        told = re.sub(r"https?://\S+", "", whole)  # the address to pay at is for the person
        long = re.findall(r"[\w.-]{30,}", told)  # a row of one digit, which the API quotes, is no token
        assert [word for word in long if len(set(word)) > 5] == [], "something that looks like a token"

    def hangs_up(self) -> None:
        """End the bot's input."""
        self._bot.stdin.close()

    def interrupts(self) -> None:
        """Press Ctrl-C."""
        self._bot.send_signal(signal.SIGINT)

    def _listen(self) -> None:
        for line in self._bot.stdout:
            self._lines.put(line.rstrip("\n"))
        self._lines.put(None)

    def _heard(self, line: str) -> None:
        self.said.append(line)
        self.transcript.append(line)


def shape(lines: list[str]) -> list[str]:
    """Give a transcript without what differs each time: ids, times, codes, addresses; lists of times by their first."""
    text = "\n".join(line.rstrip() for line in lines if line.strip())
    for found, instead in (
        (r"https?://\S+", "ADDRESS"),
        (r"\S+@\S+", "MAILBOX"),
        (r"MS-\w{6}", "MS-ID"),
        (r"\d{4}-\d\d-\d\d", "DATE"),
        (r"\d\d:\d\d", "TIME"),
        (r"\b\d{6}\b", "CODE"),
    ):
        text = re.sub(found, instead, text)
    return text.splitlines()


def in_readme() -> list[str]:
    """Give the transcript of the example's README."""
    page = Path(FOLDER / "README.md").read_text()
    return re.search(r"```text\n(.*?)```", page, re.DOTALL).group(1).splitlines()
