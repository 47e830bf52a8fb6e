"""The maximum lengths of the variables in a campaign's messages, and whether they fit GSM-7."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, case, func, select, true
from sqlalchemy.sql.elements import ColumnElement

from models.campaigns.lengths import NOTHING, Widths, widths_of
from models.core.rows import AnyRow, AnySelect
from models.core.settings import Settings
from models.core.words import RECIPIENT
from models.kits.links import CONSENT, make_link
from models.kits.registry import traits_of
from models.messages.letters import CHINESE, LINKS, SALUTATIONS, WORDS
from models.messages.sms_segments import BASIC, EXTENSION
from models.people.tables import Customer, Store
from models.subjects.vehicle import Vehicle
from tasks.messages.links import signer_for_letters
from tasks.subjects.customers import vehicle_name

HIGHEST_ID = 2**40
SALUTATION = 4
"""The maximum number of characters that a salutation adds in any spelling: 先生, Mrs with a space."""
UNLIKE_GSM_7 = "先"


def _any_of(characters: frozenset[str]) -> str:
    """A character set of a regular expression for PostgreSQL."""
    return "".join(f"\\u{ord(character):04X}" for character in sorted(characters))


NOT_GSM_7 = f"[^{_any_of(BASIC | EXTENSION)}]"
TWICE_IN_GSM_7 = f"[{_any_of(EXTENSION)}]"
TWICE_IN_UCS_2 = "[\\U00010000-\\U0010FFFF]"


def read_widths(
    connection: Connection,
    names: Sequence[str],
    language: str,
    spoken: Sequence[str],
    store_id: int | None,
) -> dict[str, Widths]:
    """Of those variables that come from the records: of the customers who are told something in a language, where it is
    said in those that are spoken. Whoever has another language is told it in the first of them."""
    found: dict[str, Widths] = {}
    if "customer" in names:
        found["customer"] = _read(connection, _of_customers(language, spoken, store_id), SALUTATION)
    if "vehicle" in names:
        found["vehicle"] = _wider(
            _read(connection, _of_vehicles(language, spoken, store_id)), widths_of(WORDS[language]["your car"])
        )
    if "store" in names or "store_phone" in names:
        here = Store.id == store_id if store_id is not None else true()
        found["store"] = _read(connection, _widest(func.concat(Store.name)).where(here))
        found["store_phone"] = _read(connection, _widest(func.coalesce(Store.phone, "")).where(here))
    return found


def widths_of_links(settings: Settings, now: datetime) -> dict[str, Widths]:
    """The bounds of a recipient's links."""
    signer = signer_for_letters(settings)
    if signer is None:
        return {}
    links = {
        purpose: make_link(purpose, RECIPIENT, HIGHEST_ID, HIGHEST_ID, now)
        for purpose in (*(offer.purpose for offer in traits_of(RECIPIENT).links), CONSENT)
    }
    return {f"{LINKS}.{purpose}": widths_of(signer.address(link)) for purpose, link in links.items()}


def _of_customers(language: str, spoken: Sequence[str], store_id: int | None) -> AnySelect:
    """Names with salutations, translated into the language if it has an equivalent."""
    salutation = func.coalesce(Customer.salutation, "")
    turned = (
        case((salutation == "", ""), else_=UNLIKE_GSM_7)
        if language == CHINESE
        else case((salutation.in_(SALUTATIONS[language]), ""), else_=salutation)
    )
    value, written = func.concat(Customer.name, salutation), func.concat(Customer.name, turned)
    return (
        _widest(value, written)
        .select_from(Customer)
        .join(Store, Store.id == Customer.store_id)
        .where(_hears(language, spoken, store_id))
    )


def _of_vehicles(language: str, spoken: Sequence[str], store_id: int | None) -> AnySelect:
    return (
        _widest(func.coalesce(vehicle_name(), ""))
        .select_from(Vehicle)
        .join(Customer, Customer.id == Vehicle.customer_id)
        .join(Store, Store.id == Customer.store_id)
        .where(_hears(language, spoken, store_id))
    )


def _hears(language: str, spoken: Sequence[str], store_id: int | None) -> ColumnElement[bool]:
    own = func.coalesce(Customer.language, Store.language)
    others = [one for one in spoken if one != language]
    theirs = own.not_in(others) if language == spoken[0] else own == language
    return and_(theirs, Customer.store_id == store_id if store_id is not None else true())


def _widest(value: ColumnElement[Any], written: ColumnElement[Any] | None = None) -> AnySelect:
    """The maximum units of a text in each alphabet, and whether any value does not fit GSM-7."""
    length = func.char_length(value)
    return select(
        func.max(length * case((value.regexp_match(TWICE_IN_GSM_7), 2), else_=1)),
        func.max(length * case((value.regexp_match(TWICE_IN_UCS_2), 2), else_=1)),
        func.bool_or((value if written is None else written).regexp_match(NOT_GSM_7)),
    )


def _read(connection: Connection, statement: AnySelect, more: int = 0) -> Widths:
    row: AnyRow = connection.execute(statement).one()
    gsm_7, ucs_2, others = row
    return NOTHING if ucs_2 is None else Widths(gsm_7 + more, ucs_2 + more, only_gsm_7=not others)


def _wider(one: Widths, other: Widths) -> Widths:
    return Widths(
        max(one.gsm_7, other.gsm_7), max(one.ucs_2, other.ucs_2), only_gsm_7=one.only_gsm_7 and other.only_gsm_7
    )
