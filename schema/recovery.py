"""Recovering an account by a security question, where that is turned on."""

from typing import Annotated

import strawberry

from bookings.accounts import recovery
from bookings.limits.policies import Limit
from schema.common.context import Info
from schema.common.errors import UserError, mutation, no_errors
from schema.common.limiting import address_of_input
from schema.common.scalars import Email
from schema.passwords import GOOD_ONE
from schema.profile import Account, SecurityQuestion

OFF = "Where this service has no security questions, which is the usual case, the answer is `NOT_ENABLED`."


@strawberry.input(description="The question and its answer, and the account's password again.")
class SetSecurityQuestionInput:
    """Input of `setSecurityQuestion`."""

    question: SecurityQuestion | None = strawberry.field(
        default=None, description="The question, in place of the one before; null, or none, takes it away."
    )
    answer: str = strawberry.field(
        default="",
        description="The answer, 3 to 200 characters. Case, spaces and punctuation at its ends do not count. It is "
        "hashed like a password and never shown again.",
    )
    password: str = strawberry.field(description="The account's password.")


@strawberry.type(description="The account with its question.")
class SetSecurityQuestionPayload:
    """Payload of `setSecurityQuestion`."""

    account: Account | None = strawberry.field(default=None, description="The account.")
    errors: list[UserError] = no_errors()


@strawberry.input(
    description="Whose account, the question that was chosen, its answer, and the password to be."
)
class RecoverWithSecurityQuestionInput:
    """Input of `recoverWithSecurityQuestion`."""

    email: Email = strawberry.field(description="The account's address.")
    question: SecurityQuestion = strawberry.field(description="Which question was chosen; nobody is told.")
    answer: str = strawberry.field(description="The answer.")
    new_password: str = strawberry.field(description=GOOD_ONE)


@strawberry.type(description="Whether the password was set. Every session ended: log in with it.")
class RecoverWithSecurityQuestionPayload:
    """Payload of `recoverWithSecurityQuestion`."""

    account: Account | None = strawberry.field(default=None, description="The account, its password set.")
    errors: list[UserError] = no_errors()


@strawberry.type
class Mutation:
    """Root fields of this topic."""

    @mutation(
        description="Choose a question whose answer recovers one's account without the mailbox. The owner is told by "
        f"mail. A password that is reset by mail takes the question away. {OFF}"
    )
    def set_security_question(
        self,
        info: Info,
        input: Annotated[SetSecurityQuestionInput, strawberry.argument(description="Question and answer.")],
    ) -> SetSecurityQuestionPayload | None:
        """Keep the question."""
        user = recovery.set_question(
            viewer=info.context.viewer,
            question=input.question,
            answer=input.answer,
            password=input.password,
            now=info.context.now,
        )
        return SetSecurityQuestionPayload(account=user)  # type: ignore[arg-type]

    @mutation(
        description="Set a new password with the answer to the question that was chosen. Every session of the account "
        "ends and its owner is told by mail; the address is not proven by it. An unknown address, no question and a "
        f"wrong answer look the same. {OFF}",
        limit=Limit.RECOVERY,
        of=address_of_input,
    )
    def recover_with_security_question(
        self,
        info: Info,
        input: Annotated[RecoverWithSecurityQuestionInput, strawberry.argument(description="The answer.")],
    ) -> RecoverWithSecurityQuestionPayload | None:
        """Set a new password."""
        info.context.remember_viewer()
        user = recovery.recover(
            email=input.email,
            question=input.question,
            answer=input.answer,
            new_password=input.new_password,
            now=info.context.now,
        )
        return RecoverWithSecurityQuestionPayload(account=user)  # type: ignore[arg-type]
