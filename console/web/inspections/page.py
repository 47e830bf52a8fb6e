"""Inspections: find the car, write down what was found at thirteen points, file the claim, see what came of it."""

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from functools import partial
from zoneinfo import ZoneInfo

from dateutil.relativedelta import relativedelta
from nicegui import ui
from sqlalchemy import Connection

from console.web.authentication.viewer import Viewer
from console.web.parts.frame import page, sentence_of, telling
from console.web.parts.tables import Cell, show_table
from console.web.parts.told import tell
from models.core.errors import AftercareError, InvalidInput
from models.core.shown import show_day, show_month
from models.messages.letters import write_money
from models.people.permissions import Permission
from models.subjects.inspection import GROUPS, NAMES, POINTS, Finding
from tasks.access.sessions import SignedIn
from tasks.overview.inspection_results import MonthOfInvitations, read_results
from tasks.subjects.inspection.recording import (
    CarFound,
    InspectionSeen,
    file_claim,
    find_cars,
    list_inspections,
    read_car,
    read_inspection,
    write_down,
)

MONTHS = 3
COUNTS = ("invited", "reached", "booked", "came", "with_faults")
CENTS = Decimal("0.01")


class NotAClaim(InvalidInput):
    """A day or an amount of a claim that cannot be read."""

    def __init__(self, text: str) -> None:
        self.text = text
        super().__init__(f"'{text}' is no day such as 2026-04-01, or no amount such as 1280.00.")


@page("/inspections", Permission.WORK_CALLS, "frame.inspections")
async def show_inspections(viewer: Viewer, car: str = "") -> None:
    """Find a car, the latest inspections, and what came of the invitations."""
    sought = ui.input(viewer.say("inspections.find"), value=car).props("outlined stack-label autocomplete=off")
    sought.classes("full-width").style("max-width: 32rem")
    cars = ui.column().classes("full-width")

    async def find() -> None:
        async with telling(viewer):
            found = await viewer.read(find_cars, sought.value or "", viewer.store_id)
            cars.clear()
            with cars:
                _draw_cars(viewer, found, sought.value or "")

    sought.on("keydown.enter", find)
    ui.button(viewer.say("inspections.find_do"), on_click=find).props("no-caps")
    cars.move(target_index=-1)
    if car:
        await find()
    latest = await viewer.read(list_inspections, viewer.store_id)
    _heading(viewer.say("inspections.latest"))
    if latest:
        headings = [viewer.say(f"inspections.{name}") for name in ("day", "car", "faults", "watched", "claim")]
        show_table(viewer.say("inspections.latest"), headings, [_row(viewer, one) for one in latest])
    else:
        ui.label(viewer.say("inspections.none")).classes("quiet")
    await _draw_results(viewer)


def _heading(text: str) -> None:
    ui.label(text).props("role=heading aria-level=2").classes("text-h6 q-mt-md")


def _draw_cars(viewer: Viewer, found: list[CarFound], sought: str) -> None:
    if not found:
        ui.label(viewer.say("inspections.no_car", sought=sought)).props("role=status")
    for one in found:
        ui.link(_name(one.plate, one.model, one.vin) + f" · {one.owner} · {one.store}", f"/inspections/car/{one.id}")


def _name(*parts: str | None) -> str:
    return " ".join(filter(None, parts))


def _points(viewer: Viewer, points: list[str]) -> str:
    return ("、" if viewer.language == "zh-CN" else ", ").join(NAMES[point][viewer.language] for point in points)


def _row(viewer: Viewer, one: InspectionSeen) -> list[Cell]:
    watched = [point for point in POINTS if one.found.get(point, (Finding.OK, ""))[0] is Finding.WATCH]
    return [
        partial(ui.link, show_day(one.inspected_on), f"/inspections/{one.id}"),
        _name(one.plate, one.model),
        _points(viewer, one.faults),
        _points(viewer, watched),
        _claim(viewer, one),
    ]


def _claim(viewer: Viewer, one: InspectionSeen) -> str:
    if not one.faults:
        return ""
    if one.claim_filed_on is None:
        return viewer.say("inspections.unfiled")
    amount = write_money(one.claim_amount, one.claim_currency or "") if one.claim_amount is not None else ""
    return f"{show_day(one.claim_filed_on)} {amount}".strip()


async def _draw_results(viewer: Viewer) -> None:
    _heading(viewer.say("inspections.results"))
    today = _today(viewer)
    since = (today - relativedelta(months=MONTHS)).replace(day=1)
    lines: list[MonthOfInvitations] = await viewer.read(read_results, since, today, viewer.user.store)
    if not lines:
        ui.label(viewer.say("inspections.no_results")).classes("quiet")
        return
    names = ("month", "store", *COUNTS, "claimed")
    rows = [
        [
            show_month(line.month),
            line.store,
            *(str(getattr(line, name)) for name in COUNTS),
            " + ".join(write_money(amount, currency) for currency, amount in sorted(line.claimed.items())),
        ]
        for line in lines
    ]
    show_table(viewer.say("inspections.results"), [viewer.say(f"inspections.{name}") for name in names], rows)


def _today(viewer: Viewer) -> date:
    return viewer.now.astimezone(ZoneInfo(viewer.time_zone)).date()


