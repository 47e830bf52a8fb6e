"""`aftercare campaign`: messages to selected groups, from a recipe or a plan to their results.

Commands that read see every store. Commands that change something name a user of the console with `--by`; that user's
permissions apply.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from console.cli.campaigns import messages as campaign_messages
from console.cli.campaigns import rehearsals as campaign_rehearsals
from console.cli.campaigns import results as campaign_results
from console.cli.campaigns import steering as campaign_steering
from console.cli.campaigns.audiences import app as audiences
from console.cli.campaigns.files import PlanFile, read_plan_file, write_plan_file
from console.cli.campaigns.lists import print_campaigns
from console.cli.campaigns.reader import reader
from console.cli.campaigns.steering import By, Id
from console.cli.policies import store_id_of
from console.cli.printing import printer
from console.cli.session import Commands, open_session, print_json, print_table
from console.shared.campaign_shapes import shape_row, shape_whole
from console.shared.moments import house_zone, local
from console.shared.spoken import spoken
from models.campaigns.audience_words import Names, audience_text
from models.campaigns.plans import read_plan
from models.campaigns.recipes import list_recipes
from models.campaigns.recipes import recipe as find_recipe
from models.core.errors import InvalidInput
from models.core.words import CampaignState
from models.messages.letters import write_money
from tasks.campaigns.audiences.choices import read_names
from tasks.campaigns.authors import find_author
from tasks.campaigns.drafting import change_campaign, create_campaign
from tasks.campaigns.listing import CampaignRead, CampaignRow, list_campaigns, read_campaign

MOST = 1000
app = typer.Typer(cls=Commands, no_args_is_help=True, help="Messages to selected groups.")

Plan = Annotated[Path | None, typer.Option(metavar="FILE.toml", help="A plan, as `show --toml` prints it.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON for a script.")]


class RecipeOrPlan(InvalidInput):
    """Neither a recipe nor a plan was named, or both were."""

    def __init__(self) -> None:
        super().__init__("Name either --recipe or --plan: what the campaign is made from.")


@app.command()
def recipes(as_json: Json = False) -> None:
    """List the shipped recipes."""
    shipped = list_recipes()
    if as_json:
        print_json([{"key": one.key, "name": one.name, "description": one.description} for one in shipped])
        return
    rows = [(one.key, one.name["en"], one.description["en"]) for one in shipped]
    print_table("Recipes", ("recipe", "name", "what it is for"), rows)


@app.command()
def new(
    name: Annotated[str, typer.Argument(help="The name of the campaign.")],
    by: By,
    recipe: Annotated[str | None, typer.Option(help="A shipped recipe, as `recipes` lists them.")] = None,
    plan: Plan = None,
    store: Annotated[str | None, typer.Option(help="For this store's customers; by default for all.")] = None,
) -> None:
    """Create a campaign from a recipe or a plan, as a draft."""
    if (recipe is None) == (plan is None):
        raise RecipeOrPlan
    made_from = read_plan_file(plan).plan if plan is not None else read_plan(find_recipe(recipe or "").plan_data())
    with open_session() as session:
        author = find_author(session.connection, by)
        campaign_id = create_campaign(
            session.connection,
            author,
            name,
            made_from,
            session.now,
            store_id=store_id_of(session, store),
            recipe=recipe,
        )
    typer.echo(f"'{name}' is campaign {campaign_id}, a draft.")


@app.command("list")
def show_list(
    state: Annotated[list[CampaignState] | None, typer.Option(help="Only in this state; may be repeated.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=MOST, help="At most this many.")] = 100,
    as_json: Json = False,
) -> None:
    """List the campaigns, the newest first."""
    with open_session() as session:
        page = list_campaigns(session.connection, reader(), states=state or (), limit=limit)
        zone = house_zone(session.connection, session.settings)
    if as_json:
        print_json([shape_row(row, zone).model_dump() for row in page.items])
        return
    print_campaigns(page.items, zone)


@app.command()
def show(
    campaign: Id,
    as_toml: Annotated[bool, typer.Option("--toml", help="Print a TOML file that `edit` accepts.")] = False,
    as_json: Json = False,
) -> None:
    """Show a campaign: its state, and its plan."""
    with open_session() as session:
        read = read_campaign(session.connection, reader(), campaign)
        zone = house_zone(session.connection, session.settings)
        currency = session.settings.price_currency
        names = read_names(session.connection, read.plan.audience)
    if as_json:
        print_json(shape_whole(read, zone).model_dump())
    elif as_toml:
        typer.echo(write_plan_file(read), nl=False)
    else:
        _show(read, names, zone.key, currency)


def _spent(row: CampaignRow, currency: str) -> str:
    spent = write_money(row.spent, currency)
    return spent if row.budget is None else f"{spent} of {write_money(row.budget, currency)}"


def _show(read: CampaignRead, names: Names, zone: str, currency: str) -> None:
    row = read.row
    lines: dict[str, object] = {
        "clock": zone,
        "state": f"{row.state}{', paused by ' + str(read.paused_by) if row.paused_at else ''}",
        "since": local(row.state_at, zone),
        "stopped because": spoken(row.held_reason),
        "note": spoken(row.notice),
        "store": row.store or "all",
        "made by": f"{row.author}{f' from the recipe {row.recipe}' if row.recipe else ''}, version {row.version}",
        "fingerprint": read.fingerprint,
        "approved by": f"{read.approver}, {local(read.approved_at, zone)}" if read.approver else None,
        "waits for approval until": local(row.approval_ends_at, zone),
        "begins": local(row.launches_at, zone),
        "audience when submitted": f"{read.approved_size:,}" if read.approved_size is not None else None,
        "waves": ", ".join(f"{wave} {count:,}" for wave, count in read.waves.items()),
        "planned": f"{read.planned:,}" if read.waves else None,
        "winner": read.winner,
        "spent": _spent(row, currency),
        "finished": local(read.finished_at, zone),
    }
    console = printer()
    console.print(Text(f"{row.id} {row.name}", style="bold"))
    for name, value in lines.items():
        if value:
            console.print(Text(f"  {name}: {value}"))
    console.print(Text(f"  audience: {audience_text(read.plan.audience, 'en', names)}".replace("\n", "\n    ")))
    for variant in read.plan.variants:
        for language, words in variant.words.items():
            for channel in read.plan.channels:
                said = getattr(words, channel)
                text = said if isinstance(said, str) or said is None else f"{said.subject}: {said.text}"
                console.print(Text(f"  {variant.key} ({variant.share} %), {channel}, {language}: {text}"))


@app.command()
def edit(
    campaign: Id,
    plan: Annotated[Path, typer.Option(metavar="FILE.toml", help="A plan, as `show --toml` prints it.")],
    by: By,
) -> None:
    """Change the plan of a campaign that has not contacted anybody yet. An earlier approval becomes void.

    A file with a `version` is refused if somebody has changed the campaign since.
    """
    file: PlanFile = read_plan_file(plan)
    with open_session() as session:
        author = find_author(session.connection, by)
        before = read_campaign(session.connection, author, campaign)
        based_on = file.version if file.version is not None else before.row.version
        version = change_campaign(
            session.connection, author, campaign, file.plan, based_on, session.now, name=file.name
        )  # fmt: skip
    changed = version != before.row.version
    typer.echo(f"Campaign {campaign} is {'now' if changed else 'still'} version {version}{', a draft' * changed}.")


app.add_typer(audiences, name="audience")
COMMANDS: dict[str, Callable[..., None]] = {
    "preview": campaign_messages.preview_campaign,
    "test-send": campaign_messages.send_test_message,
    "dry-run": campaign_rehearsals.rehearse,
    "submit": campaign_steering.submit_campaign,
    "approve": campaign_steering.approve_campaign,
    "refuse": campaign_steering.refuse_campaign,
    "withdraw": campaign_steering.withdraw_campaign,
    "launch": campaign_steering.launch_campaign,
    "pause": campaign_steering.pause_campaign,
    "resume": campaign_steering.resume_campaign,
    "cancel": campaign_steering.cancel_campaign,
    "let-go": campaign_steering.let_campaign_go,
    "results": campaign_results.results,
    "export": campaign_results.export,
}
for name, command in COMMANDS.items():
    app.command(name)(command)
