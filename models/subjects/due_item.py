"""Due items: what a customer has that ends or falls due on a day: an insurance, a licence, a service (R5, R6)."""

from datetime import date, timedelta
from enum import StrEnum
from typing import Annotated

from pydantic import Field
from sqlalchemy import ARRAY, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from models.core.base import LONGEST_WORD, Base, Facts, Key, enumeration, table_info
from models.core.frozen import Slug
from models.core.personal import ERASED, Replaced, blanked, customers, erased, kept
from models.core.reasons import declare
from models.core.retention import ForEver, WithParent
from models.core.words import Condition, EndBasis, LinkPurpose, Moment, OutcomeName, SubjectKind
from models.kits.contract import FactsRow, LinkOffer, Rules, SubjectTraits, Variables
from models.kits.outcomes import AnswerKind, Outcome, Question
from models.messages.letters import RELATIVE, write_dated
from models.subjects.keeping import OF_THE_SOURCE
from models.subjects.visit import VEHICLE_KEPT

KIND = SubjectKind("due-item")

NOT_RENEWED = Condition("not-renewed")
"""It was neither renewed or done, here or elsewhere, nor given up."""
NOT_BOOKED = Condition("not-booked")
"""No visit is booked or asked for on which it would be done."""
FIRST_ITEM = Condition("first-item")
"""It falls due once, after the handover of a new car."""
LATER_ITEM = Condition("later-item")
"""It falls due again and again."""
CALLED_ITEM = Condition("called-item")
"""It is of a kind that the process calls about."""
ASKED_ITEM = Condition("asked-item")
"""It is of a kind after whose end the process asks how it was."""

CALL_DUE = Moment("call-due")
"""The day on which somebody calls because it was still not done, where its interval names one."""

NAMES = {
    "first-service": {"zh-CN": "首保", "en": "first service"},
    "service": {"zh-CN": "保养", "en": "service"},
    "tyres": {"zh-CN": "轮胎换位", "en": "tyre rotation"},
    "insurance": {"zh-CN": "商业险", "en": "insurance"},
    "compulsory-insurance": {"zh-CN": "交强险", "en": "compulsory insurance"},
    "annual-inspection": {"zh-CN": "年检", "en": "annual inspection"},
    "driving-licence": {"zh-CN": "驾驶证", "en": "driving licence"},
    "package": {"zh-CN": "保养套餐", "en": "maintenance package"},
    "contract": {"zh-CN": "合同", "en": "contract"},
    "maturity": {"zh-CN": "存款", "en": "deposit"},
}
"""How letters name the kinds that most houses have. A house may name others, in its own words."""
SERVICES = ("first-service", "service", "tyres")
"""Of these, those that are work on a car."""
DERIVED = "service:"
"""What the keys of items begin with that follow from a handover or from work done."""


class DueItemStatus(StrEnum):
    """What became of a due item, as its source says."""

    OPEN = "open"
    RENEWED = "renewed"
    ELSEWHERE = "elsewhere"
    """Renewed with somebody else."""
    DECLINED = "declined"
    """The customer does not want it any more."""


class DueItem(Base):
    """Something of a customer's that ends or falls due on a day, with or without a vehicle."""

    __tablename__ = "due_items"

    id: Mapped[Key]
    store_id: Mapped[int] = mapped_column(ForeignKey("stores.id"))
    key: Mapped[str] = mapped_column(info=kept(OF_THE_SOURCE))
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"))
    vehicle_id: Mapped[int | None] = mapped_column(ForeignKey("vehicles.id"))
    item: Mapped[str] = mapped_column(String(LONGEST_WORD))
    """What ends: one of `NAMES`, or a word of the house's own."""
    provider: Mapped[str | None]
    """With whom: the insurer, the bank."""
    number: Mapped[str | None] = mapped_column(info=blanked())
    """The number of the contract, as the provider has it."""
    issued_on: Mapped[date | None]
    """Since when it is known; null: always."""
    ends_on: Mapped[date]
    status: Mapped[DueItemStatus] = mapped_column(enumeration(DueItemStatus), server_default="open")
    status_on: Mapped[date | None]
    """Since when the status holds, the item having been open before; null: always."""
    status_reason: Mapped[str | None] = mapped_column(info=erased(Replaced(ERASED, if_any=True)))
    """What the customer gave for a reason, or who said so."""
    limit_kilometres: Mapped[int | None]
    """It is due earlier when the odometer reaches this."""
    call_on: Mapped[date | None]
    """Somebody calls on this day, if it was not done by then …"""
    call_kilometres: Mapped[int | None]
    """… or earlier, when the odometer reaches this."""
    works: Mapped[list[str] | None] = mapped_column(ARRAY(Text))
    """The kinds of work that do it; null: it is no work on a car."""

    __table_args__ = (
        UniqueConstraint("store_id", "key"),
        CheckConstraint("issued_on <= ends_on", name="issued_before_end"),
        CheckConstraint("limit_kilometres > 0", name="limit"),
        CheckConstraint("limit_kilometres is null or vehicle_id is not null", name="mileage_of_a_car"),
        Index("ix_due_items_ends_on", "ends_on"),
        Index("ix_due_items_call_on", "call_on", postgresql_where=sql("call_on is not null")),
        Index("ix_due_items_renewals", "customer_id", "item", "ends_on"),
        Index("ix_due_items_vehicle", "vehicle_id", postgresql_where=sql("vehicle_id is not null")),
        table_info(
            customers(
                "customer_id",
                "item provider issued_on ends_on status status_on limit_kilometres call_on call_kilometres works",
            ),
            ForEver("one row per item and term", "touches refer to it"),
        ),
    )


