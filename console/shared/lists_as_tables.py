"""The lists of the weekly meetings as rows of a table: for the printed page, the command, and a spreadsheet."""

import csv
import io
from collections.abc import Iterable, Sequence
from decimal import Decimal
from pathlib import Path

from console.shared.moments import local
from console.shared.words import say
from models.core.errors import InvalidInput
from models.core.saying import say_word
from models.core.spreadsheet_cells import defuse
from models.ledger.case_causes import department_name
from models.messages.letters import write_money
from tasks.cases.meeting import MeetingLine, MeetingList
from tasks.subjects.account.collecting import CollectionLine, CollectionList

BYTE_ORDER_MARK = "\ufeff"
"""Without it spreadsheets do not read a file as UTF-8."""
OF_A_CASE = (
    "id", "stands", "customer", "owner", "opened", "deadline", "received", "category", "department", "part", "model",
    "root_cause", "measure", "measure_done_on", "compensation",
)  # fmt: skip
OF_A_DEBT = (
    "account", "customer", "overdue", "oldest_due", "days", "why", "stands", "salespeople", "next",
)  # fmt: skip
Names = dict[str, str]
"""The names of a store's categories, by key."""


class UnwritableFile(InvalidInput):
    """The file cannot be written."""

    def __init__(self, path: Path, reason: str) -> None:
        self.path, self.reason = path, reason
        super().__init__(f"The file {path} cannot be written: {reason}.")


def meeting_rows(listed: MeetingList, language: str, categories: Names) -> list[list[str]]:
    """The complaints of a week, after the headings."""
    headings = [say(language, f"meeting.{name}") for name in OF_A_CASE]
    return [headings, *(_case(line, language, categories) for line in listed.lines)]


def stands(line: MeetingLine, language: str) -> str:
    """New, open, late, or closed."""
    said = [name for name in ("new", "late") if getattr(line, name)]
    said.append("open" if line.open else "closed")
    return say(language, "frame.comma").join(say(language, f"meeting.{name}") for name in said)


def _case(line: MeetingLine, language: str, categories: Names) -> list[str]:
    deadline = line.solve_by if line.open else None
    return [
        f"{line.id}",
        stands(line, language),
        f"{line.customer} · {line.store}",
        line.owner_name or say(language, "cases.unowned"),
        local(line.opened_at, line.time_zone),
        local(deadline, line.time_zone),
        _word(line.received, language),
        categories.get(line.category or "", line.category or ""),
        department_name(line.department, language) if line.department else "",
        line.part or "",
        line.model or "",
        line.root_cause or "",
        line.measure or "",
        str(line.measure_done_on or ""),
        write_compensation(line.compensation, line.compensation_amount, line.compensation_currency, language),
    ]


def write_compensation(kind: str | None, amount: Decimal | None, currency: str | None, language: str) -> str:
    """What a customer was given, such as `discount CNY 200.00`."""
    money = write_money(amount, currency) if amount is not None and currency else ""
    return " ".join(part for part in (_word(kind, language), money) if part)


def _word(word: str | None, language: str) -> str:
    return say_word(language, word) if word else ""


def collection_rows(listed: CollectionList, language: str) -> list[list[str]]:
    """The accounts to see about in a week, after the headings."""
    headings = [say(language, f"meeting.{name}") for name in OF_A_DEBT]
    return [headings, *(_debt(line, language) for line in listed.lines)]


def _debt(line: CollectionLine, language: str) -> list[str]:
    following = f"{local(line.next_at, line.time_zone)} {say_word(language, line.next_step)}" if line.next_step else ""
    return [
        f"{line.key} · {line.store}",
        line.customer,
        " + ".join(write_money(amount, currency) for currency, amount in line.overdue.items()),
        str(line.oldest_due),
        str(line.days),
        _word(line.unpaid_because, language),
        say(language, "frame.comma").join(_debt_stands(line, language)),
        line.salespeople,
        following,
    ]


def _debt_stands(line: CollectionLine, language: str) -> list[str]:
    """What is arranged, promised or held."""
    said = []
    if line.held:
        said.append(say(language, "meeting.on_hold"))
    if line.arranged:
        said.append(say_word(language, line.arranged))
    if line.part_due_on:
        said.append(say(language, "meeting.part_due", day=line.part_due_on))
    if line.promised_for:
        said.append(say(language, "meeting.promised", day=line.promised_for))
    if line.broken:
        said.append(say(language, "meeting.broken"))
    return said


def as_csv(rows: Iterable[Sequence[str]]) -> str:
    """A table for a spreadsheet, which runs none of its cells."""
    written = io.StringIO()
    csv.writer(written).writerows([defuse(cell) for cell in row] for row in rows)
    return BYTE_ORDER_MARK + written.getvalue()


def write_csv(path: Path, rows: Iterable[Sequence[str]]) -> None:
    """Write a table into a file. Raises `UnwritableFile`."""
    try:
        path.write_text(as_csv(rows), encoding="utf-8", newline="")
    except OSError as error:
        raise UnwritableFile(path, (error.strerror or str(error)).lower()) from error
