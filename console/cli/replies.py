"""`aftercare reply`: process what a customer wrote back."""

from typing import Annotated, assert_never

import typer

from console.cli.session import open_session
from models.core.words import ChannelName, ReplyMeaning
from tasks.self_service.replies import ReplyTaken, record_reply


def reply(
    sender: Annotated[str, typer.Option("--from", help="The phone number, mail address or WeChat id it came from.")],
    text: Annotated[str, typer.Option(help="What was written.")],
    channel: Annotated[ChannelName, typer.Option(help="How it came.")] = ChannelName.SMS,
    message_id: Annotated[str | None, typer.Option(help="The gateway's id: the same message counts once.")] = None,
) -> None:
    """Process a reply: 1 confirms a visit or interest, 2 asks for another time, 1 to 5 rate, STOP or 退订 opts out."""
    with open_session() as session:
        taken = record_reply(session.connection, sender, text, channel, session.now, message_id)
    typer.echo(_told(taken, channel))


BY_LAW = {
    ReplyMeaning.START: "The customer wants messages by {channel} again, as before the opt-out.",
    ReplyMeaning.HELP: "The customer wants help; a person answers.",
    ReplyMeaning.AGREE: "The customer agrees to what was asked.",
}


def _told(taken: ReplyTaken, channel: ChannelName) -> str:
    """The result of a reply, as sentences."""
    if taken.again:
        return "This message was processed before; nothing has changed."
    known = "" if taken.customers else " The sender is not a known customer."
    match taken.meaning:
        case ReplyMeaning.CONFIRM if taken.appointment_id:
            return "The appointment is confirmed."
        case ReplyMeaning.OTHER_TIME if taken.appointment_id:
            return "The customer asks for another time; the advisor will be told to call."
        case ReplyMeaning.CONFIRM if taken.answer:
            return "The customer is interested in what the campaign offers."
        case ReplyMeaning.CONFIRM | ReplyMeaning.OTHER_TIME:
            return f"Stored; there is no appointment that it could refer to.{known}"
        case ReplyMeaning.MARK:
            case = f"; complaint {taken.case_id} is open" if taken.case_id else ""
            return f"The customer gives {taken.mark} of 5 in answer to the survey{case}."
        case ReplyMeaning.STOP:
            who = f"{len(taken.customers)} customer{'s' if len(taken.customers) != 1 else ''}"
            return f"Opted out of {channel}: {who}; {taken.cancelled} planned messages cancelled.{known}"
        case ReplyMeaning.START | ReplyMeaning.HELP | ReplyMeaning.AGREE:
            return f"{BY_LAW[taken.meaning].format(channel=channel)}{known}"
        case ReplyMeaning.UNREADABLE:
            as_answer = " It answers a campaign." if taken.answer else ""
            return f"Stored for a person to read.{as_answer}{known}"
        case _:
            assert_never(taken.meaning)
