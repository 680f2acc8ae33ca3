"""The schema: every topic's root fields under one Query and one Mutation."""

import strawberry
from strawberry.schema.config import StrawberryConfig
from strawberry.tools import merge_types
from strawberry.types.base import get_object_definition
from strawberry_django.optimizer import DjangoOptimizerExtension

from schema import (
    accounts,
    blocking,
    businesses,
    catalogue,
    consents,
    consultants,
    corporate_clients,
    directory,
    favourites,
    feeds,
    keys,
    linking,
    nodes,
    offer,
    passwords,
    payment_accounts,
    payment_differences,
    payments,
    pictures,
    practices,
    privacy,
    profile,
    recovery,
    refunding,
    registration,
    resources,
    role_requests,
    staff,
    stats,
    takings,
)
from schema.booking import changes, following, money, mutations, queries
from schema.calendars import mutations as calendar_mutations
from schema.common.inputs import LARGEST_PAGE
from schema.common.scalars import SCALARS
from schema.http.execution import core_schema
from schema.publishing import mutations as publishing_mutations
from schema.publishing import queries as publishing_queries
from schema.reviews import mutations as review_mutations
from schema.reviews import queries as review_queries
from schema.scopes import hold_to_scopes
from schema.slots import queries as slot_queries

Query = merge_types(
    "Query",
    (
        businesses.Query,
        directory.Query,
        catalogue.Query,
        consents.Query,
        consultants.Query,
        corporate_clients.Query,
        resources.Query,
        slot_queries.Query,
        publishing_queries.Query,
        queries.Query,
        profile.Query,
        role_requests.Query,
        keys.Query,
        feeds.Query,
        payment_accounts.Query,
        payment_differences.Query,
        takings.Query,
        review_queries.Query,
        stats.Query,
        nodes.Query,
    ),
)
Mutation = merge_types(
    "Mutation",
    (
        mutations.Mutation,
        changes.Mutation,
        following.Mutation,
        money.Mutation,
        refunding.Mutation,
        calendar_mutations.Mutation,
        practices.Mutation,
        corporate_clients.Mutation,
        offer.Mutation,
        publishing_mutations.Mutation,
        accounts.Mutation,
        staff.Mutation,
        linking.Mutation,
        blocking.Mutation,
        registration.Mutation,
        passwords.Mutation,
        profile.Mutation,
        favourites.Mutation,
        recovery.Mutation,
        role_requests.Mutation,
        keys.Mutation,
        feeds.Mutation,
        payment_accounts.Mutation,
        payment_differences.Mutation,
        pictures.Mutation,
        consents.Mutation,
        privacy.Mutation,
        review_mutations.Mutation,
    ),
)
READ = "What can be read. Nothing here changes anything."
DONE = (
    "What can be done. A rule that refuses is told in `errors` of the payload, and then nothing was changed."
)
get_object_definition(Query, strict=True).description = READ
get_object_definition(Mutation, strict=True).description = DONE

schema = strawberry.Schema(
    query=Query,
    mutation=Mutation,
    types=[payments.Payment, businesses.Category],
    extensions=[DjangoOptimizerExtension],
    config=StrawberryConfig(scalar_map=SCALARS, relay_max_results=LARGEST_PAGE),
)
hold_to_scopes(core_schema(schema))
