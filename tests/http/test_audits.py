"""The audits of GraphQL over HTTP, by the reference client, over a real socket."""

import subprocess
from pathlib import Path

import pytest

from tests import npm

AUDITS = Path(__file__).parent.parent / "clients" / "graphql_http"


@pytest.fixture(scope="session")
def node() -> str:
    """Give node, with what the audits need installed beside them."""
    npm.install(AUDITS)
    return npm.command("node")


def audit(node: str, url: str) -> subprocess.CompletedProcess[str]:
    """Run all audits against an address."""
    return subprocess.run(
        [node, "audit.mjs", url], cwd=AUDITS, capture_output=True, text=True, timeout=60, check=False
    )


@pytest.mark.prove
@pytest.mark.busy
@pytest.mark.only_on("postgresql")
def test_audit__passes_61_of_61(node, live_server):
    result = audit(node, f"{live_server.url}/graphql/")

    assert result.stdout.splitlines() == ["61 ok, 0 notices, 0 warnings, 0 errors"]
    assert result.returncode == 0


@pytest.mark.prove
@pytest.mark.busy
@pytest.mark.only_on("postgresql")
def test_audit__fails_where_there_is_no_graphql(node, live_server):
    result = audit(node, f"{live_server.url}/nothing/")

    assert result.returncode == 1
