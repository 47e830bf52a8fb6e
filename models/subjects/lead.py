"""Leads: who may buy a car, how soon, and what became of it (R8)."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Literal

from sqlalchemy import CHAR, CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from models.core.base import LONGEST_WORD, Base, Key, Money, enumeration, growing, table_info
from models.core.personal import ERASED, Replaced, blanked, customers, erased, kept
from models.core.reasons import declare
from models.core.retention import ForEver
from models.core.words import Condition, LeadState, LeadUrgency, Moment, OutcomeName, SubjectKind
from models.kits.contract import FactsRow, SubjectTraits, Variables
from models.kits.effects import Effect
from models.kits.outcomes import AnswerKind, Outcome, Question
from models.messages.letters import write_day, write_money

KIND = SubjectKind("lead")

LEAD_OPEN = Condition("lead-open")
"""It is neither won, lost nor given up, and not postponed beyond today."""
UNCONTACTED = Condition("lead-uncontacted")
"""Nobody has reached the customer since the lead came in."""
LEAD_LOST = Condition("lead-lost")
"""It was lost."""
OF_CLASS: dict[LeadUrgency, Condition] = {
    LeadUrgency.ORDERED: Condition("ordered"),
    LeadUrgency.WITHIN_A_WEEK: Condition("buys-within-a-week"),
    LeadUrgency.WITHIN_A_MONTH: Condition("buys-within-a-month"),
    LeadUrgency.WITHIN_THREE_MONTHS: Condition("buys-within-three-months"),
}
"""The lead is of the class (O, H, A, B)."""

CAME_IN = Moment("came-in")
FIRST_CONTACT_BY = Moment("first-contact-by")
"""Two of the store's working hours after it came in."""
CLASS_SET = Moment("class-set")
"""Midnight of the day on which its class was last set."""
POSTPONED_TO = Moment("postponed-to")
LOST = Moment("lost")
HOURS_TO_FIRST_CONTACT = 2
LEAST_DEPOSIT = Decimal(5000)
"""An order with a lower deposit is pointed out (R8)."""


CLASSES: dict[LeadUrgency, dict[str, str]] = {
    LeadUrgency.ORDERED: {"zh-CN": "O级（已订车）", "en": "O (ordered)"},
    LeadUrgency.WITHIN_A_WEEK: {"zh-CN": "H级（7天内）", "en": "H (within a week)"},
    LeadUrgency.WITHIN_A_MONTH: {"zh-CN": "A级（一个月内）", "en": "A (within a month)"},
    LeadUrgency.WITHIN_THREE_MONTHS: {"zh-CN": "B级（三个月内）", "en": "B (within three months)"},
}
"""What scripts call the classes."""


class LostKind(StrEnum):
    """Why a customer did not buy here (R8)."""

    PRICE = "price"
    MODEL = "model"
    STOCK = "stock"
    FINANCE = "finance-terms"
    SERVICE = "poor-service"
    ELSEWHERE = "bought-elsewhere"
    GAVE_UP = "gave-up"


class Lead(Base):
    """A customer who may buy a car. A lead that was lost says why."""

    __tablename__ = "leads"

    id: Mapped[Key]
    store_id: Mapped[int] = mapped_column(ForeignKey("stores.id"))
    key: Mapped[str] = mapped_column(info=kept("the next import finds the lead by it"))
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"), index=True)
    urgency: Mapped[LeadUrgency] = mapped_column(growing(LeadUrgency))
    urgency_on: Mapped[date | None]
    """When the class was last set; null: when the lead came in."""
    model: Mapped[str | None]
    """The model that the customer wants."""
    state: Mapped[LeadState] = mapped_column(enumeration(LeadState), server_default="open")
    lost_reason: Mapped[str | None] = mapped_column(info=erased(Replaced(ERASED, if_any=True)))
    lost_kind: Mapped[LostKind | None] = mapped_column(growing(LostKind))
    competitor: Mapped[str | None] = mapped_column(info=blanked())
    """The make or the dealer that won the customer."""
    created_on: Mapped[date]
    came_in_at: Mapped[datetime | None]
    """The moment it came in; null: the beginning of the day."""
    contacted_on: Mapped[date | None]
    """When the customer was last contacted about it, as the source says; null: never."""
    state_on: Mapped[date | None]
    """Since when the state holds, the lead having been open before; null: always."""
    salesperson_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    source: Mapped[str | None] = mapped_column(String(LONGEST_WORD))
    """Where it came from, in the house's own words: walk-in, website, own base."""
    deposit: Mapped[Money | None]
    """What was paid on ordering; null: nothing, or not known."""
    currency: Mapped[str | None] = mapped_column(CHAR(3))
    test_drive_on: Mapped[date | None]
    quoted_on: Mapped[date | None]
    expected_on: Mapped[date | None]
    """When the customer means to buy."""
    postponed_to: Mapped[date | None]
    """The customer asked not to be called before."""
    trades_in: Mapped[bool | None]
    """A car of the customer's is taken in payment."""
    referred_by_id: Mapped[int | None] = mapped_column(
        ForeignKey("customers.id"), info=kept("the number of another customer says nothing of this one")
    )
    """The customer who sent this one."""
    note: Mapped[str | None] = mapped_column(info=blanked())
    """What the customer wrote with it, or what the salesperson noted."""
    first_contact_by: Mapped[datetime | None]
    """Two working hours of the store after it came in, worked out as it did; null: it came in long before that."""

    __table_args__ = (
        UniqueConstraint("store_id", "key"),
        CheckConstraint("referred_by_id <> customer_id", name="not_referred_by_itself"),
        Index(
            "ix_leads_referred_by_id",
            "referred_by_id",
            "created_on",
            postgresql_where=sql("referred_by_id is not null"),
        ),
        CheckConstraint("state <> 'lost' or lost_reason is not null", name="lost_for_a_reason"),
        CheckConstraint("deposit >= 0", name="deposit_not_negative"),
        Index("ix_leads_open", "created_on", postgresql_where=sql("state = 'open'")),
        Index("ix_leads_state_on", "state_on", postgresql_where=sql("state <> 'open'")),
        table_info(
            customers(
                "customer_id",
                "urgency urgency_on model state lost_kind created_on came_in_at contacted_on state_on"
                " salesperson_id source deposit currency test_drive_on quoted_on expected_on postponed_to trades_in"
                " first_contact_by",
            ),
            ForEver("one row per lead", "lost leads are analysed over years"),
        ),
    )


