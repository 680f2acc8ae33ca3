"""The oracle asked about many more practices than in every run of the tests."""

import pytest

from tests.availability.test_oracle import run_examples

pytestmark = [pytest.mark.prove, pytest.mark.busy(long=True)]


def test_openings__are_what_the_oracle_says_over_many_more_practices(db, capsys):
    run_examples(2000, capsys)
