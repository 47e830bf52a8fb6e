"""Imports a sample's files into the shared database like any other files."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import BigInteger, Connection, Engine, String, cast, exists, func, literal, null, select, update

from models.core.settings import Settings
from models.core.words import CaseKind
from models.ledger.tables import Case
from models.people.owners import OwnerBy
from models.people.tables import Customer, StaffMember, Store
from models.subjects.account import Account
from tasks.intake.importing import load_file
from tasks.intake.results import ImportResult
from tasks.sample.cases import fill_cases
from tasks.sample.dealership import SAMPLE_MOMENT, sample_files
from tasks.sample.inbox import fill_inbox
from tasks.sample.pieces.accounts import paid_yesterday
from tasks.sample.pieces.all_pieces import customers_of
from tasks.sample.staff_words import tell_sample_staff
from tasks.sample.stores import LEAVER, SHANGHAI
from tasks.staff.desks.setting import change_owners
from tasks.subjects.account.releasing import REFUSED

LATELY = timedelta(days=3)
SAMPLE = "sample"


def load_sample(
    engine: Engine, folder: Path, settings: Settings, now: datetime = SAMPLE_MOMENT
) -> Iterator[ImportResult]:
    """Import the files in `folder`, each in its own transaction, in dependency order.

    They are imported as of the rehearsal moment, up to which they say everything. At the end, what customers say by
    themselves is recorded, complaints that were settled, and how staff are told of their work. Raises an
    `AftercareError` at the first file that cannot be read.
    """
    for kind, path in sample_files(folder).items():
        with engine.begin() as connection:
            if kind == "payments":
                hold_who_refused(connection, now)
            result = load_file(connection, (kind,), path, now=now, settings=settings)
        yield result
    fill_inbox(engine, now)
    fill_cases(engine, now)
    with engine.begin() as connection:
        let_one_leave(connection, now)
    tell_sample_staff(engine, settings, now)


def let_one_leave(connection: Connection, now: datetime) -> None:
    """An advisor has left, and their customers are still theirs: somebody has to take over the desk.

    No file says so, because nobody who has left can become anybody's owner by a file.
    """
    leaver = connection.scalar(
        select(StaffMember.id)
        .join(Store, Store.id == StaffMember.store_id)
        .where(StaffMember.code == LEAVER, Store.code == SHANGHAI.code, StaffMember.active)
    )
    if leaver is None:
        return
    of_nobody = (
        select(Customer.id)
        .join(Store, Store.id == Customer.store_id)
        .where(Store.code == SHANGHAI.code, Customer.owner_id.is_(None))
    )
    theirs = of_nobody.where(Customer.id % 2 == 0).subquery()
    wanted = select(theirs.c.id, literal(leaver).label("owner_id"), cast(null(), BigInteger).label("deputy_id"))
    change_owners(connection, wanted, OwnerBy.HAND, now, SAMPLE)
    connection.execute(update(StaffMember).where(StaffMember.id == leaver).values(active=False))


def hold_who_refused(connection: Connection, now: datetime) -> None:
    """No file says who is on hold: two accounts are put on hold here, and come off it by the payments that follow."""
    released = exists(
        select(literal(1)).where(
            Case.kind == CaseKind.RESTORE_SERVICE,
            Case.cause.startswith(func.concat("account:", Account.id.cast(String), "/")),
        )
    )
    connection.execute(
        update(Account)
        .where(Account.key.in_(customers_of(paid_yesterday)), Account.held_since.is_(None), ~released)
        .values(held_since=(now - LATELY).date(), hold_reason=REFUSED)
    )
