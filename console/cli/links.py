"""`aftercare links`: the personal links that a customer can use now, for staff who are asked for one on the phone.

`aftercare links CUSTOMER --json` prints a list of objects: `purpose` (`appointment`, `survey`, `payment`, `invitation`
or `consent`), `about` (the source's key, a campaign's name, or null), `at` (when that begins or was, or null), `until`,
`address`, `time_zone`.
"""

from typing import Annotated

import typer

from console.cli.session import open_session, print_json, print_table, to_json
from console.shared.moments import local
from tasks.explaining.finding import find_customer
from tasks.messages.links import CustomerLink, list_links


def links(
    customer: Annotated[
        str, typer.Argument(help="A customer's key, phone number, e-mail address, name, number plate or VIN.")
    ],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for a script.")] = False,
) -> None:
    """Print a customer's personal links. They open the customer's pages: give them to nobody else."""
    with open_session() as session:
        customer_id = find_customer(session.connection, customer)
        found = list_links(session.connection, session.settings, customer_id, session.now)
    if as_json:
        print_json([to_json(one) for one in found])
    else:
        print_table("Links", ("for", "about", "of", "works until", "address"), [_row(one) for one in found])


def _row(one: CustomerLink) -> tuple[str, ...]:
    until = local(one.until, one.time_zone)
    return (one.purpose, one.about or "", local(one.at, one.time_zone), until, one.address)
