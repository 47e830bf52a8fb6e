"""Broken rows as real systems export them. They are added to the good rows."""

from decimal import Decimal

from tasks.intake.kinds import KINDS
from tasks.intake.samples import Breakage, Cells, with_cells
from tasks.sample.rows import (
    AppointmentRow,
    ConsentRow,
    CustomerRow,
    DeliveryRow,
    InvoiceRow,
    OdometerRow,
    PaymentRow,
    Row,
    VehicleRow,
)

ONE_IN = 200
"""One broken row per this many rows of a file."""

IDENTITIES = {"key", "vin", "plate"}
"""The key columns."""

OWN_BREAKAGES: dict[type[Row], tuple[Breakage, ...]] = {
    CustomerRow: (
        with_cells(phone="12345"),
        with_cells(key=None),
        with_cells(name=None),
        with_cells(email="no address"),
    ),
    ConsentRow: (with_cells(customer="C-UNKNOWN"),),
    VehicleRow: (with_cells(customer="C-UNKNOWN"), with_cells(model_year="new")),
    OdometerRow: (with_cells(kilometres="-5"), with_cells(kilometres="a lot")),
    AppointmentRow: (
        with_cells(starts_at="next Tuesday"),
        with_cells(starts_at="31.02.2026 10:00"),
        with_cells(status="perhaps"),
    ),
    DeliveryRow: (with_cells(handed_over_on="2026-13-01"),),
    InvoiceRow: (with_cells(amount=Decimal("-250.00")), with_cells(due_on=None), with_cells(amount="1.2.3")),
    PaymentRow: (with_cells(invoice="I-UNKNOWN"), with_cells(amount=Decimal("-1.00"))),
}
"""How the dealership's own rows break, in turns."""


def ways_to_break() -> dict[type[Row], tuple[Breakage, ...]]:
    """How the rows of each file that breaks do so, in turns."""
    samples = (kind.sample for kind in KINDS.values() if kind.sample)
    return OWN_BREAKAGES | {sample.row: sample.breakages for sample in samples if sample.breakages}


def broken(row: Row, turn: int) -> tuple[object, ...] | None:
    """A broken copy of a row with its own key; None if the kind has no breakages."""
    ways = ways_to_break().get(type(row))
    if ways is None:
        return None
    cells: Cells = dict(zip(row._fields, row, strict=True))
    for name in IDENTITIES & cells.keys():
        cells[name] = f"X-{cells[name]}"
    return tuple(ways[turn % len(ways)](cells).values())