class LeadSource(Base):
    """The same customer came in once more, by another way, while the lead was open: one lead, both sources."""

    __tablename__ = "lead_sources"

    store_id: Mapped[int] = mapped_column(ForeignKey("stores.id"), primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True, info=kept("the next import finds the lead by it"))
    lead_id: Mapped[int] = mapped_column(ForeignKey("leads.id"), index=True)
    source: Mapped[str | None] = mapped_column(String(LONGEST_WORD))
    """As in the lead itself."""
    came_in_on: Mapped[date]

    __table_args__ = (
        table_info(
            customers("lead_id", "source came_in_on"),
            ForEver("one row per way on which a lead came in again", "what brings customers is counted over years"),
        ),
    )


class ShowroomVisit(Base):
    """A customer came to the showroom about a lead."""

    __tablename__ = "showroom_visits"

    id: Mapped[Key]
    store_id: Mapped[int] = mapped_column(ForeignKey("stores.id"))
    key: Mapped[str] = mapped_column(info=kept("the next import finds the visit by it"))
    lead_id: Mapped[int | None] = mapped_column(ForeignKey("leads.id"), index=True)
    """Null: a walk-in of whom no lead was made."""
    salesperson_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    visited_on: Mapped[date]
    test_drive: Mapped[bool] = mapped_column(server_default="false")

    __table_args__ = (
        UniqueConstraint("store_id", "key"),
        table_info(
            customers("lead_id", "salesperson_id visited_on test_drive"),
            ForEver("one row per visit to the showroom", "the retention of walk-ins is counted over years"),
        ),
    )


class ExpireLead(Effect):
    """The lead is given up: it has been open for too long."""

    do: Literal["expire-lead"]


def _write(language: str, facts: FactsRow) -> Variables:
    deposit = facts["deposit"]
    return {
        "model": facts["model"] or {"zh-CN": "新车", "en": "a new car"}[language],
        "class": CLASSES[LeadUrgency(facts["urgency"])][language],
        "source": facts["source"] or "",
        "date": write_day(facts["created_on"], language),
        "days": str((facts["today"] - facts["created_on"]).days),
        "salesperson": facts["salesperson"] or "",
        "deposit": write_money(deposit, facts["currency"]) if deposit is not None else "",
        "lost_reason": facts["lost_reason"] or "",
    }


WHEN = Question("on", AnswerKind.DAY, required=True)
INTERESTED = Outcome(
    name=OutcomeName("interested"),
    key="i",
    follows="done; the class of the lead may be set anew, and the next call counts from now",
    only="only a lead can be interested",
    asks=(Question("class", AnswerKind.CHOICE, ("H", "A", "B")),),
    kept=True,
)
POSTPONED = Outcome(
    name=OutcomeName("postponed"),
    key="p",
    follows="done; no call before the day that the customer named, and one on that day",
    only="only a lead can be postponed",
    asks=(WHEN,),
    kept=True,
)
TEST_DRIVE = Outcome(
    name=OutcomeName("test-drive-agreed"),
    key="t",
    follows="done, with the day of the test drive",
    only="only a lead can have a test drive",
    asks=(WHEN,),
    kept=True,
)
ORDER_PLACED = Outcome(
    name=OutcomeName("order-placed"),
    key="o",
    follows="done; the lead is of class O, with the deposit that was paid",
    only="only a lead can order",
    asks=(Question("deposit", AnswerKind.AMOUNT), Question("currency", AnswerKind.TEXT)),
    kept=True,
)
LEAD_IS_LOST = Outcome(
    name=OutcomeName("lost"),
    key="l",
    follows="done; the lead is lost for that reason, which the manager confirms",
    only="only a lead can be lost",
    asks=(
        Question("why", AnswerKind.CHOICE, tuple(LostKind), required=True),
        Question("competitor", AnswerKind.TEXT),
    ),
    kept=True,
)

TRAITS = SubjectTraits(
    kind=KIND,
    table=Lead,
    conditions=(LEAD_OPEN, UNCONTACTED, LEAD_LOST, *OF_CLASS.values()),
    moments={
        CAME_IN: declare("no-day-of-coming-in"),
        FIRST_CONTACT_BY: declare("no-first-contact-due"),
        CLASS_SET: declare("no-class-set"),
        POSTPONED_TO: declare("lead-not-postponed"),
        LOST: declare("lead-not-lost"),
    },
    absent=declare("no-lead"),
    variables={
        "model": "the model that the customer wants",
        "class": "the class of the lead, in words",
        "source": "where the lead came from; empty where that is not known",
        "date": "the day it came in",
        "days": "days since then",
        "salesperson": "who sells; empty where nobody is named",
        "deposit": "the deposit; empty where none was paid",
        "lost_reason": "why it was lost; empty where it was not",
    },
    write=_write,
    outcomes=(INTERESTED, POSTPONED, TEST_DRIVE, ORDER_PLACED, LEAD_IS_LOST),
    effects=(ExpireLead,),
)
