"""Webhooks: gateways report delivery receipts and customers' replies. Every call is signed."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Header
from pydantic import BaseModel, Field, StringConstraints, model_validator
from sqlalchemy import Connection
from starlette.requests import Request

from console.api.callers import SharedDatabase, database_of
from console.api.problems import Refused, problems
from console.api.reading import at_home
from console.api.requests import ApiRoute, JsonRequest
from console.api.rows import MOST_ROWS, RequestPart
from console.shared.database import Database
from console.shared.moments import house_zone
from models.core.settings import Settings
from models.core.words import ChannelName, ReceiptStatus
from tasks.access.signatures import CalledBefore, NotSigned, check_signature, remember_signature
from tasks.dispatch.receipts import Receipt, ReceiptsTaken, record_receipts
from tasks.self_service.replies import UnreadableSender, record_reply

TIMESTAMP, SIGNATURE = "X-Aftercare-Timestamp", "X-Aftercare-Signature"
ANSWERS = problems(401, 409, 413, 415, 422, 503)


class HookRoute(ApiRoute):
    """A route for signed calls only. Validation errors are shown to whoever signed."""

    async def admit(self, request: JsonRequest) -> None:
        """Raises `Refused` unless the gateway's signature is valid."""
        database = database_of(request)
        try:
            call = check_signature(
                database.settings.webhook_secrets,
                request.path_params["gateway"],
                request.headers.get(TIMESTAMP, ""),
                request.headers.get(SIGNATURE, ""),
                await request.body(),
                database.now,
            )
        except NotSigned as error:
            raise Refused(401, str(error), {"WWW-Authenticate": "Signature"}) from error
        request.state.call = call
        await super().admit(request)


routes = APIRouter(prefix="/hooks", route_class=HookRoute, tags=["hooks"])
Short = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Timestamp = Annotated[str, Header(alias=TIMESTAMP, description="Unix seconds, within 5 minutes of now.")]
Signature = Annotated[
    str,
    Header(alias=SIGNATURE, description="`sha256=` and the HMAC-SHA256 of `<timestamp>.<body>` in hexadecimal digits."),
]


class ReceiptIn(RequestPart):
    """The delivery receipt of one message, identified by our id, the gateway's, or both."""

    touch_id: UUID | None = Field(None, description="The `id` that the gateway received with the message.")
    message_id: Short | None = Field(None, description="The `message_id` that the gateway returned.")
    status: ReceiptStatus
    reason: Annotated[str, StringConstraints(max_length=500)] | None = None
    time: datetime | None = Field(None, description="When it happened; by default, now.")

    @model_validator(mode="after")
    def _of_a_message(self) -> "ReceiptIn":
        if self.touch_id is None and self.message_id is None:
            sentence = "expected touch_id or message_id"
            raise ValueError(sentence)
        return self


class ReceiptsIn(RequestPart):
    """Delivery receipts."""

    receipts: Annotated[list[ReceiptIn], Field(min_length=1, max_length=MOST_ROWS)]


class ReceiptsOut(BaseModel):
    """What became of the receipts. The three counts add up to all of them."""

    taken: int
    again: int = Field(description="Receipts that had been processed before.")
    unknown: int = Field(
        description="No message has the id. A receipt with a message_id is kept for a week, in case it came early."
    )


class ReplyIn(RequestPart):
    """What a customer wrote back."""

    sender: Annotated[Short, Field(alias="from", description="Phone number, mail address or WeChat id.")]
    text: Annotated[str, StringConstraints(max_length=5000)]
    channel: ChannelName = ChannelName.SMS
    message_id: Short | None = Field(None, description="The gateway's id of this reply. The same id counts once.")


class RepliesIn(RequestPart):
    """Replies of customers."""

    replies: Annotated[list[ReplyIn], Field(min_length=1, max_length=100)]


class ReplyOut(BaseModel):
    """How a reply was understood."""

    meaning: str | None = Field(description="confirm, other-time, mark, stop, unreadable; null: it was not kept.")
    known: bool = Field(description="Whether the sender is a customer.")
    again: bool = Field(description="Whether it had been processed before.")
    problem: str | None = None


class RepliesOut(BaseModel):
    """How the replies were understood, in their order."""

    replies: list[ReplyOut]


@routes.post(
    "/{gateway}/receipts",
    summary="Delivery receipts",
    response_description="All receipts were processed or counted.",
    responses=ANSWERS,
)
async def take_receipts(
    request: Request,
    gateway: str,  # noqa: ARG001  the route has checked it
    body: ReceiptsIn,
    timestamp: Timestamp,  # noqa: ARG001  for the documentation; the route has checked them
    signature: Signature,  # noqa: ARG001
    database: SharedDatabase,
) -> ReceiptsOut:
    """Settles messages that were sent or are unknown, and touches merged into them."""
    taken = await _once(request, database, _take_receipts, body.receipts, database.settings)
    return ReceiptsOut(taken=taken.taken, again=taken.again, unknown=taken.unknown)


@routes.post(
    "/{gateway}/replies", summary="Replies of customers", response_description="All were processed.", responses=ANSWERS
)
async def take_replies(
    request: Request,
    gateway: str,
    body: RepliesIn,
    timestamp: Timestamp,  # noqa: ARG001  for the documentation; the route has checked them
    signature: Signature,  # noqa: ARG001
    database: SharedDatabase,
) -> RepliesOut:
    """Confirms appointments, records marks and campaign answers, and opts out whoever writes STOP, T, TD or 退订."""
    return RepliesOut(replies=await _once(request, database, _take_replies, body.replies, gateway.lower()))


async def _once(request: Request, database: Database, job: Any, *args: Any) -> Any:
    """Process a call and remember it in one transaction, for replay protection. A failed call may be repeated."""
    try:
        return await database.work(_remembering, request.state.call, database.now, job, args)
    except CalledBefore as error:
        raise Refused(409, str(error)) from error


def _remembering(connection: Connection, call: str, now: datetime, job: Any, args: tuple[Any, ...]) -> Any:
    remember_signature(connection, call, now)
    return job(connection, now, *args)


def _take_receipts(
    connection: Connection, now: datetime, receipts: list[ReceiptIn], settings: Settings
) -> ReceiptsTaken:
    zone = house_zone(connection, settings)
    return record_receipts(connection, [_receipt(one, zone, now) for one in receipts], now)


def _receipt(given: ReceiptIn, zone: ZoneInfo, now: datetime) -> Receipt:
    at = at_home(given.time, zone) or now
    return Receipt(given.status, at, given.touch_id, given.message_id, given.reason)


def _take_replies(connection: Connection, now: datetime, replies: list[ReplyIn], gateway: str) -> list[ReplyOut]:
    return [_take_reply(connection, now, reply, gateway) for reply in replies]


def _take_reply(connection: Connection, now: datetime, reply: ReplyIn, gateway: str) -> ReplyOut:
    # Two gateways may use the same message ids.
    message_id = f"{gateway}:{reply.message_id}" if reply.message_id else None
    try:
        taken = record_reply(connection, reply.sender, reply.text, reply.channel, now, message_id)
    except UnreadableSender as error:
        return ReplyOut(meaning=None, known=False, again=False, problem=str(error))
    return ReplyOut(meaning=taken.meaning, known=bool(taken.customers), again=taken.again)
