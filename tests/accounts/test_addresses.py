import pytest

from bookings.accounts.addresses import read_email
from bookings.common.addresses import normalise_email
from bookings.common.errors import ErrorCode
from tests.cost import cost_of
from tests.witness import refusal


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("ana@example.org", "ana@example.org"),
        (" Ana@Example.ORG\n", "ana@example.org"),
        ("ana+tag@example.org", "ana+tag@example.org"),
        ("ana@BÜCHER.example", "ana@xn--bcher-kva.example"),
        ("ana@bu\u0308cher.example", "ana@xn--bcher-kva.example"),
        ("ana@Straße.example", "ana@xn--strae-oqa.example"),
        ("ana@\u03b2\u03cc\u03bb\u03bf\u03c2.example", "ana@xn--nxasmm1c.example"),
        ("ana@例え。example", "ana@xn--r8jz45g.example"),
        ("ana@b---c.example", "ana@b---c.example"),
    ],
)
def test_read_email__one_address_has_one_form(typed, stored):
    assert read_email(typed) == stored
    assert read_email(stored) == stored


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "ana",
        "ana@",
        "@example.org",
        "ana@example",
        "ana@@example.org",
        "ana@exa mple.org",
        "ana@example.org, eve@example.org",
        "ana@example.org\nBcc: eve@example.org",
        "Ana <ana@example.org>",
        '"ana\x0bbcc:eve@example.org"@example.org',
        '"ana\x0c"@example.org',
        '"ana\x1c"@example.org',
        "ana\x00@example.org",
        "ana@\ud800.org",
        "ana@exa\u200dmple.org",
        "ana@\u2603.example",
        "ana@example..org",
        f"{'a' * 65}@{'b' * 200}.org",
    ],
)
def test_read_email__what_is_no_address_is_refused_with_the_field(typed):
    error = refusal(read_email, text=typed, field="email")

    assert (error.code, error.field) == (ErrorCode.VALIDATION_FAILED, ["email"])


def test_read_email__no_longer_than_a_mailbox_may_be():
    domain = f"{'b' * 60}.{'c' * 60}.{'d' * 60}.org"

    assert len(read_email(f"{'a' * 60}@{domain}")) <= 254
    assert refusal(read_email, text=f"{'a' * 64}@{'e' * 20}.{domain}").code == ErrorCode.VALIDATION_FAILED


@pytest.mark.parametrize("sign", ["\u0316\u0301", "\u00fc", "\u00fc.", "a", " "])
def test_normalise_email__a_body_full_of_text_takes_no_time(sign):
    """Putting 120,000 accents into their order takes 17 seconds, and anybody may send them."""
    typed = "ana@" + sign * (120_000 // len(sign))

    assert cost_of(lambda _: normalise_email(typed)) < 0.2

    assert refusal(read_email, text=typed).code == ErrorCode.VALIDATION_FAILED
