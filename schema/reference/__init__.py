"""The schema as pages to read: made from schema.graphql when the documentation's site is built (docs/site/hooks.py)."""
