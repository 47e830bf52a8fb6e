"""The API answers an error with the status of its base class."""

import asyncio

import pytest
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient, Response

from console.api.problems import STATUSES, tell_problems
from models.core.errors import AftercareError, Conflict, InvalidInput, NotAllowed, NotFound, Unavailable

SENTENCE = "That cannot be done."


def answer_to(error: AftercareError) -> Response:
    """What the API answers when a path raises an error."""
    app = FastAPI()
    tell_problems(app)

    @app.get("/")
    async def refuse() -> None:
        raise error

    async def ask() -> Response:
        async with AsyncClient(transport=ASGITransport(app), base_url="http://api") as client:
            return await client.get("/")

    return asyncio.run(ask())


@pytest.mark.parametrize(
    ("base", "status"),
    [
        (InvalidInput, 422), (NotAllowed, 403), (NotFound, 404), (Conflict, 409), (Unavailable, 503),
        (AftercareError, 422),
    ],
)  # fmt: skip
def test_an_error_is_answered_by_its_base_class(base: type[AftercareError], status: int) -> None:
    answer = answer_to(type("OneOfThem", (base,), {})(SENTENCE))
    assert (answer.status_code, answer.json()["detail"]) == (status, SENTENCE)
    assert ("Retry-After" in answer.headers) == (status == 503)


def test_every_base_class_has_a_status() -> None:
    tree = AftercareError.__module__
    assert STATUSES.keys() == {kind for kind in AftercareError.__subclasses__() if kind.__module__ == tree}
