"""What the call of an available action takes and gives: read from the schema, so that no client needs to know it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import strawberry
from django.db import models as choices
from django.utils.functional import Promise
from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    is_required_input_field,
)

from bookings.booking import models, policies, states
from schema.common.inputs import write_id
from schema.common.scalars import describe_enum

Requirement = states.Requirement
describe_enum(
    Requirement,
    name="Requirement",
    description="What a caller must bring to make a move. Where it goes in the call, `AvailableAction.inputs` says.",
)


class ActionInputKind(choices.TextChoices):
    """What a value is, and so where it comes from."""

    GIVEN = "GIVEN", "Known already: send `value` as it is."
    KEY = "KEY", "A random text that you make up for this act, and send again where you try it again."
    CODE = "CODE", "Six digits that the client reads in a mail, which `sentBy` sends."
    ACCESS_TOKEN = (
        "ACCESS_TOKEN",
        (
            "An access token of this booking: a result of that kind. For another one, `sentBy`, where there is one, "
            "mails a code, and `grantBookingAccess` takes that as `proof: {code: {acknowledgementId, code}}`. Who "
            "sends the token as the header `X-Booking-Token` can leave it out here."
        ),
    )
    TIME = (
        "TIME",
        (
            "The `startsAt` of an open time: of `Booking.openSlots`, or where that is null of `openSlots` with the "
            "booking's service. Who needs an access token as well gets that first, and reads the booking with it."
        ),
    )
    CONSULTANT = "CONSULTANT", "The id of one of `consultants` who offers the service."
    RESOURCE = "RESOURCE", "The id of one of `resources` that the service uses."
    TEXT = "TEXT", "What a person says, as text."
    NUMBER = "NUMBER", "What a person says, as an Int."
    YES_NO = "YES_NO", "What a person says, as a Boolean."
    CHOICE = "CHOICE", "The `value` of one of the `options`."


describe_enum(
    ActionInputKind, name="ActionInputKind", description="What a value is, and so where a program gets it."
)


class ActionResultKind(choices.TextChoices):
    """What to do with a value that an action gives."""

    BOOKING = "BOOKING", "The id of the booking to go on with: mostly the same, for a follow-up the new one."
    ACCESS_TOKEN = (
        "ACCESS_TOKEN",
        "Opens that booking for a while: keep it secret, and send it with later calls.",
    )
    LINK = "LINK", "An address for the person to open."


describe_enum(
    ActionResultKind, name="ActionResultKind", description="What to do with a value that an action gives."
)


@strawberry.type(description="One of the values that an input takes.")
class ActionOption:
    """A value of a closed set, and what to call it."""

    value: str = strawberry.field(description="What to send.")
    label: str = strawberry.field(description="What it is, in words.")


@strawberry.type(
    description="One value in the input of an action's mutation: where it goes, and how to get it."
)
class ActionInput:
    """What a program puts where."""

    path: list[str] = strawberry.field(
        description='Where it stands in `input`, from the outside in, such as `["proof", "code", "code"]`.'
    )
    kind: ActionInputKind = strawberry.field(description="What it is, and so where it comes from.")
    requirement: Requirement | None = strawberry.field(
        description="Which of the action's `requires` it meets; null for what is needed or possible besides."
    )
    is_required: bool = strawberry.field(description="Whether the call is refused without it.")
    value: str | None = strawberry.field(description="What to send, for the kind GIVEN; else null.")
    question: str = strawberry.field(
        description="What to ask a person, in the language of the request; empty for GIVEN, KEY and ACCESS_TOKEN."
    )
    options: list[ActionOption] = strawberry.field(
        description="For the kind CHOICE, what there is to choose from; else empty."
    )
    sent_by: str | None = strawberry.field(
        description="The mutation that has the code mailed, with `acknowledgementId` as its whole input; null where "
        "none does."
    )
    is_sent: bool = strawberry.field(
        description="Whether that mail is under way already, so that `sentBy` is only for a person who finds none."
    )


@strawberry.type(description="A value in the payload of an action's mutation that is to be kept or shown.")
class ActionResult:
    """What a program reads where."""

    path: list[str] = strawberry.field(
        description='Where it stands in the payload, from the outside in, such as `["payment", "checkoutUrl"]`; any of '
        "it may be null."
    )
    kind: ActionResultKind = strawberry.field(description="What to do with it.")


_RESULTS = {
    ("booking", "id"): ActionResultKind.BOOKING,
    ("accessToken",): ActionResultKind.ACCESS_TOKEN,
    ("payment", "checkoutUrl"): ActionResultKind.LINK,
}
_CODES = {"verifyBooking": ("resendVerification", True), "cancelBooking": ("requestCancellation", False)}
"""What has a mutation's code mailed, and whether drafting did so already."""
_KINDS = {"idempotencyKey": ActionInputKind.KEY, "accessToken": ActionInputKind.ACCESS_TOKEN}
"""Of values that are everywhere the same; no person is asked for them."""
_BY_TYPE = {"Int": ActionInputKind.NUMBER, "Boolean": ActionInputKind.YES_NO}


@dataclass(frozen=True)
class Call:
    """A mutation that could be called: on which booking, with what, and by whom.

    by_bearer: by somebody who acts as the client without an account, and so with an access token in each call.
    """

    mutation: str
    booking: models.Booking
    requires: tuple[Requirement, ...]
    by_bearer: bool

    @property
    def given(self) -> Mapping[str, str]:
        """What is known of the booking, by the names that inputs have for it."""
        own = write_id("Booking", self.booking.pk)
        return {"bookingId": own, "account": own, "acknowledgementId": self.booking.acknowledgement_id}