@page("/inspections/car/{vehicle_id}", Permission.WORK_CALLS, "frame.inspections")
async def show_form(viewer: Viewer, vehicle_id: int) -> None:
    """The form of a car, made for a finger on a tablet."""
    ui.link(viewer.say("inspections.back"), "/inspections")
    car: CarFound = await viewer.read(read_car, vehicle_id, viewer.store_id)
    ui.label(_name(car.plate, car.model, car.vin)).props("role=heading aria-level=2").classes("text-h5")
    ui.label(car.owner).classes("quiet")
    chosen: dict[str, ui.toggle] = {}
    notes: dict[str, ui.input] = {}
    for group, points in GROUPS.items():
        title = viewer.say(f"inspections.group_{group}")
        with ui.element("section").classes("card full-width").props(f'aria-label="{title}"'):
            ui.label(title).props("role=heading aria-level=3").classes("text-subtitle1")
            for point in points:
                _draw_point(viewer, point, chosen, notes)
    told = ui.label().classes("bad").props("role=alert")

    def rest_is_in_order() -> None:
        told.set_text("")
        for toggle in chosen.values():
            if toggle.value is None:
                toggle.set_value(Finding.OK.value)

    async def save() -> None:
        told.set_text("")
        found = {
            point: (Finding(toggle.value), notes[point].value or "")
            for point, toggle in chosen.items()
            if toggle.value is not None
        }
        try:
            made = await viewer.change(Permission.WORK_CALLS, _write, vehicle_id, found, _today(viewer), viewer.now)
        except AftercareError as error:
            told.set_text(sentence_of(viewer.language, error))
            return
        tell(viewer, viewer.say("inspections.saved"), then=f"/inspections/{made}")

    with ui.row():
        ui.button(viewer.say("inspections.rest_in_order"), on_click=rest_is_in_order).props("outline no-caps")
        ui.button(viewer.say("inspections.save"), on_click=save).props("no-caps")


def _draw_point(viewer: Viewer, point: str, chosen: dict[str, ui.toggle], notes: dict[str, ui.input]) -> None:
    name = NAMES[point][viewer.language]
    with ui.row().classes("items-center full-width").props(f'role=group aria-label="{name}"'):
        ui.label(name).style("min-width: 8rem")
        options = {finding.value: viewer.word(finding.value) for finding in Finding}
        chosen[point] = ui.toggle(options).props("no-caps")
        notes[point] = ui.input(viewer.say("inspections.note")).props("outlined dense stack-label").style("flex: 1")


def _write(
    connection: Connection,
    user: SignedIn,
    vehicle_id: int,
    found: dict[str, tuple[Finding, str]],
    today: date,
    now: datetime,
) -> int:
    return write_down(connection, vehicle_id, found, today, now, user.works_as, user.store_id)


@page("/inspections/{inspection_id}", Permission.WORK_CALLS, "frame.inspections")
async def show_inspection(viewer: Viewer, inspection_id: int) -> None:
    """One inspection: what was found, and its claim."""
    ui.link(viewer.say("inspections.back"), "/inspections")

    @ui.refreshable
    async def shown() -> None:
        async with telling(viewer):
            seen: InspectionSeen = await viewer.read(read_inspection, inspection_id, viewer.store_id)
            title = f"{_name(seen.plate, seen.model)} · {show_day(seen.inspected_on)}"
            ui.label(title).props("role=heading aria-level=2").classes("text-h5")
            rows: list[list[Cell]] = [
                [NAMES[point][viewer.language], viewer.word(seen.found[point][0].value), seen.found[point][1]]
                for point in POINTS
                if point in seen.found
            ]
            headings = [viewer.say(f"inspections.{name}") for name in ("point", "finding", "note")]
            show_table(viewer.say("inspections.found"), headings, rows)
            if seen.faults:
                _draw_claim(viewer, seen, shown.refresh)

    await shown()


def _draw_claim(viewer: Viewer, seen: InspectionSeen, refresh: Callable[[], object]) -> None:
    heading = viewer.say("inspections.claim")
    with ui.element("section").classes("card").props(f'aria-label="{heading}"'):
        ui.label(heading).props("role=heading aria-level=3").classes("text-subtitle1")
        ui.label(_claim(viewer, seen)).props("role=status")
        looks = "outlined dense stack-label autocomplete=off"
        day = ui.input(viewer.say("inspections.filed_on"), value=show_day(seen.claim_filed_on or _today(viewer)))
        day.props(f"{looks} type=date").classes("full-width")
        amount = ui.input(viewer.say("inspections.amount"), value=str(seen.claim_amount or "")).props(looks)
        currency = ui.input(viewer.say("inspections.currency"), value=seen.claim_currency or "CNY").props(looks)
        told = ui.label().classes("bad").props("role=alert")

        async def save() -> None:
            told.set_text("")
            try:
                filed_on, paid = _read_day(day.value), _read_amount(amount.value)
                said = (seen.id, filed_on, paid, (currency.value or "CNY").strip().upper(), _today(viewer), viewer.now)
                await viewer.change(Permission.WORK_CALLS, _file, *said)
            except AftercareError as error:
                told.set_text(sentence_of(viewer.language, error))
                return
            tell(viewer, viewer.say("inspections.claim_saved"))
            refresh()

        ui.button(viewer.say("inspections.claim_save"), on_click=save).props("no-caps")


def _read_day(text: str | None) -> date:
    try:
        return date.fromisoformat((text or "").strip())
    except ValueError as error:
        raise NotAClaim(text or "") from error


def _read_amount(text: str | None) -> Decimal | None:
    bare = (text or "").strip().replace(",", "")
    if not bare:
        return None
    try:
        amount = Decimal(bare)
    except InvalidOperation as error:
        raise NotAClaim(bare) from error
    if not amount.is_finite() or amount < 0 or amount != amount.quantize(CENTS):
        raise NotAClaim(bare)
    return amount


def _file(
    connection: Connection,
    user: SignedIn,
    inspection_id: int,
    filed_on: date,
    amount: Decimal | None,
    currency: str,
    today: date,
    now: datetime,
) -> None:
    file_claim(connection, inspection_id, filed_on, amount, currency, today, now, user.works_as, user.store_id)
