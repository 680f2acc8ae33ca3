"""The schema: every topic's root fields under one Query and one Mutation."""

import strawberry
from strawberry.schema.config import StrawberryConfig
from strawberry.tools import merge_types
from strawberry_django.optimizer import DjangoOptimizerExtension

from schema import accounts, businesses, catalogue, consultants, nodes, payments, slots
from schema.booking import changes, mutations, queries
from schema.common.inputs import LARGEST_PAGE
from schema.common.scalars import SCALARS

Query = merge_types(
    "Query",
    (
        businesses.Query,
        catalogue.Query,
        consultants.Query,
        slots.Query,
        queries.Query,
        accounts.Query,
        nodes.Query,
    ),
)
Mutation = merge_types("Mutation", (mutations.Mutation, changes.Mutation, accounts.Mutation))

schema = strawberry.Schema(
    query=Query,
    mutation=Mutation,
    types=[payments.Payment, businesses.Category],
    extensions=[DjangoOptimizerExtension],
    config=StrawberryConfig(scalar_map=SCALARS, relay_max_results=LARGEST_PAGE),
)
