"""Oracles for the set-based rules: the same rules in plain Python, one row at a time."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from models.core.offsets import Offset
from models.core.recurrence import Recurrence
from models.core.words import InvoiceKind, InvoiceStatus, MissingDay
from models.policies.policy import Policy
from models.stores.laws.pack import Pack
from models.subjects.account import AccountRules

MINUTE = timedelta(minutes=1)
LONGEST_CHANGE = 26 * 60
"""Minutes; no clock is changed by more, and offsets differ by less."""
ZERO = Decimal(0)


def instant(wall: datetime, zone: ZoneInfo) -> datetime:
    """The moment at which the clock on the wall shows `wall`, found by trying.

    Where it shows it twice, the second time; where never, as long after the last moment before as the wall says.
    """
    for back in range(LONGEST_CHANGE):
        shown = wall - back * MINUTE
        found = [at for at in _candidates(shown, zone) if at.astimezone(zone).replace(tzinfo=None) == shown]
        if found:
            return max(found) + back * MINUTE
    raise AssertionError(wall)


def _candidates(wall: datetime, zone: ZoneInfo) -> list[datetime]:
    plain = wall.replace(tzinfo=UTC)
    offsets = {(plain + timedelta(hours=hours)).astimezone(zone).utcoffset() for hours in (-26, 26)}
    return [plain - offset for offset in offsets if offset is not None]


def due_moment(anchor: datetime, offset: Offset, at: time | None, zone: ZoneInfo) -> datetime:
    """When a step is due: days are counted on the store's calendar, hours and minutes run by the stopwatch."""
    if offset.minutes:
        return anchor + offset.minutes * MINUTE
    wall = anchor.astimezone(zone).replace(tzinfo=None)
    if at is not None:
        return instant(datetime.combine(wall.date() + timedelta(days=offset.days), at), zone)
    return instant(wall + timedelta(days=offset.days), zone) if offset.days else anchor


def day_end(at: datetime, zone: ZoneInfo) -> datetime:
    """When the day of a moment is over on the store's calendar."""
    return instant(datetime.combine(at.astimezone(zone).date() + timedelta(days=1), time(0)), zone)


def law_allows(pack: Pack, places: Collection[str], purpose: str, kind: str, at: datetime) -> bool:
    """Whether a law lets somebody be contacted, who may be at any of some places (`America/Chicago US-TX`): at each of
    them the clock on the wall must be within the hours of each rule that is about it."""
    for where in places:
        zone, _, area = where.partition(" ")
        shown = at.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
        for rule in pack.hours:
            about = purpose in rule.purposes and kind in rule.kinds and shown.strftime("%A").lower() in rule.weekdays
            there = not rule.areas or area in rule.areas or area.partition("-")[0] in rule.areas
            spans = [(window.since, window.until) for window in rule.windows]
            if about and there and not any(first <= shown.time() < last for first, last in spans):
                return False
    return True


@dataclass(frozen=True)
class Waiting:
    """A touch that is due for a customer, and that no gate before the cap holds."""

    name: int
    priority: int
    due: datetime
    exempt: bool = False
    """An obligation: it needs no place of the day."""
    line: str | None = None
    """The channel by which it may go as a line of another message; None: a call, or a text that has no such line."""


def share_the_day(waiting: list[Waiting], places: int) -> dict[int, int | bool]:
    """By name: it goes (True), it waits (False), or the name of the message that it goes inside.

    One after the other, the most important first. What can go inside another message never takes a place.
    """
    in_order = sorted(waiting, key=lambda one: (-one.priority, one.due, one.name))
    first_of = {one.line: one.name for one in reversed(in_order) if one.line}
    told: dict[int, int | bool] = {}
    for one in in_order:
        if one.exempt:
            told[one.name] = True
        elif one.line and first_of[one.line] != one.name:
            told[one.name] = False
        else:
            told[one.name] = places > 0
            places -= 1
    for one in in_order:
        heads = [other.name for other in in_order if other.line == one.line and told[other.name] is True]
        if one.line and heads and heads[0] != one.name:
            told[one.name] = heads[0]
    return told


@dataclass(frozen=True)
class Document:
    """An invoice or a credit note."""

    kind: InvoiceKind
    currency: str
    amount: Decimal
    due_on: date
    issued_on: date | None = None
    status: InvoiceStatus = InvoiceStatus.OPEN
    status_on: date | None = None

    def status_of(self, today: date, paid_on: list[date]) -> InvoiceStatus:
        """What the source had said of it by then; an undated settlement is as old as the last payment for it."""
        since = self.status_on
        if since is None and self.status is InvoiceStatus.SETTLED:
            since = max(paid_on, default=None)
        return self.status if since is None or since <= today else InvoiceStatus.OPEN

    def known(self, today: date) -> bool:
        """Whether it was there by then."""
        return self.issued_on is None or self.issued_on <= today


