"""The columns of kinds: what is said of each, and those that many kinds have."""

from dataclasses import dataclass
from typing import NewType

from models.core.words import WorkKind
from tasks.intake.files.reading import Holds
from tasks.intake.values.plausibility import Window

KindName = NewType("KindName", str)
"""What a kind of fact is called, on the command line, in maps, and in addresses of the API."""


@dataclass(frozen=True)
class Column:
    """One column of a kind. A file may leave out every column that is not required."""

    name: str
    holds: Holds
    meaning: str
    required: bool = False
    spare: bool = False
    """A row whose value cannot be read goes in without it: it describes, and decides nothing."""
    plausible: Window | None = None
    """The days that can be meant; every column that holds dates says so. A map overrides it, with a reason."""


def key(meaning: str, *, required: bool = True) -> Column:
    """The column by which the source knows a fact."""
    return Column("key", Holds.KEY, meaning, required)


STORE = Column("store", Holds.NAME, "code (or name) of the store; without it the store of the import")
CUSTOMER = Column("customer", Holds.REFERENCE, "key of the customer, as any source knows them")
CUSTOMER_PHONE = Column("customer_phone", Holds.PHONE, "phone of the customer, where the source has no key")
CUSTOMER_NAME = Column("customer_name", Holds.NAME, "tells apart customers who share that phone")
CUSTOMER_COLUMNS = (CUSTOMER, CUSTOMER_PHONE, CUSTOMER_NAME)
VEHICLE = Column("vehicle", Holds.VEHICLE, "key, VIN or plate of the vehicle")
ADVISOR = Column("advisor", Holds.STAFF, "code or name of the service advisor, who is in `staff`")
WORK_KIND = Column("work_kind", Holds.WORK_KIND, f"{', '.join(WorkKind)}; other", spare=True)

GIVES_CUSTOMER = tuple(column.name for column in CUSTOMER_COLUMNS)
"""Of these columns a file must have one to say whose a fact is."""
GIVES_OWNER = (*GIVES_CUSTOMER, VEHICLE.name)
"""The same for facts that are the owner's of a car when they name no customer."""
