import pytest

from bookings.common.ids import ALPHABET, new_acknowledgement_id, new_code, new_token, read_acknowledgement_id


@pytest.mark.parametrize(
    "typed",
    ["MS-7K0Q1D", "ms-7k0q1d", " MS-7K0Q1D\n", "MS-7KOQID", "ms-7koqld", "7K0Q1D", "7koqid", "MS - 7K0 Q1D"],
)
def test_read_acknowledgement_id__forgives_what_people_mistake(typed):
    assert read_acknowledgement_id(typed) == "MS-7K0Q1D"


def test_read_acknowledgement_id__other_ids_stay_other():
    assert read_acknowledgement_id("MS-7K0Q1E") != read_acknowledgement_id("MS-7K0Q1D")
    assert read_acknowledgement_id("MS-7U0Q1D") == "MS-7U0Q1D"


def test_new_acknowledgement_id__reads_as_itself_and_differs_each_time():
    ids = {new_acknowledgement_id() for _ in range(200)}

    assert len(ids) == 200
    assert {read_acknowledgement_id(text) for text in ids} == ids


def test_alphabet__is_crockfords_32():
    assert len(set(ALPHABET)) == 32
    assert not set("ILOU") & set(ALPHABET)


def test_new_code__is_six_digits_with_leading_zeros(monkeypatch):
    assert {len(new_code()) for _ in range(50)} == {6}

    monkeypatch.setattr("secrets.randbelow", lambda _: 7)
    assert new_code() == "000007"


def test_new_token__has_256_bits_and_needs_no_escaping():
    token = new_token()

    assert len(token) == 43
    assert token.replace("-", "").replace("_", "").isalnum()
