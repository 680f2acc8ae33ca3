"""The small schema, served as the product's is."""

from django.urls import path

from schema.http.view import GraphQLView
from tests.http.small import make_context, schema

urlpatterns = [path("graphql/", GraphQLView.as_view(schema=schema, get_context=make_context))]
