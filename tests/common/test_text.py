import pytest

from bookings.common.text import can_be_kept


@pytest.mark.parametrize("text", ["", "plain", "Zażółć", "👩‍👩‍👧", "two\nlines\t", "\ufeff\u202e"])
def test_can_be_kept__text_of_any_language(text):
    assert can_be_kept(text)


@pytest.mark.parametrize("text", ["\x00", "a\x00b", "\ud800", "a\udfff"])
def test_can_be_kept__neither_nul_nor_half_a_surrogate_pair(text):
    assert not can_be_kept(text)
