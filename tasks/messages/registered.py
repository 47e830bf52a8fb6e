"""Which registered template a letter goes out as, on a channel that sends no free text.

Nothing goes out whose text is not registered and approved as it is: a letter without its template waits.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from models.core.reasons import NUMBER, TEXT, GivenReason, declare, give
from models.core.rows import AnyRow
from models.ledger.providers import RegisteredTemplate, RegistrationState
from models.messages.letters import LINKS
from models.messages.rendering import render
from models.messages.skeletons import registered_form, shorten, skeleton
from tasks.channels.contract import RegisteredMessage
from tasks.messages.letters import Letter

NOT_REGISTERED = declare("template-not-registered", template=TEXT, provider=TEXT)
NOT_APPROVED = declare("template-not-approved", template=TEXT, provider=TEXT)
DIFFERS = declare("template-differs-from-registered", template=TEXT, provider=TEXT)
TOO_LONG = declare("template-parameter-too-long", template=TEXT, parameter=TEXT, longest=NUMBER)
Registrations = Mapping[tuple[str, str], Sequence[AnyRow]]
"""By the key and the language of our template."""


@dataclass(frozen=True, slots=True)
class FittingText:
    """How a letter goes out as a registered template."""

    registered: RegisteredMessage
    text: str
    """The letter with its values shortened as far as the provider demands."""


def read_registrations(connection: Connection, provider: str, keys: Sequence[str]) -> Registrations:
    """What is registered with a provider for some templates."""
    found: dict[tuple[str, str], list[AnyRow]] = defaultdict(list)
    statement = select(RegisteredTemplate.__table__).where(
        RegisteredTemplate.provider == provider, RegisteredTemplate.key.in_(sorted(set(keys)))
    )
    for row in connection.execute(statement.order_by(RegisteredTemplate.id)):
        found[row.key, row.language].append(row)
    return found


def fit(
    letter: Letter, key: str, language: str, store_id: int, provider: str, registrations: Registrations
) -> FittingText | GivenReason:
    """The registered form of a letter, or why it has none. A store's own registrations come before the common ones."""
    known = [row for row in registrations.get((key, language), ()) if row.store_id in (None, store_id)]
    if not known:
        return give(NOT_REGISTERED, template=key, provider=provider)
    approved = [row for row in known if row.state == RegistrationState.APPROVED]
    if not approved:
        return give(NOT_APPROVED, template=key, provider=provider)
    said = registered_form(skeleton(letter.whole_template, letter.variables))
    same = [row for row in approved if registered_form(row.text) == said]
    if not same:
        return give(DIFFERS, template=key, provider=provider)
    own = [row for row in same if row.store_id is not None]
    return _filled(letter, (own or same)[0])


def _filled(letter: Letter, row: AnyRow) -> FittingText | GivenReason:
    values, short = letter.parameters, {}
    for parameter in row.parameters:
        value, longest = values.get(parameter["variable"], ""), parameter["longest"]
        fitting = value if longest is None else shorten(value, longest)
        if fitting is None:
            return give(TOO_LONG, template=row.key, parameter=parameter["variable"], longest=longest)
        short[parameter["variable"]] = fitting
    named = tuple((parameter["name"], short[parameter["variable"]]) for parameter in row.parameters)
    return FittingText(RegisteredMessage(row.code, named), render(letter.whole_template, _with(letter, short)))


def _with(letter: Letter, short: Mapping[str, str]) -> dict[str, Any]:
    """The letter's variables with some values replaced."""
    links = {name: short.get(f"{LINKS}.{name}", link) for name, link in letter.variables.get(LINKS, {}).items()}
    plain = {name: short.get(name, value) for name, value in letter.variables.items() if name != LINKS}
    return plain | ({LINKS: links} if LINKS in letter.variables else {})
