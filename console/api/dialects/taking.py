"""Taking a call of a provider in its own dialect, in one transaction."""

from datetime import datetime
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import cast

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response

import console.api.dialects
from console.api.callers import database_of
from console.api.dialects.contract import (
    RECEIPTS,
    REPLIES,
    Call,
    Dialect,
    Said,
    Unreadable,
    check_token,
    token_of,
)
from console.api.problems import Refused
from console.api.requests import JsonRequest
from models.core.errors import NotFound
from models.core.settings import Settings
from models.core.words import ChannelName
from tasks.access.signatures import NotSigned, secrets_of
from tasks.dispatch.receipts import Receipt, record_receipts
from tasks.self_service.replies import UnreadableSender, record_reply


@cache
def find_dialects() -> dict[str, Dialect]:
    """The dialects by name: each module of this folder that admits calls."""
    names = [one.name for one in iter_modules(console.api.dialects.__path__)]
    modules = {name: import_module(f"{console.api.dialects.__name__}.{name}") for name in names}
    return {name: cast("Dialect", module) for name, module in modules.items() if hasattr(module, "admit")}


class NoSuchHook(NotFound):
    """There is no such dialect, no secret of that name, or no public address."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)


def webhook_addresses(settings: Settings, name: str, dialect: str) -> dict[str, str]:
    """What to enter at a provider, by kind. Raises `NoSuchHook`."""
    dialects = find_dialects()
    if dialect not in dialects:
        raise NoSuchHook(f"There is no dialect '{dialect}'; the dialects are {', '.join(sorted(dialects))}.")
    secrets = secrets_of(settings.webhook_secrets, name)
    if not secrets:
        raise NoSuchHook(f"AFTERCARE_WEBHOOK_SECRETS__{name.upper()} is not set.")
    if settings.public_url is None:
        raise NoSuchHook("AFTERCARE_PUBLIC_URL is not set: providers could not reach the webhooks.")
    begin = f"{settings.public_url.rstrip('/')}/hooks/{name.lower()}"
    tokened = getattr(dialects[dialect], "admit") is check_token  # noqa: B009  a module's attribute
    return {
        kind: f"{begin}/{kind}?as={dialect}" + (f"&token={token_of(secrets[-1], name, kind)}" if tokened else "")
        for kind in (RECEIPTS, REPLIES)
    }


async def take_call(request: Request, gateway: str) -> Response:
    """Take a call to `/hooks/NAME/receipts` or `/hooks/NAME/replies` in the dialect of `?as=`.

    Raises `Refused`: 401 for whatever is not genuine, 422 for what is, and cannot be read. Either changes nothing.
    """
    database = database_of(request)
    careful = JsonRequest(request.scope, request.receive)
    dialect = find_dialects().get(request.query_params["as"])
    kind = request.url.path.rpartition("/")[2]
    if dialect is None or kind not in (RECEIPTS, REPLIES):
        raise Refused(404, f"There is no such hook; the dialects are {', '.join(sorted(find_dialects()))}.")
    settings = database.settings
    call = Call(
        gateway=gateway.lower(),
        kind=kind,
        url=_public_url(request, settings.public_url),
        query=dict(request.query_params),
        headers=request.headers,
        body=await careful.body(),
        secrets=secrets_of(settings.webhook_secrets, gateway),
        now=database.now,
    )
    try:
        dialect.admit(call)
    except NotSigned as error:
        raise Refused(401, "The call is not genuine.", {"WWW-Authenticate": "Signature"}) from error
    try:
        if kind == RECEIPTS:
            await database.work(_take_receipts, dialect.read_receipts(call), call.now)
        else:
            await database.work(_take_replies, dialect.read_replies(call), call.gateway, call.now)
    except Unreadable as error:
        raise Refused(422, f"The call is not one of {request.query_params['as']}'s.") from error
    return dialect.answer()


def _public_url(request: Request, public_url: str | None) -> str:
    """The URL as the provider called it: behind a proxy, the request knows only a part of it."""
    begin = public_url.rstrip("/") if public_url else f"{request.url.scheme}://{request.url.netloc}"
    query = f"?{request.url.query}" if request.url.query else ""
    return f"{begin}{request.url.path}{query}"


def _take_receipts(connection: Connection, receipts: list[Receipt], now: datetime) -> None:
    if receipts:
        record_receipts(connection, receipts, now)


def _take_replies(connection: Connection, replies: list[Said], gateway: str, now: datetime) -> None:
    """A sender that is no phone number is nobody's, and keeps the others not out."""
    for reply in replies:
        message_id = f"{gateway}:{reply.message_id}" if reply.message_id else None
        try:
            record_reply(connection, reply.sender, reply.text, ChannelName.SMS, now, message_id)
        except UnreadableSender:
            continue
