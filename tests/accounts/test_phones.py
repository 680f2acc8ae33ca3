import pytest

from bookings.accounts.phones import LONGEST, read_phone
from tests.witness import refusal


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("+48221234567", "+48221234567"),
        ("  +48 22 123 45 67 ", "+48221234567"),
        ("+48 (22) 123-45-67", "+48221234567"),
        ("+48 22 123.45/67", "+48221234567"),
        ("(+48) 22 123 45 67", "+48221234567"),
        ("+48\u00a022\u202f123\u201345\u221267", "+48221234567"),
        ("\u202a+48221234567\u202c", "+48221234567"),
        ("\uff0b\uff14\uff18\uff12\uff12\uff11\uff12\uff13\uff14\uff15\uff16\uff17", "+48221234567"),
        ("+٤٨٢٢١٢٣٤٥٦٧", "+48221234567"),
        ("+44 (0)20 7946 0958", "+442079460958"),
        ("+39 02 3661 8300", "+390236618300"),
        ("+1 650-253-0000", "+16502530000"),
        ("+800 1234 5678", "+80012345678"),
    ],
)
def test_read_phone__gives_the_international_form(typed, kept):
    assert read_phone(typed) == kept


@pytest.mark.parametrize("typed", ["", "   ", "\u202a\u202c", "\n"])
def test_read_phone__of_nothing_is_nothing(typed):
    assert read_phone(typed) == ""


@pytest.mark.parametrize(
    ("typed", "region", "kept"),
    [
        ("22 123 45 67", "PL", "+48221234567"),
        ("030 303986300", "de", "+4930303986300"),
        ("0041 44 668 18 00", "PL", "+41446681800"),
        ("+1 650 253 0000", "PL", "+16502530000"),
        ("22 123 45 67", " PL ", "+48221234567"),
    ],
)
def test_read_phone__without_country_code_is_dialled_from_the_region(typed, region, kept):
    assert read_phone(typed, region) == kept


@pytest.mark.parametrize(
    "typed",
    [
        "22 123 45 67",
        "0048221234567",
        "+48 22 123 45 6",
        "+48 22 123 45 678",
        "+48 00 000 00 00",
        "+999 123456789",
        "+1 555 0100",
        "112",
        "+",
        "-",
        "()",
        "+48++221234567",
        "+48221234567+",
        "++48221234567",
        "+1 800 FLOWERS",
        "call me +48221234567",
        "+48221234567 ext. 12",
        "+48221234567x12",
        "+48221234567,,12",
        "+48221234567;ext=12",
        "+48221234567#",
        "*100#",
        "tel:+48221234567",
        "+48221234567\n+48221234568",
        "+48\t221234567",
        "\x00+48221234567",
        "+48221234567\x00",
        "\ud800+48221234567",
        "+48221234567📞",
        "<script>+48221234567</script>",
        "Ⅷ+48221234567",
        "+48²21234567",
        "1" * LONGEST,
        "+48221234567" + " " * LONGEST,
        "+" * 1_000_000,
        "9" * 1_000_000,
    ],
)
def test_read_phone__refuses_what_is_no_number(typed):
    error = refusal(read_phone, text=typed)

    assert (error.code, error.field) == ("VALIDATION_FAILED", ["phone"])


@pytest.mark.parametrize("region", ["XX", "001", "POL", "P", "48", "\x00", "x" * 100_000])
def test_read_phone__refuses_a_region_without_numbers(region):
    error = refusal(read_phone, text="22 123 45 67", region=region)

    assert (error.code, error.field) == ("VALIDATION_FAILED", ["phoneRegion"])


def test_read_phone__says_how_to_begin_where_the_country_code_is_missing():
    assert "+48" in refusal(read_phone, text="22 123 45 67").message