class DueItemDay(Base):
    """The day on which an item with a mileage falls due, as it was known from a day on.

    Derived from the item and the odometer readings: each further reading makes a new estimate, and a run as of a past
    day uses the estimate that was known that day.
    """

    __tablename__ = "due_item_days"

    due_item_id: Mapped[int] = mapped_column(ForeignKey("due_items.id", ondelete="CASCADE"), primary_key=True)
    known_from: Mapped[date] = mapped_column(primary_key=True)
    known_until: Mapped[date]
    """Exclusive; `infinity` for the latest."""
    due_on: Mapped[date]
    call_on: Mapped[date | None]
    basis: Mapped[EndBasis] = mapped_column(enumeration(EndBasis))
    figures: Mapped[Facts]

    __table_args__ = (
        Index("ix_due_item_days_due_on", "due_on"),
        Index("ix_due_item_days_call_on", "call_on", postgresql_where=sql("call_on is not null")),
        CheckConstraint("known_from < known_until", name="known"),
        table_info(
            customers(
                "due_item_id",
                "known_from known_until due_on call_on basis figures",
                withheld="derived from the due item and the odometer readings, which are given out",
            ),
            WithParent("one row per item and odometer reading", "due_items", "a run as of a past day uses them"),
        ),
    )


MOST_TOGETHER = 31


class DueItemRules(Rules):
    """What a process about due items goes by."""

    items: Annotated[tuple[Slug, ...], Field(min_length=1)] = tuple(NAMES)
    """The kinds of items that it is about."""
    called_items: tuple[Slug, ...] = ("insurance",)
    """Of these, customers are called before the end (R6)."""
    asked_items: tuple[Slug, ...] = ("maturity",)
    """After the end of these, customers are asked how it was (R6)."""
    first_items: tuple[Slug, ...] = ("first-service",)
    """These fall due once, after the handover of a new car (R5)."""
    together_days: Annotated[int, Field(ge=0, le=MOST_TOGETHER)] = 0
    """An item is written about together with the earliest item of the customer that ends so many days before it."""


def name_item(item: str, language: str) -> str:
    """How a letter names a kind of item."""
    return NAMES[item][language] if item in NAMES else item.replace("-", " ")


def _write(language: str, facts: FactsRow) -> Variables:
    dated = write_dated(language, facts, abs((facts["day"] - facts["today"]).days))
    return dated | {
        "item": name_item(facts["item"], language),
        "provider": facts["provider"] or "",
        "vehicle": facts["vehicle"] or "",
        "kilometres": f"{facts['limit_kilometres']:,}" if facts["limit_kilometres"] else "",
    }


PAGE = LinkPurpose("due")
PAGE_LASTS = timedelta(days=60)
ELSEWHERE = Outcome(
    name=OutcomeName("done-elsewhere"),
    key="e",
    follows="done; the item is settled, as done or renewed elsewhere, and the next one counts from that day",
    only="only what falls due can be done elsewhere",
    asks=(Question("done_on", AnswerKind.DAY), Question("because", AnswerKind.TEXT)),
    kept=True,
)
NOT_ANY_MORE = Outcome(
    name=OutcomeName("not-any-more"),
    key="x",
    follows="done; nothing more is said of this kind of item of this car, until it is done here again",
    only="only what falls due can be wanted no more",
    asks=(Question("because", AnswerKind.TEXT, required=True),),
    kept=True,
)


TRAITS = SubjectTraits(
    kind=KIND,
    table=DueItem,
    conditions=(VEHICLE_KEPT, NOT_RENEWED, NOT_BOOKED, CALLED_ITEM, ASKED_ITEM, FIRST_ITEM, LATER_ITEM),
    moments={CALL_DUE: declare("no-call-due")},
    rules=DueItemRules,
    absent=declare("no-due-item"),
    variables={
        "date": "the day it ends or falls due",
        "days": "days between today and that day",
        **RELATIVE,
        "item": "what ends",
        "provider": "with whom it is; empty where that is not known",
        "vehicle": "the car; empty where it is about none",
        "kilometres": "the mileage at which it falls due; empty where there is none",
    },
    write=_write,
    links=(
        LinkOffer(
            PAGE,
            "d",
            "the page where the customer asks for a visit, or says that it was done or is not wanted",
            PAGE_LASTS,
        ),
    ),
    outcomes=(ELSEWHERE, NOT_ANY_MORE),
    of_vehicle=True,
)
