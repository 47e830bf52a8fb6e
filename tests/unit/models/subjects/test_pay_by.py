"""A letter that names a day to pay by names one on which nothing has followed yet."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from models.kits.letters import write_variables
from models.subjects.account import KIND

TODAY = date(2026, 4, 9)


def facts(**more: Any) -> dict[str, Any]:
    base = {"customer": "Li Lei", "store": "Test Motors", "account": "A1", "oldest_due": date(2026, 3, 10)}
    return base | {"today": TODAY, "time_zone": "Asia/Shanghai", "invoices": [], "totals": {}} | more


@pytest.mark.parametrize(
    ("ends", "english", "chinese"),
    [
        (datetime(2026, 5, 9, 2, tzinfo=UTC), "8 May 2026", "5月8日"),
        (datetime(2026, 5, 8, 17, tzinfo=UTC), "8 May 2026", "5月8日"),  # the 9th in Shanghai
        (datetime(2026, 4, 9, 6, tzinfo=UTC), "9 Apr 2026", "4月9日"),  # it goes at the last moment
        (None, "9 May 2026", "5月9日"),
    ],
)
def test_it_is_the_day_before_the_next_step_and_never_one_that_has_passed(
    ends: datetime | None, english: str, chinese: str
) -> None:
    for language, expected in (("en", english), ("zh-CN", chinese)):
        assert write_variables(KIND, language, facts(valid_until=ends))["pay_by"] == expected


def test_it_is_true_of_every_day_on_which_the_letter_may_go() -> None:
    ends = datetime(2026, 5, 9, 2, tzinfo=UTC)
    for days in range(30):
        said = write_variables(KIND, "en", facts(valid_until=ends, today=TODAY + timedelta(days=days)))["pay_by"]
        assert said == "8 May 2026"
