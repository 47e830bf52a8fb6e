"""Errors as problem documents (RFC 9457), each with a sentence."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, HTTPException
from fastapi.exceptions import RequestValidationError
from psycopg.errors import LockNotAvailable, QueryCanceled
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.exc import InterfaceError, OperationalError
from starlette.exceptions import HTTPException as AnyHTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse

from models.core.errors import AftercareError, Conflict, InvalidInput, NotAllowed, NotFound, Unavailable
from models.core.reasons import READER, GivenReason

MEDIA_TYPE = "application/problem+json"


class FieldProblem(BaseModel):
    """An error at one place of a request."""

    field: str = Field(description="The place, such as body.rows.3.name.")
    code: str = Field(description="What is wrong: one of the codes in docs/json.md, or one of pydantic's error types.")
    reason: str


class Problem(BaseModel):
    """Why a request was refused (RFC 9457)."""

    model_config = ConfigDict(extra="allow")

    type: str = "about:blank"
    title: str
    status: int
    detail: str = Field(description="A sentence that says what was wrong.")
    errors: list[FieldProblem] | None = Field(None, description="Validation errors, if the request is not valid.")


class Refused(HTTPException):
    """An error that is answered with a problem document."""

    def __init__(self, status: int, detail: str, headers: dict[str, str] | None = None, **members: object) -> None:
        super().__init__(status, detail, headers)
        self.members = members


DESCRIPTIONS = {
    401: "There is no key, or it is not valid.",
    403: "The key does not permit this.",
    404: "There is no such thing within the key's scope.",
    409: "It was processed before, or conflicts with the current state.",
    413: "The body is larger than 5 MB.",
    415: "The body is not declared as application/json.",
    422: "Nothing was accepted: the request is not valid, or every row was rejected.",
    429: "Too many requests; retry after the seconds in Retry-After.",
    503: "A service that is needed is unavailable; retry after the seconds in Retry-After.",
}


def problems(*statuses: int) -> dict[int | str, dict[str, object]]:
    """The documentation of the problem documents that a path may answer with."""
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {status: {"description": DESCRIPTIONS[status], "content": content} for status in sorted(statuses)}


def answer_problem(
    status: int, detail: str, headers: Mapping[str, str] | None = None, **members: object
) -> JSONResponse:
    """A problem document as a response."""
    document = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": detail}
    return JSONResponse(document | members, status, dict(headers or {}), MEDIA_TYPE)


def tell_problems(app: FastAPI) -> None:
    """Answer every error with a problem document."""
    app.add_exception_handler(Refused, _refused)
    app.add_exception_handler(AnyHTTPException, _http)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(AftercareError, _domain)
    app.add_exception_handler(OperationalError, _database)
    app.add_exception_handler(InterfaceError, _database)


async def _refused(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, Refused)  # noqa: S101  it is registered for this type
    return answer_problem(error.status_code, error.detail, error.headers, **error.members)


async def _http(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, AnyHTTPException)  # noqa: S101  it is registered for this type
    sentences = {
        404: f"There is nothing at {request.url.path}.",
        405: f"{request.url.path} does not take {request.method}.",
    }
    return answer_problem(error.status_code, sentences.get(error.status_code, error.detail), error.headers)


async def _invalid(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)  # noqa: S101  it is registered for this type
    problems = {".".join(map(str, problem["loc"])): problem for problem in error.errors()}
    found = {field: _reason(problem) for field, problem in problems.items()}
    told = " ".join(f"{field}: {reason}." for field, reason in list(found.items())[:5])
    more = f" And {len(found) - 5} more, in errors." if len(found) > 5 else ""
    errors = [{"field": field, "code": problems[field]["type"], "reason": reason} for field, reason in found.items()]
    return answer_problem(422, f"{told}{more}", errors=errors)


def _reason(problem: Mapping[str, Any]) -> str:
    if problem["type"] == "extra_forbidden":
        return "unknown field"
    ours: GivenReason | None = (problem.get("ctx") or {}).get("reason")
    if ours is not None:
        return ours.say(READER.get())
    reason = str(problem["msg"]).removeprefix("Value error, ").rstrip(".")
    return reason[:1].lower() + reason[1:]


STATUSES: dict[type[AftercareError], int] = {
    InvalidInput: 422,
    NotAllowed: 403,
    NotFound: 404,
    Conflict: 409,
    Unavailable: 503,
}
"""Status codes of domain errors that are not errors of the request itself."""


async def _domain(_: Request, error: Exception) -> JSONResponse:
    status = next((status for kind, status in STATUSES.items() if isinstance(error, kind)), 422)
    return answer_problem(status, str(error), {"Retry-After": "30"} if status == 503 else None)


async def _database(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, OperationalError | InterfaceError)  # noqa: S101  it is registered for these types
    if isinstance(error.orig, LockNotAvailable):
        return answer_problem(503, "An import is in progress; retry when it is done.", {"Retry-After": "30"})
    if isinstance(error.orig, QueryCanceled):
        return answer_problem(503, "This took too long; narrow your request.", {"Retry-After": "30"})
    return answer_problem(503, "The database does not answer; try again in a moment.", {"Retry-After": "5"})
