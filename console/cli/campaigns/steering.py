"""`aftercare campaign submit|approve|launch|pause|…`: actions on a campaign in its current state."""

from decimal import Decimal, InvalidOperation
from typing import Annotated

import typer

from console.cli.session import Session, local_named, open_session
from console.shared.campaign_runs import ask_for_run, wake_run
from console.shared.moments import house_zone
from models.core.words import CampaignState
from tasks.campaigns.authors import find_author
from tasks.campaigns.launch.approving import Submitted, approve, refuse, submit, withdraw
from tasks.campaigns.launch.launching import cancel, launch, let_go, pause, resume
from tasks.campaigns.listing import CampaignRead, read_campaign

Id = Annotated[int, typer.Argument(metavar="ID", help="The campaign's number, as `list` shows it.")]
By = Annotated[str, typer.Option("--by", metavar="LOGIN", help="The user on whose behalf it is done.")]


def submit_campaign(
    campaign: Id,
    by: By,
    launches: Annotated[bool, typer.Option("--launch", help="Launch it as soon as it is approved.")] = False,
) -> None:
    """Submit a draft for approval. A small one is approved at once."""
    with open_session() as session:
        author = find_author(session.connection, by)
        done = submit(session.connection, author, campaign, session.settings, session.now, launch=launches)
        read = read_campaign(session.connection, author, campaign)
        told = _after_submission(session, read, done, by)
    if launches or done.state is not CampaignState.APPROVED:
        ask_for_run(session.settings, read.row, author.login, "submitted")
    typer.echo(told)


def _after_submission(session: Session, read: CampaignRead, done: Submitted, by: str) -> str:
    size = f"{done.size:,} customer{'s' if done.size != 1 else ''}"
    if done.state is not CampaignState.APPROVED:
        until = local_named(done.ends_at, house_zone(session.connection, session.settings).key)
        return (
            f"'{read.row.name}' waits for another person's approval until {until}: its audience has {size}, and "
            f"{by} may write to {done.alone_up_to:,} without."
        )
    begins = _begins(session, read)
    return f"'{read.row.name}' is approved: its audience has {size}.{f' {begins}' if begins else ''}"


def _begins(session: Session, read: CampaignRead) -> str:
    at = local_named(read.row.launches_at, house_zone(session.connection, session.settings).key)
    return f"It begins at {at}." if at else ""


def approve_campaign(
    campaign: Id,
    by: By,
    fingerprint: Annotated[
        str | None,
        typer.Option(help="The digest of the plan that was read, as `show` prints it: a changed plan is not approved."),
    ] = None,
    note: Annotated[str | None, typer.Option(help="A note to its author.")] = None,
) -> None:
    """Approve a submitted campaign, as another person than its author."""
    with open_session() as session:
        author = find_author(session.connection, by)
        shown = fingerprint or read_campaign(session.connection, author, campaign).fingerprint
        approve(session.connection, author, campaign, shown, session.now, note)
        read = read_campaign(session.connection, author, campaign)
        begins = _begins(session, read)
    wake_run(session.settings, read, author.login)
    typer.echo(f"'{read.row.name}' is approved. {begins or f'Launch it with `aftercare campaign launch {campaign}`.'}")


def refuse_campaign(
    campaign: Id, by: By, reason: Annotated[str, typer.Option(help="Why; its author reads it.")]
) -> None:
    """Refuse a submitted campaign: it goes back to its author."""
    with open_session() as session:
        author = find_author(session.connection, by)
        read = read_campaign(session.connection, author, campaign)
        refuse(session.connection, author, campaign, read.fingerprint, reason, session.now)
    wake_run(session.settings, read, author.login)
    typer.echo(f"'{read.row.name}' is refused; it is a draft again.")


def withdraw_campaign(campaign: Id, by: By) -> None:
    """Withdraw a submitted or approved campaign, to change it."""
    with open_session() as session:
        author = find_author(session.connection, by)
        withdraw(session.connection, author, campaign, session.now)
        read = read_campaign(session.connection, author, campaign)
    wake_run(session.settings, read, author.login)
    typer.echo(f"'{read.row.name}' is a draft again.")


def launch_campaign(campaign: Id, by: By) -> None:
    """Launch an approved campaign at its moment. Launching is idempotent."""
    with open_session() as session:
        author = find_author(session.connection, by)
        done = launch(session.connection, author, campaign, session.now)
        read = read_campaign(session.connection, author, campaign)
        begins = _begins(session, read)
    ask_for_run(session.settings, read.row, author.login, "launched")
    typer.echo(f"'{read.row.name}' {'is' if done else 'was'} launched{'' if done else ' before'}. {begins}")


def pause_campaign(campaign: Id, by: By) -> None:
    """Pause it: nothing more is sent until it is resumed."""
    with open_session() as session:
        author = find_author(session.connection, by)
        done = pause(session.connection, author, campaign, session.now)
        name = read_campaign(session.connection, author, campaign).row.name
    typer.echo(f"'{name}' {'is' if done else 'was already'} paused.")


def resume_campaign(campaign: Id, by: By) -> None:
    """Resume a paused campaign."""
    with open_session() as session:
        author = find_author(session.connection, by)
        done = resume(session.connection, author, campaign, session.now)
        name = read_campaign(session.connection, author, campaign).row.name
    typer.echo(f"'{name}' goes on." if done else f"'{name}' was not paused.")


def cancel_campaign(
    campaign: Id, by: By, reason: Annotated[str, typer.Option(help="Why; it stays on record.")]
) -> None:  # fmt: skip
    """Cancel it for good: whatever is not on its way is never sent."""
    with open_session() as session:
        author = find_author(session.connection, by)
        done = cancel(session.connection, author, campaign, session.now, reason)
        read = read_campaign(session.connection, author, campaign)
    wake_run(session.settings, read, author.login)
    typer.echo(f"'{read.row.name}' {'is' if done else 'was already'} cancelled.")


def _amount(text: str) -> Decimal:
    try:
        amount = Decimal(text.replace(",", ""))
        if not 0 < amount < 10**12:
            raise InvalidOperation
    except InvalidOperation as error:
        sentence = f"'{text}' is no amount such as 1200 or 1200.50."
        raise typer.BadParameter(sentence) from error
    return amount.quantize(Decimal("0.01"))


def let_campaign_go(
    campaign: Id,
    by: By,
    budget: Annotated[
        Decimal | None, typer.Option(parser=_amount, metavar="AMOUNT", help="Its budget from now on, in total.")
    ] = None,
) -> None:
    """Continue a campaign that stopped by itself. `show` says why it stopped."""
    with open_session() as session:
        author = find_author(session.connection, by)
        let_go(session.connection, author, campaign, session.now, budget)
        name = read_campaign(session.connection, author, campaign).row.name
    typer.echo(f"'{name}' goes on.")