def asked(
    question: str | Promise = "", *, kind: ActionInputKind | None = None, meets: Requirement | None = None
) -> Mapping[str, Any]:
    """Give the metadata of an input's field: how a person is asked for it, as what, and what it meets.

    Whatever a row of the lifecycle requires is met by one field in the input of its mutation. A field that is asked
    for and meets nothing may be left out.
    """
    return {"question": question, "kind": kind, "meets": meets}


def input_type(schema: GraphQLSchema, mutation: str) -> GraphQLInputObjectType | None:
    """Give the type of a mutation's `input`; None where it takes arguments of its own."""
    argument = _field(schema, mutation).args.get("input")
    kind = get_named_type(argument.type) if argument is not None else None
    return kind if isinstance(kind, GraphQLInputObjectType) else None


def inputs_of(schema: GraphQLSchema, call: Call) -> list[ActionInput]:
    """Give what the input of a call holds, in the schema's order."""
    kind = input_type(schema, call.mutation)
    return list(_leaves(kind, (), call)) if kind is not None else []


def results_of(schema: GraphQLSchema, mutation: str) -> list[ActionResult]:
    """Give what a mutation's payload has to go on with."""
    payload = get_named_type(_field(schema, mutation).type)
    return [
        ActionResult(path=list(path), kind=kind) for path, kind in _RESULTS.items() if _leads(payload, path)
    ]


def _field(schema: GraphQLSchema, mutation: str) -> GraphQLField:
    if schema.mutation_type is None:
        raise TypeError("the schema has no mutations")
    return schema.mutation_type.fields[mutation]


def _leaves(of: GraphQLInputObjectType, above: tuple[str, ...], call: Call) -> Iterator[ActionInput]:
    for name, field in _chosen(of, call).items():
        inner = get_named_type(field.type)
        if isinstance(inner, GraphQLInputObjectType):
            yield from _leaves(inner, (*above, name), call)
        else:
            yield _leaf(field, (*above, name), call)


def _chosen(of: GraphQLInputObjectType, call: Call) -> dict[str, GraphQLInputField]:
    """Give the fields to send; of a oneOf, the one that meets a requirement, or else the booking's id."""
    if of.extensions["strawberry-definition"].is_one_of:
        meeting = {name: field for name, field in of.fields.items() if _is_met(name, field, call)}
        return meeting or {"account": of.fields["account"]}
    return {name: field for name, field in of.fields.items() if _is_listed(name, field, call)}


def _is_listed(name: str, field: GraphQLInputField, call: Call) -> bool:
    words = _words(field)
    offered = words["question"] and words["meets"] is None
    usual = name == "idempotencyKey" or (name == "accessToken" and call.by_bearer)
    return bool(offered or usual or is_required_input_field(field) or _is_met(name, field, call))


def _leaf(field: GraphQLInputField, path: tuple[str, ...], call: Call) -> ActionInput:
    name, type_ = path[-1], get_named_type(field.type)
    kind, question = _kind(name, field, call), _words(field)["question"]
    met = _meets(name, field)
    required = is_required_input_field(field) or len(path) > 1 or kind is ActionInputKind.ACCESS_TOKEN
    sent_by, is_sent = _mail(kind, call)
    options = type_.values.items() if isinstance(type_, GraphQLEnumType) else ()
    return ActionInput(
        path=list(path),
        kind=kind,
        requirement=met if met in call.requires else None,
        is_required=required or met in call.requires,
        value=call.given[name] if kind is ActionInputKind.GIVEN else None,
        question=str(question) or ("" if name in {*call.given, *_KINDS} else field.description or ""),
        options=[ActionOption(value=value, label=one.description or value) for value, one in options],
        sent_by=sent_by,
        is_sent=is_sent,
    )


def _kind(name: str, field: GraphQLInputField, call: Call) -> ActionInputKind:
    if name in call.given:
        return ActionInputKind.GIVEN
    type_ = get_named_type(field.type)
    usual = ActionInputKind.CHOICE if isinstance(type_, GraphQLEnumType) else ActionInputKind.TEXT
    return _KINDS.get(name) or _words(field)["kind"] or _BY_TYPE.get(type_.name, usual)


def _mail(kind: ActionInputKind, call: Call) -> tuple[str | None, bool]:
    """Give what has the code mailed that a value is, or is exchanged for, and whether it was sent."""
    if kind is ActionInputKind.ACCESS_TOKEN:
        return ("requestBookingAccess" if policies.can_be_opened_by_mail(call.booking) else None), False
    return _CODES.get(call.mutation, (None, False)) if kind is ActionInputKind.CODE else (None, False)


def _is_met(name: str, field: GraphQLInputField, call: Call) -> bool:
    """Tell whether a field meets something that is required; a room is no other consultant, nor the reverse."""
    other = ActionInputKind.CONSULTANT if call.booking.consultant_id is None else ActionInputKind.RESOURCE
    return _meets(name, field) in call.requires and _words(field)["kind"] is not other


def _meets(name: str, field: GraphQLInputField) -> Requirement | None:
    """Give what a field meets of what can be required."""
    return Requirement.ACCESS_TOKEN if name == "accessToken" else _words(field)["meets"]


def _words(field: GraphQLInputField) -> Mapping[str, Any]:
    """Give what `asked` said of a field."""
    definition = field.extensions.get("strawberry-definition")
    return getattr(definition, "metadata", None) or asked()


def _leads(of: Any, path: tuple[str, ...]) -> bool:
    """Tell whether a type has something at the end of a path."""
    for name in path:
        if not isinstance(of, GraphQLObjectType) or name not in of.fields:
            return False
        of = get_named_type(of.fields[name].type)
    return True
