"""Conditions on what the customer spent and owes."""

from datetime import date
from typing import ClassVar, Literal, Self

from pydantic import model_validator

from models.campaigns.conditions.contract import (
    Amount,
    Condition,
    Currency,
    Said,
    Span,
    check_range,
    check_some,
)

PLACE = 4
"""Among the groups that a form offers."""


class Spent(Condition):
    """What the customer was invoiced, less credit notes. Who was never invoiced has spent 0."""

    kind: Literal["spent"] = "spent"
    said: ClassVar[Said] = {"zh-CN": "消费金额", "en": "spent"}
    currency: Currency
    least: Amount | None = None
    most: Amount | None = None
    within_days: Span | None = None
    since: date | None = None
    until: date | None = None

    @model_validator(mode="after")
    def _is_a_range(self) -> Self:
        check_some("spent", self.least, self.most)
        check_range("spent", self.least, self.most)
        check_range("date", self.since, self.until)
        return self


class OwesOverdue(Condition):
    """Whether the customer owes something that is overdue, beyond the tolerance."""

    kind: Literal["overdue"] = "overdue"
    said: ClassVar[Said] = {"zh-CN": "有逾期欠款", "en": "owes something overdue"}
    said_no: ClassVar[Said | None] = {"zh-CN": "没有逾期欠款", "en": "owes nothing overdue"}
    yes: bool = True


class IsHeld(Condition):
    """Whether an account of the customer is on hold."""

    kind: Literal["account-held"] = "account-held"
    said: ClassVar[Said] = {"zh-CN": "有账户被冻结", "en": "has an account on hold"}
    said_no: ClassVar[Said | None] = {"zh-CN": "没有账户被冻结", "en": "has no account on hold"}
    yes: bool = True


CONDITIONS = (
    Spent,
    OwesOverdue,
    IsHeld,
)
