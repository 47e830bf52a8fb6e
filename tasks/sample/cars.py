"""The cars: their handover, their warranty, and what their odometers read."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from tasks.sample import names
from tasks.sample.people import TEXTABLE, Reach, SampleCustomer, customer_row
from tasks.sample.rows import DeliveryRow, OdometerRow, Row, VehicleRow, WarrantyRow
from tasks.sample.stores import SALESPEOPLE, TODAY

WARRANTY_YEARS = 2
WARRANTY_KILOMETRES = 60_000


@dataclass(frozen=True, slots=True)
class Car:
    """One car being generated. Its odometer moves evenly, so that the day of a mileage can be computed by hand."""

    customer: SampleCustomer
    count: int
    """From 1, per customer."""
    started_on: date
    """The day it was handed over, or first registered when it was bought elsewhere."""
    a_day: int
    """Kilometres a day."""
    disposed_on: date | None = None
    """The day it was sold on."""

    @property
    def key(self) -> str:
        """The store's own key of the car."""
        return self.customer.key_of("V", self.count)

    def kilometres_on(self, day: date) -> int:
        """The odometer on a day; 0 at the start."""
        return self.a_day * (day - self.started_on).days


def years_after(day: date, years: int) -> date:
    """The same day so many years on; 29 February becomes the 28th."""
    if (day.month, day.day) == (2, 29):
        day -= timedelta(1)
    return day.replace(year=day.year + years)


def an_ordinary_car(customer: SampleCustomer, count: int) -> Car:
    """A car that a customer drives between 15 and 140 kilometres a day."""
    dice = customer.dice
    a_day = dice.between(83, 140) if dice.chance(0.08) else dice.between(15, 75)
    age = dice.between(1, 1400)
    started_on = TODAY - timedelta(age)
    disposed_on = TODAY - timedelta(dice.below(min(200, age))) if dice.chance(0.04) else None
    return Car(customer, count, started_on, a_day, disposed_on)


def vehicle_row(car: Car) -> VehicleRow:
    """The car's row."""
    customer, number = car.customer, car.customer.number
    in_shanghai = customer.store.country == "CN"
    plate = f"沪S{number:05d}" if in_shanghai else f"B-SF {number:04d}"
    return VehicleRow(
        store=customer.store.code,
        key=car.key,
        customer=customer.key,
        vin=f"LZZSAMPL{number:07d}{car.count:02d}",
        plate=plate if car.count == 1 else f"{plate}-{car.count}",
        make=names.MAKE,
        model=customer.dice.pick(names.MODELS),
        model_year=car.started_on.year,
        disposed_on=car.disposed_on,
    )


def delivery_row(car: Car) -> DeliveryRow:
    """The handover of a new car."""
    customer = car.customer
    seller = customer.dice.pick(SALESPEOPLE[customer.store.code])
    return DeliveryRow(
        customer.store.code, customer.key_of("D", car.count), customer.key, car.key, seller, car.started_on
    )


def warranty_row(car: Car) -> WarrantyRow:
    """The maker's warranty: two years or 60,000 km, whichever comes first."""
    ends_on = years_after(car.started_on, WARRANTY_YEARS)
    key = car.customer.key_of("W", car.count)
    return WarrantyRow(car.customer.store.code, key, car.key, "maker", car.started_on, ends_on, WARRANTY_KILOMETRES)


def reading_row(car: Car, day: date) -> OdometerRow:
    """An odometer reading on a day."""
    return OdometerRow(car.customer.store.code, car.key, day, car.kilometres_on(day))


def new_car_rows(car: Car) -> Iterator[Row]:
    """A car that the store sold new: the car, its handover and its warranty."""
    yield vehicle_row(car)
    yield delivery_row(car)
    yield warranty_row(car)


def introduction_rows(car: Car, reach: Reach = TEXTABLE, *, has_contract: bool = False) -> Iterator[Row]:
    """A private set-piece customer with a car that the store sold new."""
    yield customer_row(car.customer, reach, has_contract)
    yield from new_car_rows(car)


def ordinary_car_rows(car: Car) -> Iterator[Row]:
    """An ordinary car: three in four were sold by the store."""
    if car.customer.dice.chance(0.75):
        yield from new_car_rows(car)
        yield reading_row(car, car.started_on)
    else:
        yield vehicle_row(car)
