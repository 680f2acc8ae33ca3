"""Inputs as the schema says them: what may be null may also be left out."""

import dataclasses

import pytest
from strawberry.types.base import StrawberryObjectDefinition, StrawberryOptional

from schema.root import schema


def inputs() -> list[StrawberryObjectDefinition]:
    definitions = [known.definition for known in schema.schema_converter.type_map.values()]
    return [each for each in definitions if getattr(each, "is_input", False)]


@pytest.mark.parametrize("definition", inputs(), ids=lambda definition: definition.name)
def test_input__can_be_made_without_what_may_be_null(definition):
    demanded = [
        field.python_name
        for field in definition.fields
        if isinstance(field.type, StrawberryOptional)
        and field.default is dataclasses.MISSING
        and field.default_factory is dataclasses.MISSING
    ]

    assert demanded == []
