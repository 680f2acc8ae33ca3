"""Answers are written by the fast writer where it can, and else by the slow one; nobody sees the difference."""

import json

import pytest

from schema.http.view import _encode


@pytest.mark.parametrize(
    "data",
    [{"name": "Zoë 🏃", "of": [1, 2.5, None, True]}, {"number": 2**64}, {"number": -(2**70)}],
    ids=["usual", "beyond 64 bits", "far below"],
)
def test_encode__gives_what_it_was_given(data):
    assert json.loads(_encode({"data": data})) == {"data": data}


def test_encode__puts_a_mark_for_half_a_letter():
    assert json.loads(_encode({"data": "a\ud83db"})) == {"data": "a?b"}


def test_encode__is_the_same_by_either_writer():
    words = {"name": "Zoë", "at": "2030-01-01T00:00:00Z"}

    fast, slow = _encode({"data": words}), _encode({"data": words, "more": 2**64})

    assert slow.startswith(fast[:-1])


def test_encode__refuses_what_json_has_no_word_for():
    with pytest.raises(TypeError):
        _encode({"data": object()})
