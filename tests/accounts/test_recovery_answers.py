import pytest

from bookings.accounts.recovery import LONGEST, normalised
from tests.witness import refusal


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("Rex", " rex "),
        ("Rex", "REX!!"),
        ("Rex", "\u201cRex\u201d."),
        ("Rex", "\uff32\uff45\uff58"),
        ("St. Mary's School", "st. mary's  SCHOOL?"),
        ("Straße", "STRASSE"),
        ("Łódź", "ŁÓDŹ"),
        ("Zoe\u0308", "Zoë"),
        ("New\tYork", "new york"),
        ("Re\u200bx", "re x"),
        ("Ρεξ", "ΡΕΞ"),
    ],
)
def test_normalised__is_blind_to_how_it_is_written(left, right):
    assert normalised(left) == normalised(right)


@pytest.mark.parametrize(
    ("left", "right"), [("Rex", "Max"), ("O'Neil", "ONeil"), ("Saint Mary", "SaintMary"), ("Rex", "Réx")]
)
def test_normalised__tells_other_answers_apart(left, right):
    assert normalised(left) != normalised(right)


@pytest.mark.parametrize("answer", ["🐶🐶🐶", "犬太郎", "x" * LONGEST, "\ufdfa" * LONGEST, "123"])
def test_normalised__again_is_the_same(answer):
    assert normalised(normalised(answer)[:LONGEST]) == normalised(answer)[:LONGEST]


@pytest.mark.parametrize(
    "answer",
    [
        "",
        "ab",
        "..ab..",
        "( a) !",
        "!!!!!!",
        "   ",
        "\u200b" * 10,
        "x" * (LONGEST + 1),
        "x" * 1_000_000,
        "Rex\x00",
        "Rex\ud800",
    ],
)
def test_normalised__refuses_what_is_no_answer(answer):
    error = refusal(normalised, answer=answer)

    assert (error.code, error.field) == ("VALIDATION_FAILED", ["answer"])
