"""The lifecycle in GraphQL: types, queries and mutations."""
