"""The page on security: every requirement of ASVS 5.0.0 up to level 2 has its line, and each claim its test."""

import re

from tests.docs import markdown

SECTIONS = """
1.1:2 1.2:9 1.3:11 1.4:3 1.5:2 2.1:3 2.2:3 2.3:4 2.4:1 3.4:6 3.5:5 4.1:3 4.2:1 4.3:2 4.4:4 5.1:1 5.2:3 5.3:2 5.4:3
6.1:3 6.2:12 6.3:4 6.4:4 6.5:5 6.6:3 6.8:4 7.1:3 7.2:4 7.3:2 7.4:5 7.5:2 7.6:2 8.1:2 8.2:3 8.3:1 8.4:1 9.1:3 9.2:4
10.1:2 10.2:2 10.3:4 10.4:11 10.5:5 10.6:2 10.7:3 11.1:2 11.2:3 11.3:3 11.4:4 11.5:1 11.6:1 12.1:3 12.2:2 12.3:4
13.1:1 13.2:5 13.3:2 13.4:5 14.1:2 14.2:4 14.3:3 15.1:3 15.2:3 15.3:7 16.1:1 16.2:5 16.3:4 16.4:3 16.5:3
17.1:1 17.2:4 17.3:2 3.2:2 3.3:4 3.7:2
"""
"""How many requirements of levels 1 and 2 a section has; in each of them these come first."""
ANSWERS = {"yes", "partly", "no", "—", "operator"}


def lines() -> list[list[str]]:
    text = markdown.read("docs/security.md").partition("## OWASP ASVS")[2]
    rows = [line.strip("| ").split(" | ") for line in text.splitlines() if re.match(r"\| \d+\.\d+\.\d", line)]
    return [[cell.strip() for cell in row] for row in rows]


def numbers(told: str) -> list[str]:
    """Give the requirements that a line names, spans and single ones."""
    found = []
    for part in told.split(", "):
        first, _, last = part.partition("–")
        section, _, begin = first.rpartition(".")
        end = (last or first).rpartition(".")[2]
        found += [f"{section}.{number}" for number in range(int(begin), int(end) + 1)]
    return found


def test_asvs__has_a_line_for_every_requirement_of_level_2_and_for_no_other():
    counts = dict(part.split(":") for part in SECTIONS.split())
    wanted = {f"{name}.{number}" for name, most in counts.items() for number in range(1, int(most) + 1)}

    told = [number for row in lines() for number in numbers(row[0])]

    assert sorted(told) == sorted(wanted)


def test_asvs__says_yes_by_a_test_or_by_a_document_alone():
    assert {row[2] for row in lines()} == ANSWERS
    assert [row for row in lines() if row[2] in {"yes", "partly"} and "tests/" not in row[-1]] == []


def test_asvs__says_why_not():
    assert [row for row in lines() if row[2] not in {"yes"} and not (len(row) > 3 and row[3].strip())] == []
