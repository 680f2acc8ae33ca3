"""What all clients' proofs share."""

import pytest
from playwright.sync_api import expect

PATIENCE = 20_000
"""Milliseconds that a page may take to show something: servers and a browser share the machine with other proofs."""


@pytest.fixture(scope="session", autouse=True)
def _patient_pages() -> None:
    expect.set_options(timeout=PATIENCE)
