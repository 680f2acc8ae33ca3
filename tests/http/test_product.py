"""What this layer says of the product's own schema is true."""

from pathlib import Path

import pytest
from graphql import get_introspection_query, parse

import schema.http
from schema.http.counts import TooComplex
from schema.http.documents import Documents
from schema.http.execution import core_schema
from schema.http.limits import THROTTLED, check
from schema.root import schema as product

STEPS = sorted((Path(schema.http.__file__).parent.parent / "graphiql" / "src" / "steps").glob("*.graphql"))


def test_throttle__names_mutations_that_exist():
    mutations = core_schema(product).mutation_type.fields

    assert set(mutations) >= THROTTLED


@pytest.mark.parametrize("step", STEPS, ids=lambda path: path.stem)
def test_steps__of_graphiql_are_valid_and_within_the_bounds(step):
    document = Documents(core_schema(product)).read(step.read_text())

    assert document.problems == []
    assert len(document.document.definitions) == 1


def test_introspect__whole_schema_is_within_the_bounds():
    query = get_introspection_query(
        specified_by_url=True, directive_is_repeatable=True, input_value_deprecation=True
    )

    assert Documents(core_schema(product)).read(query).problems == []


@pytest.mark.parametrize(
    "nested",
    [
        "{ businesses(first: 20) { edges { node { services { consultants { services { name slug: id } } } } } } }",
        """query($ids: [ID!]!) { nodes(ids: $ids) {
          ... on Business { services { consultants { services { id name seats description } } } }
        } }""",
    ],
)
def test_cost__counts_lists_without_pages_too(nested):
    with pytest.raises(TooComplex):
        check(core_schema(product), parse(nested))
