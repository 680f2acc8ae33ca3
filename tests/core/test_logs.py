"""What a server and its worker log of whole stories, at the most talkative level, names nobody and no secret."""

import json
import re
import secrets
from typing import Any

import pytest

from tests import logwatch
from tests.clients.demo import Client, first_booking, one_cancelled
from tests.clients.server import Server, wait_for
from tests.pictures.makers import encoded

pytestmark = [pytest.mark.prove, pytest.mark.busy, pytest.mark.only_on("postgresql")]

PASSWORD, PHRASE = "nine slow green tortoises", "seven tall grey herons"
PRIVATE = "I have not slept since March"
REGISTER = """
mutation ($input: RegisterInput!) { register(input: $input) { registrationId errors { code } } }
"""
PROVE = """
mutation ($input: VerifyEmailInput!) { verifyEmail(input: $input) { token refreshToken errors { code } } }
"""
LOG_IN = """
mutation ($input: TokenAuthInput!) { tokenAuth(input: $input) { token refreshToken errors { code } } }
"""
ASK_TO_RESET = """
mutation ($input: RequestPasswordResetInput!) { requestPasswordReset(input: $input) { errors { code } } }
"""
RESET = """
mutation ($input: ResetPasswordInput!) { resetPassword(input: $input) { errors { code } } }
"""
PICTURE = """
mutation ($input: SetProfilePictureInput!) { setProfilePicture(input: $input) { uploadUrl errors { code } } }
"""
ERASE = """
mutation ($input: DeleteAccountInput!) { deleteAccount(input: $input) { errors { code } } }
"""


class Keeping(Server):
    """A server as its client sees it, that keeps whatever no log may hold of what is sent and answered."""

    def __init__(self, base: str) -> None:
        super().__init__(base)
        self.told: set[str] = {PASSWORD, PHRASE, PRIVATE}

    def ask(self, document: str, variables: Any = None, **how: Any) -> dict[str, Any]:
        answer = super().ask(document, variables, **how)
        self.told |= secret_values([variables or {}, answer, how])
        return answer

    def code_for(self, address: str, **how: Any) -> str:
        code = super().code_for(address, **how)
        self.told |= {address, code, f"{code[:3]} {code[3:]}"}
        return code


def secret_values(said: Any) -> set[str]:
    """The addresses, tokens and codes among the values of inputs and answers."""
    text = json.dumps(said)
    return {
        word
        for pattern in (r"[\w.+-]+@[\w.-]+", r"eyJ[\w-]+\.[\w-]+\.[\w-]+", r"(?<![\w-])[\w-]{43}(?![\w-])")
        for word in re.findall(pattern, text)
    }


def account(server: Keeping) -> None:
    """Register, prove, log in (wrongly too), forget the password, send pictures, and leave."""
    address = f"nora-{secrets.token_hex(4)}@example.org"
    given = {"email": address, "password": PASSWORD, "fullName": "Nora"}
    handle = server.do(REGISTER, "register", given)["registrationId"]
    code = server.code_for(address)
    proof = {"code": {"registrationId": handle, "code": code}}
    token = server.do(PROVE, "verifyEmail", {"proof": proof})["token"]
    wrong = server.ask(LOG_IN, {"input": {"email": address, "password": PHRASE}})["tokenAuth"]
    assert wrong["errors"] == [{"code": "CREDENTIALS_INVALID"}]

    link = server.do(PICTURE, "setProfilePicture", {}, token=token)["uploadUrl"]
    assert server.http.put(link, content=b"<svg/>").status_code == 415
    assert server.http.put(link, content=b"again").status_code in {404, 409}
    link = server.do(PICTURE, "setProfilePicture", {}, token=token)["uploadUrl"]
    assert server.http.put(link, content=encoded("PNG")).status_code in {200, 201}

    server.do(ASK_TO_RESET, "requestPasswordReset", {"email": address})
    code = server.code_for(address, about="password")
    proof = {"code": {"email": address, "code": code}}
    server.do(RESET, "resetPassword", {"proof": proof, "newPassword": PHRASE})
    token = server.do(LOG_IN, "tokenAuth", {"email": address, "password": PHRASE})["token"]
    server.do(ERASE, "deleteAccount", {"password": PHRASE, "cancelBookings": False}, token=token)


def mistakes(server: Keeping) -> None:
    """What goes wrong: pages that are not there, broken JSON, tokens that are no good; each names something secret."""
    token, address = secrets.token_urlsafe(32), "mistaken@example.org"
    server.told |= {token, address}
    for path in (
        f"uploads/{token}",
        f"nothing/{token}",
        f"nothing/{address}",
        f"bookings/verify?token={token}",
    ):
        server.http.get(f"{server.base}/{path}")
    headers = {"Authorization": f"Bearer {token}", "X-Booking-Token": token}
    answer = server.http.post(
        f"{server.base}/graphql/", json={"query": "{ bookings { totalCount } }"}, headers=headers
    )
    assert answer.json()["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
    server.http.post(f"{server.base}/graphql/", content=f'{{"query": "{address}'.encode())


def test_logs__of_whole_stories_hold_no_secrets(server, fresh_database):
    fresh_database.manage("seed_demo", "--alone")
    running = server(worker=True, LOG_LEVEL="DEBUG")
    client = Keeping(running.url)

    first_booking(client)
    one_cancelled(client)
    Client(client).book("First talk", message=PRIVATE)
    account(client)
    mistakes(client)
    seen = logwatch.WATCH.seen
    wait_for(lambda: "handled" in running.worker.output or None, "the worker to tell what it did")
    for program in (running.web, running.worker):
        program.stop()

    written = running.web.output + running.worker.output
    assert len(client.told) > 20
    assert [secret for secret in client.told if secret in written] == []
    assert logwatch.WATCH.seen - seen == len(running.web.output.splitlines()) + len(
        running.worker.output.splitlines()
    )
    assert "Not Found: /nothing/[secret]" in running.web.output
    assert "Not Found: /nothing/[address]" in running.web.output
