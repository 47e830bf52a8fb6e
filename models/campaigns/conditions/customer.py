"""Conditions on the customer's own row."""

from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, model_validator

from models.campaigns.conditions.contract import (
    Condition,
    Said,
    SomeNames,
    Years,
    check_range,
    check_some,
)
from models.core.words import CustomerClass

PLACE = 1
"""Among the groups that a form offers."""


class OfLevel(Condition):
    """The customer is of one of these levels."""

    kind: Literal["level"] = "level"
    said: ClassVar[Said] = {"zh-CN": "客户等级", "en": "is of the level"}
    levels: SomeNames


class OfClass(Condition):
    """What the customer is to the house by now: potential, new, active, sleeping, lost or VIP."""

    kind: Literal["class"] = "class"
    said: ClassVar[Said] = {"zh-CN": "客户状态为", "en": "is by now a"}
    classes: Annotated[tuple[CustomerClass, ...], Field(min_length=1)]


class Speaks(Condition):
    """The customer is written to in this language: their own, or the store's."""

    kind: Literal["language"] = "language"
    said: ClassVar[Said] = {"zh-CN": "语言", "en": "is written to in"}
    language: Literal["zh-CN", "en"]


class OfStore(Condition):
    """The customer belongs to one of these stores."""

    kind: Literal["store"] = "store"
    said: ClassVar[Said] = {"zh-CN": "所属门店", "en": "belongs to the store"}
    stores: SomeNames
    """Codes."""


class HasContract(Condition):
    """Whether the customer is a contract customer."""

    kind: Literal["contract"] = "contract"
    said: ClassVar[Said] = {"zh-CN": "是合同客户", "en": "is a contract customer"}
    said_no: ClassVar[Said | None] = {"zh-CN": "不是合同客户", "en": "is no contract customer"}
    yes: bool = True


class OfAge(Condition):
    """The customer is so many years old. Not those whose birthday is unknown."""

    kind: Literal["age"] = "age"
    said: ClassVar[Said] = {"zh-CN": "年龄（岁）", "en": "is of an age in years of"}
    least: Years | None = None
    most: Years | None = None

    @model_validator(mode="after")
    def _is_a_range(self) -> Self:
        check_some("age", self.least, self.most)
        check_range("age", self.least, self.most)
        return self


class HasBirthday(Condition):
    """The customer's birthday is today or within so many days. One of 29 February comes on the 28th elsewhen."""

    kind: Literal["birthday"] = "birthday"
    said: ClassVar[Said] = {"zh-CN": "过生日", "en": "has a birthday"}
    within_days: Annotated[int, Field(ge=0, le=366)] = 7


class LivesIn(Condition):
    """The customer's home area (a district, a postcode) begins with one of these."""

    kind: Literal["area"] = "area"
    said: ClassVar[Said] = {"zh-CN": "居住区域开头为", "en": "lives in an area that begins with"}
    areas: SomeNames


CONDITIONS = (
    OfLevel,
    OfClass,
    Speaks,
    OfStore,
    HasContract,
    OfAge,
    HasBirthday,
    LivesIn,
)
