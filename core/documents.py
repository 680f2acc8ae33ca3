"""How large a GraphQL document, and the body it comes in, may be."""

LIMITS = {
    "body_bytes": 256 * 1024,
    "json_depth": 32,
    "json_values": 10_000,
    "characters": 16 * 1024,
    "tokens": 1000,
    "depth": 10,
    "aliases": 15,
    "directives": 20,
    "root_fields": 20,
    "fragments": 20,
    "spreads": 50,
    "errors": 5,
    "cost": 5000,
}
