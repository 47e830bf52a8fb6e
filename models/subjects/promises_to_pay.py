"""Promises to pay that customers make by themselves: for which day, and how often."""

from datetime import date, timedelta

from models.core.errors import InvalidInput

FARTHEST = timedelta(days=30)
"""A day further off is agreed on with the store."""


class PromiseForThePast(InvalidInput):
    """A promised day that has passed."""

    def __init__(self, on: date, today: date) -> None:
        self.on, self.today = on, today
        super().__init__(f"The promised day {on} has passed; today is {today}.")


class PromiseTooFarOff(InvalidInput):
    """A promised day beyond what a customer may choose alone."""

    def __init__(self, on: date, latest: date) -> None:
        self.on, self.latest = on, latest
        super().__init__(f"The promised day {on} is too far off; without the store it is {latest} at the latest.")


def latest_day(today: date) -> date:
    """The last day that may be promised."""
    return today + FARTHEST


def check_promised_day(on: date, today: date) -> None:
    """Raises `PromiseForThePast` or `PromiseTooFarOff`."""
    if on < today:
        raise PromiseForThePast(on, today)
    if on > latest_day(today):
        raise PromiseTooFarOff(on, latest_day(today))
