"""Webhooks: gateways report delivery receipts and customers' replies. Every call is signed."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Annotated, Any, cast
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Header
from pydantic import AfterValidator, BaseModel, Field, StringConstraints, model_validator
from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response

from console.api.batches import EACH_ALONE, BatchRequest, Name, NotRead, take_alone
from console.api.callers import SharedDatabase, database_of
from console.api.dialects.taking import take_call
from console.api.problems import Refused, problems
from console.api.reading import at_home
from console.api.requests import ApiRoute, Handler, JsonRequest
from console.api.rows import MOST_ROWS, RequestPart
from console.shared.database import Database
from console.shared.moments import house_zone
from models.core.settings import Settings
from models.core.words import ChannelName, ReceiptStatus
from tasks.access.signatures import CalledBefore, NotSigned, check_signature, remember_signature
from tasks.dispatch.receipts import Receipt, ReceiptsTaken, record_receipts
from tasks.self_service.replies import record_reply

TIMESTAMP, SIGNATURE = "X-Aftercare-Timestamp", "X-Aftercare-Signature"
ANSWERS = problems(401, 409, 413, 415, 422, 503)
FIRST_YEAR, LAST_YEAR = 2000, 2100
"""Of what gateways report."""
EARLY = "receipts.{}.time: its message was sent later than that, at {}."


class HookRoute(ApiRoute):
    """A route for signed calls only. Validation errors are shown to whoever signed."""

    reads = BatchRequest

    def get_route_handler(self) -> Handler:
        """Returns the handler of requests: those with `?as=` are in a provider's own dialect."""
        handle = super().get_route_handler()

        async def answer(request: Request) -> Response:
            if "as" in request.query_params:
                return await take_call(request, request.path_params["gateway"])
            return await handle(request)

        return answer

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
Timestamp = Annotated[str, Header(alias=TIMESTAMP, description="Unix seconds, within 5 minutes of now.")]
Signature = Annotated[
    str,
    Header(alias=SIGNATURE, description="`sha256=` and the HMAC-SHA256 of `<timestamp>.<body>` in hexadecimal digits."),
]


def _of_our_time(moment: datetime) -> datetime:
    """The database keeps moments that Python does not read: one that was held would fail each call after it."""
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        sentence = f"expected a moment between the years {FIRST_YEAR} and {LAST_YEAR}"
        raise ValueError(sentence)
    return moment


class ReceiptIn(RequestPart):
    """What became of one message. It is named by our id of it, the gateway's own, or both."""

    touch_id: UUID | None = Field(None, description="The `id` that the gateway was given with the message.")
    message_id: Name | None = Field(None, description="The `message_id` that the gateway answered with.")
    status: ReceiptStatus
    reason: Annotated[str, StringConstraints(max_length=500)] | None = None
    time: Annotated[datetime, AfterValidator(_of_our_time)] | None = Field(
        None, description="When it happened; without it, now."
    )

    @model_validator(mode="after")
    def _of_a_message(self) -> "ReceiptIn":
        if self.touch_id is None and self.message_id is None:
            sentence = "expected touch_id or message_id"
            raise ValueError(sentence)
        return self


class ReceiptsIn(RequestPart):
    """Delivery receipts."""

    receipts: Annotated[list[ReceiptIn], Field(min_length=1, max_length=MOST_ROWS), EACH_ALONE]


class ReceiptRefused(BaseModel):
    """A receipt that was not taken."""

    place: int = Field(description="Which of the receipts, counted from 0.")
    problem: str


class ReceiptsOut(BaseModel):
    """What became of the receipts; the three and those refused are all that came."""

    taken: int
    again: int = Field(description="Receipts that had been processed before.")
    unknown: int = Field(
        description="No message has the id. A receipt with a message_id is kept for a week, in case it came early."
    )
    refused: list[ReceiptRefused] = Field(description="They could not be read, or are from before their message.")


class ReplyIn(RequestPart):
    """What a customer wrote back."""

    sender: Annotated[Name, Field(alias="from", description="Phone number, mail address or WeChat id.")]
    text: Annotated[str, StringConstraints(max_length=5000)]
    channel: ChannelName = ChannelName.SMS
    message_id: Name | None = Field(None, description="The gateway's id of this reply: the same one counts once.")


