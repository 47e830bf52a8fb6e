"""Request bodies: limited in size, and parsed as JSON without rounding numbers."""

import json
from collections.abc import Callable, Coroutine
from decimal import Decimal, InvalidOperation
from typing import Any, ClassVar

from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import Response

from console.api.problems import Refused
from models.core.reasons import READER
from models.core.saying import CHINESE, ENGLISH

LARGEST_BODY = 5 * 1024 * 1024
MOST_DIGITS = 40
"""No figure of ours has more digits. A longer number could take unbounded time to print."""
Handler = Callable[[Request], Coroutine[Any, Any, Response]]


def preferred(accepted: str) -> str:
    """The preferred language of an Accept-Language header among those that reasons are available in; else English."""
    weighed = [_weighed(one) for one in accepted.split(",")]
    for weight, tag in sorted(weighed, key=lambda one: -one[0]):
        if weight > 0 and tag.startswith("zh"):
            return CHINESE
        if weight > 0 and tag.startswith(ENGLISH):
            return ENGLISH
    return ENGLISH


def _weighed(one: str) -> tuple[float, str]:
    """A language of the header with its weight; 1 if the weight is missing or unreadable."""
    tag, _, weight = one.strip().lower().partition(";q=")
    try:
        return float(weight or 1), tag
    except ValueError:
        return 1.0, tag


class JsonRequest(Request):
    """A request whose body is limited in size and parsed without rounding."""

    async def body(self) -> bytes:
        """The body. Raises `Refused` if it is too large."""
        if not hasattr(self, "_body"):
            pieces, size = [], int(self.headers.get("content-length", "0"))
            if size <= LARGEST_BODY:
                size = 0
                async for piece in self.stream():
                    size += len(piece)
                    if size > LARGEST_BODY:
                        break
                    pieces.append(piece)
            if size > LARGEST_BODY:
                raise Refused(413, "A request may have at most 5 MB; split the rows.", {"Connection": "close"})
            self._body = b"".join(pieces)
        return self._body

    async def json(self) -> object:
        """The body as JSON. Raises `Refused` if it is invalid, or holds text that the database cannot store."""
        try:
            parsed = json.loads(await self.body(), parse_float=_figure, parse_int=_whole, parse_constant=_constant)
        except (ValueError, RecursionError) as error:
            raise Refused(422, f"The body is not JSON that can be read: {error}.") from error
        return self.check(parsed)

    def check(self, parsed: object) -> object:
        """The body, whose texts UTF-8 and PostgreSQL can hold. Raises `Refused`."""
        _check_texts(parsed)
        return parsed


class ApiRoute(APIRoute):
    """A route of the API."""

    reads: ClassVar[type[JsonRequest]] = JsonRequest
    """How its bodies are read."""

    def get_route_handler(self) -> Handler:
        """Returns the handler of requests."""
        handle = super().get_route_handler()

        async def answer(request: Request) -> Response:
            careful = self.reads(request.scope, request.receive)
            READER.set(preferred(request.headers.get("accept-language", "")))
            await self.admit(careful)
            return await handle(careful)

        return answer

    async def admit(self, request: JsonRequest) -> None:
        """Check a request before it is parsed. Raises `Refused`."""
        if "\x00" in f"{request.path_params}{request.query_params}" or "\\x00" in str(request.path_params):
            raise Refused(422, "A path cannot contain a null character.")
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if request.method in ("POST", "PUT") and kind != "application/json":
            raise Refused(415, "Send JSON, and say so: Content-Type: application/json.")


def _figure(text: str) -> Decimal:
    try:
        figure = Decimal(text)
    except InvalidOperation as error:
        raise ValueError(text) from error
    if len(text) > MOST_DIGITS or abs(figure.adjusted()) > MOST_DIGITS:
        sentence = f"the number {text[:MOST_DIGITS]} has more than {MOST_DIGITS} digits"
        raise ValueError(sentence)
    return figure


def _whole(text: str) -> int:
    _figure(text)
    return int(text)


def _constant(text: str) -> object:
    sentence = f"{text} is not a number"
    raise ValueError(sentence)


def _check_texts(value: object) -> None:
    """Refuse texts that UTF-8 or PostgreSQL cannot store. Raises `Refused`."""
    if isinstance(value, str):
        if "\x00" in value or any("\ud800" <= character <= "\udfff" for character in value):
            raise Refused(422, "A text contains a null character or an unpaired surrogate.")
    elif isinstance(value, list):
        for one in value:
            _check_texts(one)
    elif isinstance(value, dict):
        for name, one in value.items():
            _check_texts(name)
            _check_texts(one)
