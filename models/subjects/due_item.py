"""Due items: what a customer has that ends on a day, such as an insurance, a licence or a deposit (R6)."""

from datetime import date
from enum import StrEnum
from typing import Annotated

from pydantic import Field
from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.core.base import LONGEST_WORD, Base, Key, enumeration, table_info
from models.core.frozen import Slug
from models.core.personal import blanked, customers, kept
from models.core.reasons import declare
from models.core.retention import ForEver
from models.core.words import Condition, SubjectKind
from models.kits.contract import FactsRow, Rules, SubjectTraits, Variables
from models.messages.letters import RELATIVE, write_dated
from models.subjects.keeping import OF_THE_SOURCE
from models.subjects.visit import VEHICLE_KEPT

KIND = SubjectKind("due-item")

NOT_RENEWED = Condition("not-renewed")
"""It was neither renewed, here or elsewhere, nor given up."""
CALLED_ITEM = Condition("called-item")
"""It is of a kind that the process calls about."""
ASKED_ITEM = Condition("asked-item")
"""It is of a kind after whose end the process asks how it was."""

NAMES = {
    "insurance": {"zh-CN": "商业险", "en": "insurance"},
    "compulsory-insurance": {"zh-CN": "交强险", "en": "compulsory insurance"},
    "annual-inspection": {"zh-CN": "年检", "en": "annual inspection"},
    "driving-licence": {"zh-CN": "驾驶证", "en": "driving licence"},
    "package": {"zh-CN": "保养套餐", "en": "maintenance package"},
    "contract": {"zh-CN": "合同", "en": "contract"},
    "maturity": {"zh-CN": "存款", "en": "deposit"},
}
"""How letters name the kinds that most houses have. A house may name others, in its own words."""


class DueItemStatus(StrEnum):
    """What became of a due item, as its source says."""

    OPEN = "open"
    RENEWED = "renewed"
    ELSEWHERE = "elsewhere"
    """Renewed with somebody else."""
    DECLINED = "declined"
    """The customer does not want it any more."""


class DueItem(Base):
    """Something of a customer's that ends on a day, with or without a vehicle."""

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

    __table_args__ = (
        UniqueConstraint("store_id", "key"),
        CheckConstraint("issued_on <= ends_on", name="issued_before_end"),
        Index("ix_due_items_ends_on", "ends_on"),
        Index("ix_due_items_renewals", "customer_id", "item", "ends_on"),
        table_info(
            customers("customer_id", "item provider issued_on ends_on status status_on"),
            ForEver("one row per item and term", "touches refer to it"),
        ),
    )


class DueItemRules(Rules):
    """What a process about due items goes by."""

    items: Annotated[tuple[Slug, ...], Field(min_length=1)] = tuple(NAMES)
    """The kinds of items that it is about."""
    called_items: tuple[Slug, ...] = ("insurance",)
    """Of these, customers are called before the end (R6)."""
    asked_items: tuple[Slug, ...] = ("maturity",)
    """After the end of these, customers are asked how it was (R6)."""


def name_item(item: str, language: str) -> str:
    """How a letter names a kind of item."""
    return NAMES[item][language] if item in NAMES else item.replace("-", " ")


def _write(language: str, facts: FactsRow) -> Variables:
    dated = write_dated(language, facts, abs((facts["day"] - facts["today"]).days))
    return dated | {
        "item": name_item(facts["item"], language),
        "provider": facts["provider"] or "",
        "vehicle": facts["vehicle"] or "",
    }


TRAITS = SubjectTraits(
    kind=KIND,
    table=DueItem,
    conditions=(VEHICLE_KEPT, NOT_RENEWED, CALLED_ITEM, ASKED_ITEM),
    rules=DueItemRules,
    absent=declare("no-due-item"),
    variables={
        "date": "the day it ends",
        "days": "days between today and that day",
        **RELATIVE,
        "item": "what ends",
        "provider": "with whom it is; empty where that is not known",
        "vehicle": "the car; empty where it is about none",
    },
    write=_write,
    of_vehicle=True,
)
