"""Accounts: what a customer owes, by invoices that fall due, with the promises to pay (R4)."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Annotated

from pydantic import Field

from models.core.frozen import CurrencyCode
from models.core.reasons import declare
from models.core.words import HOLD_ACCOUNT, CallOutcome, Condition, LinkPurpose, SubjectKind
from models.kits.contract import Facts, LinkOffer, Rules, SubjectTraits, Variables
from models.messages.letters import CHINESE, write_day, write_money
from models.subjects.money import Account

KIND = SubjectKind("account")

STILL_OWES = Condition("still-owes")
NO_PROMISE = Condition("no-promise")
"""No promise to pay is running."""

PAYMENT = LinkPurpose("payment")
PAYMENT_LASTS = timedelta(days=60)

MOST_INVOICES = 5
"""A statement names so many invoices one by one, the rest by their number."""
MORE_INVOICES = {CHINESE: "等{count}笔", "en": "and {count} more"}


class AccountRules(Rules):
    """What a process about accounts goes by."""

    tolerance: dict[CurrencyCode, Annotated[Decimal, Field(ge=0)]] = Field(default_factory=dict)
    """Per currency: a balance up to this is not chased."""


def _write(language: str, facts: Facts) -> Variables:
    totals = [write_money(Decimal(amount), currency) for currency, amount in sorted(facts["totals"].items())]
    oldest: date = facts["oldest_due"]
    return {
        "account": facts["account"],
        "total": " + ".join(totals),
        "oldest_due": write_day(oldest, language),
        "days_overdue": str(max((facts["today"] - oldest).days, 0)),
        "invoices": _invoices(language, facts["invoices"]),
    }


def _invoices(language: str, invoices: list[Facts]) -> str:
    named = [
        f"{row['number']} {write_money(Decimal(row['open']), row['currency'])}" for row in invoices[:MOST_INVOICES]
    ]
    rest = len(invoices) - MOST_INVOICES
    comma = "，" if language == CHINESE else ", "
    return comma.join(named + ([MORE_INVOICES[language].format(count=rest)] if rest > 0 else []))


TRAITS = SubjectTraits(
    kind=KIND,
    table=Account,
    conditions=(STILL_OWES, NO_PROMISE),
    rules=AccountRules,
    absent=declare("no-account"),
    variables={
        "account": "the account's key",
        "total": "what is owed, per currency",
        "oldest_due": "the due date of the oldest open invoice",
        "days_overdue": "days since then",
        "invoices": "the open invoices with what is open of each",
    },
    write=_write,
    links=(LinkOffer(PAYMENT, "p", "the page with what is owed, where a day of payment is promised", PAYMENT_LASTS),),
    outcomes=(CallOutcome.PROMISED,),
    effects=(HOLD_ACCOUNT,),
)
