"""Makes the schema's templates and static files known to Django."""

from django.apps import AppConfig


class SchemaConfig(AppConfig):
    """The GraphQL layer; it has no models."""

    name = "schema"
    label = "graphql_schema"