@dataclass(frozen=True)
class Paid:
    """Money that came in, for a document (by its place) or on account."""

    currency: str
    amount: Decimal
    paid_on: date
    document: int | None = None


@dataclass
class Books:
    """One account's papers, in the order in which they were entered."""

    documents: list[Document] = field(default_factory=list)
    payments: list[Paid] = field(default_factory=list)

    def open_items(self, today: date) -> dict[int, Decimal]:
        """What is open of each invoice that is chased, by its place."""
        own, credit = self._own_payments(today)
        left = {}
        for place in sorted(own, key=lambda place: (self.documents[place].due_on, place)):
            document = self.documents[place]
            used = min(own[place], credit[document.currency])
            credit[document.currency] -= used
            left[place] = own[place] - used
        return {place: amount for place, amount in left.items() if amount}

    def _own_payments(self, today: date) -> tuple[dict[int, Decimal], dict[str, Decimal]]:
        """What is open after an invoice's own payments, and what is over, by currency."""
        owed: dict[int, Decimal] = {}
        credit: dict[str, Decimal] = defaultdict(Decimal)
        for payment in self.payments:
            if payment.document is None and payment.paid_on <= today:
                credit[payment.currency] += payment.amount
        for place, document in enumerate(self.documents):
            if not document.known(today):
                continue
            status = document.status_of(today, [one.paid_on for one in self.payments if one.document == place])
            if document.kind is InvoiceKind.CREDIT_NOTE:
                credit[document.currency] += document.amount if status is InvoiceStatus.OPEN else ZERO
                continue
            amount = ZERO if status is InvoiceStatus.VOID else document.amount
            paid = sum((one.amount for one in self.payments if one.document == place and one.paid_on <= today), ZERO)
            credit[document.currency] += max(paid - amount, ZERO)
            if status is InvoiceStatus.OPEN:
                owed[place] = max(amount - paid, ZERO)
        return owed, credit

    def statement(self, today: date, tolerances: dict[str, Decimal]) -> "Statement":
        """What the account is told: the currencies above their tolerance, or all of them where none is."""
        items = self.open_items(today)
        totals: dict[str, Decimal] = defaultdict(Decimal)
        for place, amount in items.items():
            totals[self.documents[place].currency] += amount
        above = {currency for currency, total in totals.items() if total > tolerances.get(currency, ZERO)}
        told = above or set(totals)
        listed = {place: amount for place, amount in items.items() if self.documents[place].currency in told}
        oldest = min((self.documents[place].due_on for place in listed), default=None)
        return Statement(bool(above), oldest, {name: totals[name] for name in told}, listed)

    def parts(self, items: Iterable[int], today: date) -> dict[tuple[str, int], Decimal]:
        """What is open of these documents, by currency and by its day: overdue -1, today 0, not due yet 1."""
        parts: dict[tuple[str, int], Decimal] = defaultdict(Decimal)
        for place, amount in self.open_items(today).items():
            due = self.documents[place].due_on
            if place in items:
                parts[self.documents[place].currency, (due > today) - (due < today)] += amount
        return parts


@dataclass(frozen=True)
class Statement:
    """What an account owes on a day."""

    owes: bool
    oldest_due: date | None
    totals: dict[str, Decimal]
    items: dict[int, Decimal]


def tolerances_of(policy: Policy) -> dict[str, Decimal]:
    """Per currency, the balance up to which a policy about accounts chases nobody."""
    assert isinstance(policy.rules, AccountRules)
    return policy.rules.tolerance


def occurrence(base: datetime, every: Recurrence, missing_day: MissingDay, number: int, zone: ZoneInfo) -> datetime:
    """The moment so many spans after the first, one month after the other."""
    if number == 0:
        return base
    wall = base.astimezone(zone).replace(tzinfo=None)
    if every.days:
        return instant(wall + timedelta(days=number * every.days), zone)
    years, month = divmod(wall.month - 1 + number * every.months, 12)
    first = date(wall.year + years, month + 1, 1)
    after = date(first.year + (first.month == 12), first.month % 12 + 1, 1)
    last = after - timedelta(days=1)
    day = last if missing_day is MissingDay.LAST_DAY else after
    if wall.day <= last.day:
        day = first.replace(day=wall.day)
    return instant(datetime.combine(day, wall.time()), zone)
