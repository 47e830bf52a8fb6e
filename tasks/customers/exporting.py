"""Exporting all data about one customer, for the customer."""

import csv
import json
from datetime import datetime
from io import StringIO
from typing import Any

from sqlalchemy import Connection, Table, select

from models.core.personal import persons_of
from models.core.spreadsheet_cells import defuse
from tasks.access.reach import check_customer
from tasks.access.sessions import SignedIn
from tasks.customers.records import Conditions, rows_about
from tasks.ledger import audit

Export = dict[str, Any]
"""`customer`, `exported_at`, and `records`: by table, the rows as stored."""


def export_customer(connection: Connection, user: SignedIn, now: datetime, customer_id: int) -> Export:
    """Every row about the customer. The export is recorded in the audit trail. Raises `NotYours`."""
    check_customer(connection, user.store_id, customer_id)
    records = {
        table.name: _read(connection, table, theirs)
        for table, theirs in rows_about(customer_id).items()
        if (persons := persons_of(table)) is not None and persons.withheld is None
    }
    audit.record(connection, now, user.login, "customer.exported", "customer", customer_id)
    return {"customer": customer_id, "exported_at": now, "records": records}


def _read(connection: Connection, table: Table, conditions: Conditions) -> list[dict[str, Any]]:
    statements = (select(table).where(condition) for condition in conditions)
    return [dict(row) for statement in statements for row in connection.execute(statement).mappings()]


def write_json(export: Export) -> bytes:
    """The export as JSON."""
    return json.dumps(export, ensure_ascii=False, indent=2, default=str).encode()


def write_csv(export: Export) -> bytes:
    """The export as CSV, one line per value. The byte order mark tells Excel that it is UTF-8."""
    text = StringIO()
    writer = csv.writer(text)
    writer.writerow(("table", "row", "column", "value"))
    for table, rows in export["records"].items():
        for number, row in enumerate(rows, start=1):
            writer.writerows((table, number, name, _cell(value)) for name, value in row.items() if value is not None)
    return text.getvalue().encode("utf-8-sig")


def _cell(value: object) -> str:
    structured = isinstance(value, dict | list)
    return defuse(json.dumps(value, ensure_ascii=False, default=str) if structured else str(value))
