"""GraphiQL as it is served is what its sources give."""

import pytest

from tests import npm
from tests.servers import ROOT

pytestmark = [pytest.mark.prove, pytest.mark.only_on("postgresql"), pytest.mark.busy]

SOURCES, SERVED = ROOT / "schema" / "graphiql", ROOT / "schema" / "static" / "graphiql"


def test_build__gives_what_is_committed(tmp_path):
    built = npm.run(SOURCES, "build", str(tmp_path / "built"), within=300)

    assert built.returncode == 0, built.stdout + built.stderr
    found = {path.name: path.read_bytes() for path in (tmp_path / "built").iterdir()}
    committed = {path.name: path.read_bytes() for path in SERVED.iterdir()}
    assert sorted(name for name in {*found, *committed} if found.get(name) != committed.get(name)) == []
