"""`aftercare campaign preview|test-send`: a campaign's message as a customer would get it, or sent as a test."""

import asyncio
from typing import Annotated

import typer
from sqlalchemy import create_engine, pool

from console.cli.campaigns.reader import reader
from console.cli.campaigns.steering import By, Id
from console.cli.printing import printer
from console.cli.session import Session, open_session, print_json
from console.shared.spoken import spoken
from models.core.errors import InvalidInput
from models.core.words import ChannelName
from models.messages.letters import write_price
from models.people.permissions import Permission
from tasks.campaigns.audiences.counting import sample_audience
from tasks.campaigns.authors import find_author
from tasks.campaigns.listing import CampaignRead, read_campaign
from tasks.campaigns.wording.messages import CampaignMessage, preview
from tasks.campaigns.wording.test_messages import WantedTest, send_test
from tasks.explaining.finding import find_customer

Customer = Annotated[
    str | None,
    typer.Option(help="Key, phone, name, plate or VIN of the customer to write to; by default one of the audience."),
]
VariantKey = Annotated[str | None, typer.Option(help="A variant, or follow-up; by default the first variant.")]
Channel = Annotated[ChannelName | None, typer.Option(help="By default the campaign's first channel.")]


class NobodyToWriteFor(InvalidInput):
    """There is no customer for whom the message could be written."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(f"Nobody is in the audience of '{name}'; name a customer with --customer.")


def preview_campaign(
    campaign: Id,
    customer: Customer = None,
    variant: VariantKey = None,
    channel: Channel = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for a script.")] = False,
) -> None:
    """Show the message as a customer would get it, with its length and cost. Nothing is sent."""
    with open_session() as session:
        read = read_campaign(session.connection, reader(), campaign)
        message = preview(
            session.connection,
            read.row.name,
            read.plan,
            _customer(session, read, customer),
            variant or read.plan.variants[0].key,
            channel or read.plan.channels[0],
            session.settings,
            session.now,
        )
    if as_json:
        print_json(_shape(message))
        return
    _show(message, session.settings.price_currency)


def send_test_message(
    campaign: Id,
    to: Annotated[str, typer.Option(help="Where to send it: your own number, address or WeChat id.")],
    by: By,
    customer: Customer = None,
    variant: VariantKey = None,
    channel: Channel = None,
) -> None:
    """Send the message to yourself, marked as a test."""
    with open_session() as session:
        author = find_author(session.connection, by)
        author.check(Permission.MAKE_CAMPAIGNS)
        read = read_campaign(session.connection, author, campaign)
        wanted = WantedTest(
            campaign,
            read.row.name,
            read.plan,
            variant or read.plan.variants[0].key,
            channel or read.plan.channels[0],
            _customer(session, read, customer),
            to,
        )
        engine = create_engine(session.connection.engine.url, hide_parameters=True, poolclass=pool.NullPool)
        message = asyncio.run(send_test(engine, session.settings, author.login, wanted, session.now))
    typer.echo(f"Sent to {to} by {message.channel}:")
    _show(message, session.settings.price_currency)


def _customer(session: Session, read: CampaignRead, text: str | None) -> int:
    if text is not None:
        return find_customer(session.connection, text)
    some = sample_audience(session.connection, read.plan.audience, session.now, read.store_id, 1)
    if not some:
        raise NobodyToWriteFor(read.row.name)
    return some[0].customer_id


def _show(message: CampaignMessage, currency: str) -> None:
    console = printer()
    for part in (message.subject, message.text):
        if part is not None:
            console.print(part, markup=False, highlight=False)
    length = message.length
    counted = f"{length.units} characters in {length.segments} text messages, " if length else ""
    console.print(f"\n({message.language}, {counted}{write_price(message.price, currency)})", markup=False)
    if message.warning is not None:
        console.print(f"Warning: {spoken(message.warning)}.", markup=False, highlight=False)


def _shape(message: CampaignMessage) -> dict[str, object]:
    length = message.length
    return {
        "customer_id": message.customer_id,
        "variant": message.variant,
        "channel": message.channel,
        "language": message.language,
        "subject": message.subject,
        "text": message.text,
        "segments": length.segments if length else None,
        "price": message.price,
    }
