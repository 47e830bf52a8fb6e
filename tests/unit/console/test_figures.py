"""Figures as people read them."""

from typing import Any
from zoneinfo import ZoneInfo

import pytest

from console.shared.figures import describe, describe_figures

SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.mark.parametrize(
    ("figures", "told"),
    [
        ({"totals": {"CNY": "1234.5", "EUR": "20"}}, "open: CNY 1,234.50 + EUR 20.00"),
        (
            {"invoices": [{"number": "I-1", "open": "70", "currency": "CNY", "due_on": "2026-03-03"}]},
            "invoices: I-1 CNY 70.00 due 2026-03-03",
        ),
        ({"starts_at": "2026-03-12T06:00:00+00:00"}, "starts: 2026-03-12 14:00"),
        ({"ends_on": "2026-05-08", "basis": "mileage"}, "ends on: 2026-05-08; decided by: mileage"),
        ({"vehicle_sold": False}, "car sold on: no"),
        ({"last_km": 16599, "km_per_day": 33.5}, "last km: 16,599; km per day: 33.5"),
        ({"promised_for": None, "invoices": [], "totals": {}}, ""),
        ({"note": "2026"}, "note: 2026"),
    ],
)
def test_each_figure_has_its_own_form(figures: dict[str, Any], told: str) -> None:
    assert describe_figures(figures, SHANGHAI) == told


@pytest.mark.parametrize("language", ["en", "zh-CN"])
@pytest.mark.parametrize(
    ("figure", "told"),
    [("2026-05-08", "2026-05-08"), ("2026-03-12T06:00:00+00:00", "2026-03-12 14:00"), ("A-2026", "A-2026")],
)
def test_pages_write_all_days_alike(figure: str, told: str, language: str) -> None:
    assert describe(figure, SHANGHAI, language) == told
