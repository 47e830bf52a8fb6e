"""`aftercare channels`: where messages go, what is paused, and resuming it."""

import asyncio
from dataclasses import asdict
from getpass import getuser
from typing import Annotated, Any

import typer

from console.api.dialects.taking import webhook_addresses
from console.cli.policies import Json, StoreCode
from console.cli.printing import warn
from console.cli.session import Commands, Session, check_store, open_session, print_json, print_table
from console.shared.spoken import spoken
from models.core.masking import mask_contact
from models.core.settings import Settings, read_settings
from models.core.words import ChannelName, ReceiptStatus
from models.ledger.reports import PauseSeen, StoreRow
from tasks.campaigns.wording.test_messages import read_address
from tasks.channels.asking import Delivered, Undelivered
from tasks.channels.checking import CheckResult, check_channels
from tasks.channels.contract import Abilities, Accepted, Rejected, Transient, Unknown
from tasks.channels.opening import SENT_BY_US, find_address, find_unused
from tasks.dispatch.trying import Trial, prepare_trial, read_receipt, try_channel
from tasks.overview.reporting import list_stores, read_pauses
from tasks.runs.steering import resume_channel

app = typer.Typer(cls=Commands, invoke_without_command=True, help="Where messages go, and what is paused.")


@app.callback()
def channels(
    context: typer.Context, as_json: Annotated[bool, typer.Option("--json", help="Print JSON for a script.")] = False
) -> None:
    """List the channels of each store, by the scheme of the address only: the rest may hold a password."""
    if context.invoked_subcommand:
        return
    with open_session() as session:
        stores, pauses = list_stores(session.connection), read_pauses(session.connection)
        settings = session.settings
        unused = find_unused(settings, [store.code for store in stores])
    rows = [row for store in stores for row in _of_store(settings, store, pauses)]
    if as_json:
        print_json([row | {"paused": row["paused"] and row["paused"].model_dump()} for row in rows])
        return
    print_table(
        "Channels",
        ("store", "channel", "used", "goes to", "set by", "paused"),
        [
            (
                row["store"],
                row["channel"],
                "yes" if row["used"] else "no",
                row["scheme"],
                row["setting"],
                spoken(row["paused"]),
            )
            for row in rows
        ],
        lines=False,
    )
    warn(spoken(one) for one in unused)


def _of_store(settings: Settings, store: StoreRow, pauses: list[PauseSeen]) -> list[dict[str, Any]]:
    paused = {(pause.store, pause.channel): pause.reason for pause in pauses}
    found = []
    for channel in SENT_BY_US:
        address, setting = find_address(settings, channel, store.code)
        found.append(
            {
                "store": store.code,
                "channel": channel.value,
                "used": channel in store.channels,
                "scheme": address.get_secret_value().partition("://")[0] + "://",
                "setting": setting,
                "paused": paused.get((store.code, channel)) or paused.get((None, channel)),
            }
        )
    return found


@app.command()
def check(as_json: Json = False) -> None:
    """Check the settings of all channels with their providers. Nothing is sent."""
    with open_session() as session:
        checked = asyncio.run(check_channels(session.settings, session.now))
    if as_json:
        print_json([asdict(one) for one in checked])
    else:
        print_table(
            "Channels checked",
            ("setting", "scheme", "result", "can", "problem"),
            [(one.setting, one.scheme, one.result, _abilities(one.abilities), one.problem or "") for one in checked],
            lines=False,
        )
    if any(one.result is CheckResult.BAD for one in checked):
        raise typer.Exit(1)


def _abilities(abilities: Abilities | None) -> str:
    """What a channel can do, in words."""
    if abilities is None:
        return ""
    said = {
        "takes a key": abilities.takes_key,
        "can be asked": abilities.can_be_asked,
        "registered templates only": abilities.needs_registered,
        "charged by segment": abilities.counts_segments,
    }
    pace = f"{abilities.requests_at_once} x {abilities.messages_a_request} at once"
    return ", ".join([*(words for words, so in said.items() if so), pace])


@app.command("test")
def send_test(
    channel: Annotated[ChannelName, typer.Argument(help="The channel.")],
    to: Annotated[str, typer.Option(help="Your own number or address. It gets a real message.")],
    store: StoreCode = None,
    template: Annotated[str | None, typer.Option(help="The registered template, where one is needed.")] = None,
    wait: Annotated[int, typer.Option(min=0, max=600, help="How many seconds to wait for a receipt.")] = 60,
) -> None:
    """Send one real message to yourself, and wait for its receipt."""
    with open_session() as session:
        check_store(session.connection, store)
        recipient = read_address(channel, to)
        trial = prepare_trial(
            session.connection, session.settings, channel, recipient, session.now, store=store, template=template
        )
        typer.echo(f"{trial.setting} ({trial.scheme}://) to {mask_contact(recipient)}: {trial.message.text}")
        for said in _gates(trial):
            typer.echo(said)
        if not asyncio.run(_try(session, trial, wait)):
            raise typer.Exit(1)


def _gates(trial: Trial) -> list[str]:
    """What would hold a message to a customer now."""
    found = []
    if trial.paused:
        found.append("The channel is paused: messages to customers wait.")
    if not trial.within_hours:
        found.append("It is outside the store's contact hours: messages to customers wait.")
    return found or ["No gate of the channel would hold a message to a customer now."]


async def _try(session: Session, trial: Trial, wait: int) -> bool:
    """Whether it was accepted, and not reported undelivered."""
    good = True
    heard = try_channel(session.settings, trial, lambda name: read_receipt(session.connection, name), wait)
    async for said in heard:
        good = isinstance(said, Accepted | Delivered) or said is ReceiptStatus.DELIVERED
        typer.echo(_said(said))
    return good


def _said(said: object) -> str:
    match said:
        case Accepted(message_id):
            return f"Accepted{f' as {message_id}' if message_id else ''}."
        case Rejected(reason):
            return f"Rejected: {reason}."
        case Transient(reason):
            return f"Not sent: {reason}."
        case Unknown(reason):
            return f"Not known whether it was sent: {reason}."
        case Undelivered(reason):
            return f"Not delivered: {reason}."
        case ReceiptStatus.UNDELIVERED:
            return "Not delivered, by the receipt."
        case _:
            return "Delivered."


@app.command()
def webhook(
    name: Annotated[str, typer.Argument(help="The gateway, as in AFTERCARE_WEBHOOK_SECRETS__NAME.")],
    dialect: Annotated[str, typer.Option("--as", help="The provider's dialect, such as aliyun.")],
) -> None:
    """Print the addresses to enter at a provider for its receipts and replies. They contain a secret token."""
    settings = read_settings()
    for kind, address in webhook_addresses(settings, name, dialect).items():
        typer.echo(f"{kind}: {address}")


@app.command()
def resume(
    channel: Annotated[ChannelName, typer.Argument(help="The channel.")],
    store: Annotated[
        str | None, typer.Option(help="The store whose own channel it is; by default the shared one.")
    ] = None,
) -> None:
    """Resume a paused channel."""
    with open_session() as session:
        check_store(session.connection, store)
        resume_channel(session.connection, session.now, channel, store, getuser())
    typer.echo(f"The channel {channel} sends again.")
