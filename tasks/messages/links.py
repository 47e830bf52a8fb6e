"""The links of this installation: signed, written into letters, and opened by customers."""

import os
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from secrets import token_hex, token_urlsafe
from typing import Any

from sqlalchemy import CompoundSelect, Connection, func, literal, null, select, union_all

from models.core.cadence import ZONED, moment
from models.core.errors import InvalidInput, Unavailable
from models.core.settings import Settings, read_settings
from models.core.words import LinkPurpose, Purpose, SubjectKind
from models.kits.links import consent_link, make_link, offers
from models.kits.registry import traits_of
from models.messages.links import Link, LinkSigner, Openings
from models.people.tables import Customer, Store
from tasks.subjects.registry import all_subjects

SHOWN_STORES = 12
"""The number of stores shown for an invalid link."""
PRIVATE = 0o600
LEAVABLE = (Purpose.MARKETING, Purpose.SURVEY)
"""Purposes of which e-mail can be ended by one click."""


class SecretOutOfReach(Unavailable):
    """The installation's own secret can be neither read nor created."""

    def __init__(self, path: Path, reason: str | None) -> None:
        self.path = path
        super().__init__(
            f"{path} cannot be read or created ({reason}): set AFTERCARE_SECRET, or run aftercare as the user that its "
            f"home belongs to."
        )


class NoAddressForCustomers(InvalidInput):
    """Links are used, but there is no address at which customers could open them."""

    def __init__(self) -> None:
        super().__init__("Set AFTERCARE_PUBLIC_URL to the address at which customers reach the console, with https://.")


@dataclass(frozen=True, slots=True)
class Reader:
    """The customer who opens a link, and their store's contact."""

    customer_id: int
    store_id: int
    language: str
    store: str
    store_phone: str | None
    time_zone: str
    over: bool
    """Whether the link has expired."""


@dataclass(frozen=True, slots=True)
class CustomerLink:
    """A valid link and its subject."""

    purpose: LinkPurpose
    about: str | None
    """The source's key of the appointment, the visit or the account."""
    at: datetime | None
    """The moment of the subject."""
    until: datetime
    address: str
    time_zone: str


def signer_for_letters(settings: Settings) -> LinkSigner | None:
    """The signer for links in letters; None if customers could not open them."""
    begin = settings.links_begin
    return _make_signer(read_secret(settings), begin) if begin else None


def read_token(settings: Settings, token: str) -> Link:
    """Read a link that a customer opens. Raises `NotOurLink`."""
    return _make_signer(read_secret(settings), "").read(token, _openings())


@cache
def _openings() -> Openings:
    return {letter: (offer.purpose, kind) for letter, (offer, kind) in offers().items()}


def write_token(settings: Settings, link: Link) -> str:
    """The token for a link from one customer page to another."""
    return _make_signer(read_secret(settings), "").token(link)


@cache
def _make_signer(secret: str, public_url: str) -> LinkSigner:
    return LinkSigner(secret, public_url)


def read_secret(settings: Settings) -> str:
    """The signing secret for links. Raises `SecretOutOfReach`."""
    return settings.secret.get_secret_value() if settings.secret else _kept_secret(settings.secret_file.absolute())


@cache
def _kept_secret(path: Path) -> str:
    """The secret in a file, created on first use. It is renamed into place when complete, never read half."""
    try:
        with suppress(FileNotFoundError):
            return path.read_text(encoding="ascii").strip()
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f"{path.name}.{token_hex(8)}")
        try:
            with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE), "w", encoding="ascii") as file:  # noqa: PTH123  a file descriptor
                file.write(f"{token_urlsafe(32)}\n")
                file.flush()
                os.fsync(file.fileno())
            with suppress(FileExistsError):
                path.hardlink_to(draft)
        finally:
            draft.unlink(missing_ok=True)
        return path.read_text(encoding="ascii").strip()
    except OSError as error:
        raise SecretOutOfReach(path, error.strerror) from error


def write_links(kind: SubjectKind, names: Collection[str], row: Mapping[Any, Any], now: datetime) -> dict[str, str]:
    """The links of a letter by name, from the facts of its subject; empty if customers could not open them."""
    signer = signer_for_letters(read_settings())
    if signer is None:
        return dict.fromkeys(names, "")
    return {
        name: signer.address(
            make_link(LinkPurpose(name), kind, row["subject_id"], row["customer_id"], now, row.get("starts_at"))
        )
        for name in names
    }


def leave_deed(purpose: Purpose) -> str:
    """The action on the page of a customer's choices that ends e-mail for a purpose."""
    return f"leave-{purpose}"


def write_leave_link(customer_id: int, purpose: Purpose, now: datetime) -> str | None:
    """Where a POST ends e-mail for a purpose (RFC 8058), and a GET shows the choices; None without links."""
    signer = signer_for_letters(read_settings())
    return f"{signer.address(consent_link(customer_id, now))}/{leave_deed(purpose)}" if signer else None


def find_reader(connection: Connection, link: Link, now: datetime) -> Reader | None:
    """The customer of a link; None if its subject belongs to someone else or no longer exists.

    A link that is valid until its subject's start is valid until the new start if that was postponed.
    """
    table: Any = traits_of(link.subject).table if link.subject else Customer
    store_id = getattr(table, "store_id", Customer.store_id)
    starts_at = table.starts_at if offers()[link.letter][0].lasts is None else null()
    statement = select(
        Customer.id.label("customer_id"),
        Store.id.label("store_id"),
        func.coalesce(Customer.language, Store.language).label("language"),
        Store.name.label("store"),
        Store.phone.label("store_phone"),
        Store.time_zone,
        func.greatest(literal(link.until, ZONED), starts_at) <= moment(now),
    ).select_from(table)
    if link.subject:
        statement = statement.join(Customer, Customer.id == table.customer_id)
    statement = statement.join(Store, Store.id == store_id)
    theirs = (table.id == link.subject_id, Customer.id == link.customer_id, Customer.erased_at.is_(None))
    row = connection.execute(statement.where(*theirs)).one_or_none()
    return Reader(*row) if row else None


def stores_to_call(connection: Connection) -> list[tuple[str, str]]:
    """Names and phone numbers of stores, for people with an invalid link."""
    statement = select(Store.name, Store.phone).where(Store.phone.is_not(None)).order_by(Store.code)
    return [(name, phone) for name, phone in connection.execute(statement.limit(SHOWN_STORES))]


def list_links(connection: Connection, settings: Settings, customer_id: int, now: datetime) -> list[CustomerLink]:
    """A customer's valid links, for staff who are asked for one. Raises `NoAddressForCustomers`."""
    signer = signer_for_letters(settings)
    if signer is None:
        raise NoAddressForCustomers
    rows = connection.execute(_open_links(customer_id, now).order_by("purpose", "at")).all()
    links = [(make_link(LinkPurpose(row.purpose), row.kind, row.id, customer_id, now, row.at), row) for row in rows]
    zone = select(Store.time_zone).join(Customer, Customer.store_id == Store.id).where(Customer.id == customer_id)
    home = connection.execute(zone).scalar_one()
    own = consent_link(customer_id, now)
    return [
        *(CustomerLink(one.purpose, row.key, row.at, one.until, signer.address(one), home) for one, row in links),
        CustomerLink(own.purpose, None, None, own.until, signer.address(own), home),
    ]


def _open_links(customer_id: int, now: datetime) -> CompoundSelect[Any]:
    """The subjects for which a customer has links, besides the contact preferences."""
    return union_all(
        *(found for subject in all_subjects() if (found := subject.open_links(customer_id, now)) is not None)
    )