class RepliesIn(RequestPart):
    """Replies of customers."""

    replies: Annotated[list[ReplyIn], Field(min_length=1, max_length=100), EACH_ALONE]


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
    """Settles what was sent and what was unknown, with what went out inside the same message."""
    entries = list(enumerate(cast("list[ReceiptIn | NotRead]", body.receipts)))
    given = [(place, one) for place, one in entries if not isinstance(one, NotRead)]
    taken, lost = await _once(request, database, _take_receipts, [one for _, one in given], database.settings)
    refused = {place: one.problem for place, one in entries if isinstance(one, NotRead)}
    refused |= {given[number][0]: f"receipts.{given[number][0]}: {problem}" for number, problem in lost.items()}
    refused |= {given[number][0]: EARLY.format(given[number][0], at.isoformat()) for number, at in taken.early.items()}
    told = [ReceiptRefused(place=place, problem=refused[place]) for place in sorted(refused)]
    return ReceiptsOut(taken=taken.taken, again=taken.again, unknown=taken.unknown, refused=told)


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
    """Confirms appointments, keeps marks and answers to campaigns, and opts out who writes STOP, T, TD or 退订."""
    entries = cast("list[ReplyIn | NotRead]", body.replies)
    return RepliesOut(replies=await _once(request, database, _take_replies, entries, gateway.lower()))


async def _once(request: Request, database: Database, job: Callable[..., object], *args: object) -> Any:
    """Process a call and remember it in one transaction, for replay protection. A failed call may be repeated."""
    try:
        return await database.work(_remembering, request.state.call, database.now, job, args)
    except CalledBefore as error:
        raise Refused(409, str(error)) from error


def _remembering(
    connection: Connection, call: str, now: datetime, job: Callable[..., object], args: tuple[Any, ...]
) -> object:
    remember_signature(connection, call, now)
    return job(connection, now, *args)


def _take_receipts(
    connection: Connection, now: datetime, given: list[ReceiptIn], settings: Settings
) -> tuple[ReceiptsTaken, dict[int, str]]:
    """All at once; where that fails, one by one. Beside what was taken: by place, why one was not."""
    zone = house_zone(connection, settings)
    receipts = [_receipt(one, zone, now) for one in given]
    together = take_alone(connection, partial(record_receipts, connection, receipts, now))
    if not isinstance(together, NotRead):
        return together, {}
    alone = [take_alone(connection, partial(record_receipts, connection, [one], now)) for one in receipts]
    taken = [(place, one) for place, one in enumerate(alone) if not isinstance(one, NotRead)]
    summed = ReceiptsTaken(
        sum(one.taken for _, one in taken),
        sum(one.again for _, one in taken),
        sum(one.unknown for _, one in taken),
        {place: at for place, one in taken for at in one.early.values()},
    )
    return summed, {place: one.problem for place, one in enumerate(alone) if isinstance(one, NotRead)}


def _receipt(given: ReceiptIn, zone: ZoneInfo, now: datetime) -> Receipt:
    at = at_home(given.time, zone) or now
    return Receipt(given.status, at, given.touch_id, given.message_id, given.reason)


def _take_replies(
    connection: Connection, now: datetime, replies: list[ReplyIn | NotRead], gateway: str
) -> list[ReplyOut]:
    return [_take_reply(connection, now, place, reply, gateway) for place, reply in enumerate(replies)]


def _take_reply(connection: Connection, now: datetime, place: int, reply: ReplyIn | NotRead, gateway: str) -> ReplyOut:
    if isinstance(reply, NotRead):
        return ReplyOut(meaning=None, known=False, again=False, problem=reply.problem)
    # Two gateways may count their messages alike.
    message_id = f"{gateway}:{reply.message_id}" if reply.message_id else None
    said = (connection, reply.sender, reply.text, reply.channel, now, message_id)
    taken = take_alone(connection, partial(record_reply, *said))
    if isinstance(taken, NotRead):
        return ReplyOut(meaning=None, known=False, again=False, problem=f"replies.{place}: {taken.problem}")
    return ReplyOut(meaning=taken.meaning, known=bool(taken.customers), again=taken.again)
