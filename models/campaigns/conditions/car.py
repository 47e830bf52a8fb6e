"""Conditions on the cars that the customer owns."""

from typing import ClassVar, Literal, Self

from pydantic import model_validator

from models.campaigns.conditions.contract import (
    Condition,
    Days,
    Kilometres,
    ModelYear,
    Names,
    Said,
    Years,
    check_range,
)

PLACE = 2
"""Among the groups that a form offers."""


class HasCar(Condition):
    """The customer owns a car of which all of this holds."""

    kind: Literal["car"] = "car"
    said: ClassVar[Said] = {"zh-CN": "拥有车辆", "en": "owns a car"}
    makes: Names = ()
    models: Names = ()
    least_model_year: ModelYear | None = None
    most_model_year: ModelYear | None = None
    least_age: Years | None = None
    """The present year less the model year."""
    most_age: Years | None = None
    has_plate: bool | None = None
    has_vin: bool | None = None
    kept: Literal["yes", "no", "either"] = "yes"
    """Not sold on or scrapped."""
    least_warranty_days: Days | None = None
    """One of its warranties ends in so many days or more …"""
    most_warranty_days: Days | None = None
    """… and in so many or less: today is 0. By date, or by the estimate from its odometer."""
    least_kilometres: Kilometres | None = None
    most_kilometres: Kilometres | None = None
    """By its latest odometer reading. A car that was never read has none."""
    estimated: bool = False
    """As if it went on since that reading at the average between its first and its latest one."""

    @model_validator(mode="after")
    def _are_ranges(self) -> Self:
        check_range("model year", self.least_model_year, self.most_model_year)
        check_range("age of the car", self.least_age, self.most_age)
        check_range("days to the end of the warranty", self.least_warranty_days, self.most_warranty_days)
        check_range("kilometres", self.least_kilometres, self.most_kilometres)
        return self


CONDITIONS = (HasCar,)
