"""Text from people loses what no line of text has, and nothing else."""

import sys
import unicodedata

from bookings.common.inert import one_line

TURNS = set("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def test_one_line__has_a_blank_for_each_control_mark_of_unicode_and_keeps_every_other() -> None:
    wrong = []
    for number in range(sys.maxunicode + 1):
        letter = chr(number)
        blank = unicodedata.category(letter) in {"Cc", "Zl", "Zp", "Cs"} or letter.isspace()
        expected = "ab" if letter in TURNS else "a b" if blank else f"a{letter}b"
        if one_line(f"a{letter}b") != expected:
            wrong.append(hex(number))

    assert wrong == []
