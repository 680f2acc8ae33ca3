"""What is always true of the data, whatever happened: looked at over all rows, as `audit_invariants` does."""

from bookings.audit.invariants import audit


def check_invariants() -> None:
    """Fail with everything that is wrong."""
    wrong = [str(finding) for finding in audit()]
    assert not wrong, "\n".join(wrong)
