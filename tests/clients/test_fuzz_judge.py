"""What the fuzzing proof takes for a fault: each kind planted once."""

import json

import pytest

from tests.clients.fuzz.judge import faults_of, published


def answer(code="BAD_USER_INPUT", **more):
    error = {"message": "No.", "extensions": {"code": code, "requestId": "7"}, **more}
    return {"data": None, "errors": [error]}


def payload(code):
    return {"data": {"draftBooking": {"booking": None, "errors": [{"code": code}]}}}


@pytest.mark.parametrize(
    "sound",
    [answer(), answer("RATE_LIMITED"), payload("SLOT_UNAVAILABLE"), {"data": {"me": None}}],
    ids=["top-level", "limited", "payload", "data"],
)
def test_faults__of_a_sound_answer_are_none(sound):
    assert faults_of(200, json.dumps(sound), secrets=["s3cret"]) == []


@pytest.mark.parametrize(
    ("status", "body", "fault"),
    [
        (502, "", "its status is 502"),
        (200, "<html>", "it is no JSON"),
        (200, "[]", "it has neither data nor errors"),
        (200, json.dumps(answer("STRANGE")), "STRANGE is no top-level code"),
        (200, json.dumps(answer("SLOT_UNAVAILABLE")), "SLOT_UNAVAILABLE is no top-level code"),
        (200, json.dumps(payload("STRANGE")), "STRANGE is no code of a payload"),
        (200, json.dumps(answer("INTERNAL_ERROR")), "something of ours broke: INTERNAL_ERROR"),
        (200, json.dumps(answer(message="")), "an error lacks its message or requestId"),
        (200, json.dumps({"data": {}, "errors": []}), "its errors are no list of one to five"),
        (200, json.dumps({"data": {}, "debug": 1}), "it has ['debug']"),
        (200, json.dumps(answer(message="the s3cret")), "it holds a secret of somebody else"),
        (200, json.dumps(answer(message="Traceback (most recent call last)")), "it holds a traceback"),
        (200, json.dumps(answer(message="psycopg2.errors.NotNullViolation")), "it holds a driver's words"),
        (
            200,
            json.dumps(answer(message='INSERT INTO "bookings_booking" ("id") VALUES (1)')),
            "it holds a statement of SQL",
        ),
        (200, json.dumps({"data": {"me": "argon2$argon2id$v=19$m=1,t=2"}}), "it holds a password's hash"),
    ],
)
def test_faults__name_what_may_not_be_in_an_answer(status, body, fault):
    assert faults_of(status, body, secrets=["s3cret"]) == [fault]


def test_published__reads_the_codes_of_both_places_from_the_document():
    assert "SLOT_UNAVAILABLE" in published("payload") - published("top level")
    assert "GRAPHQL_VALIDATION_FAILED" in published("top level") - published("payload")
    assert "RATE_LIMITED" in published("payload") & published("top level")
