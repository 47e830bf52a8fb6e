"""Rows as they come broken out of real systems. Each is a row too many: the good rows all stay."""

from collections.abc import Callable
from decimal import Decimal

from tasks.sample.rows import (
    AppointmentRow,
    ConsentRow,
    CustomerRow,
    DeliveryRow,
    InvoiceRow,
    LeadRow,
    OdometerRow,
    PaymentRow,
    Row,
    VehicleRow,
)

ONE_IN = 200
"""Every so many rows of a file that breaks, a broken one."""

IDENTITIES = {"key", "vin", "plate"}
"""By these a thing is known again."""

Cells = dict[str, object]
Breakage = Callable[[Cells], Cells]


def _with(**wrong: object) -> Breakage:
    """The breakage that writes these cells wrong."""
    return lambda cells: cells | wrong


BREAKAGES: dict[type[Row], tuple[Breakage, ...]] = {
    CustomerRow: (_with(phone="12345"), _with(key=None), _with(name=None), _with(email="no address")),
    ConsentRow: (_with(customer="C-UNKNOWN"),),
    VehicleRow: (_with(customer="C-UNKNOWN"), _with(model_year="new")),
    OdometerRow: (_with(kilometres="-5"), _with(kilometres="a lot")),
    AppointmentRow: (_with(starts_at="next Tuesday"), _with(starts_at="31.02.2026 10:00"), _with(status="perhaps")),
    DeliveryRow: (_with(handed_over_on="2026-13-01"),),
    InvoiceRow: (_with(amount=Decimal("-250.00")), _with(due_on=None), _with(amount="1.2.3")),
    LeadRow: (_with(urgency="soon"), _with(state="lost", lost_reason=None)),
    PaymentRow: (_with(invoice="I-UNKNOWN"), _with(amount=Decimal("-1.00"))),
}
"""How the rows of a file break, in turns."""


def broken(row: Row, turn: int) -> tuple[object, ...] | None:
    """A broken copy of a row as a thing of its own; None where the kind does not break."""
    ways = BREAKAGES.get(type(row))
    if ways is None:
        return None
    cells: Cells = dict(zip(row._fields, row, strict=True))
    for name in IDENTITIES & cells.keys():
        cells[name] = f"X-{cells[name]}"
    return tuple(ways[turn % len(ways)](cells).values())
