"""The oracle asked about many more practices than in every run of the tests."""

import pytest
from django.db import connection

from tests.availability.test_oracle import run_examples

pytestmark = [pytest.mark.prove, pytest.mark.busy(long=True)]


def test_openings__are_what_the_oracle_says_over_many_more_practices(db, capsys):
    """Fewer on the database for development."""
    run_examples(2000 if connection.vendor == "postgresql" else 600, capsys)
