"""What `make audit` makes of pip-audit's report; the index itself is asked by nobody here."""

from tests.vulnerabilities import Verdict, read

SOUND = {"name": "attrs", "version": "1.0", "vulns": []}
HOLLOW = {"name": "brittle", "version": "2.0", "vulns": [{"id": "PYSEC-1", "fix_versions": ["2.1"]}]}
UNSEEN = {"name": "celest", "skip_reason": "Dependency not found on PyPI"}


def test_verdict__of_sound_packages_passes():
    verdict = read([SOUND])

    assert str(verdict).splitlines() == ["✓ 1 packages, no known hole", "1 passed, 0 failed"]


def test_verdict__of_a_known_hole_fails_and_names_it():
    verdict = read([SOUND, HOLLOW])

    assert str(verdict).splitlines() == ["✗ brittle 2.0: PYSEC-1, mended in 2.1", "0 passed, 1 failed"]


def test_verdict__of_packages_that_were_not_looked_at_is_that_nobody_knows():
    verdict = read([SOUND, UNSEEN])

    assert "could not ask about 1 of 2 packages" in str(verdict)
    assert verdict.sum == "0 passed, 0 failed"


def test_verdict__of_nothing_is_no_pass():
    verdict = Verdict(0, [], [], "no name")

    assert "could not ask about any package" in str(verdict)
    assert verdict.sum == "0 passed, 0 failed"
