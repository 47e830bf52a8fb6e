"""Words of relative time are true on the day on which a letter goes, whatever held it, in every template."""

import re
import tomllib
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.campaigns import recipes
from models.core.offsets import Offset
from models.core.words import ProcessName, SubjectKind
from models.kits.letters import write_variables
from models.messages.letters import LINKS
from models.messages.relative_time import find_relative_words
from models.messages.rendering import render
from models.policies.policy import Policy, Step
from models.policies.shipped import LANGUAGES, ShippedTemplate, shipped_policy, shipped_processes, shipped_templates
from tests.support.any_facts import letter_columns

ZONES = ("Asia/Shanghai", "Europe/Berlin", "America/Los_Angeles", "Australia/Lord_Howe")
ANCHORED = [(process, step) for process in shipped_processes() for step in shipped_policy(process).steps]
TEMPLATES = {(one.key, one.language): one for one in shipped_templates()}
LINKED = dict.fromkeys(
    ("appointment", "payment", "survey", "statement", "consent", "invitation", "due"), "https://example.com/c/x"
)
NOON = time(12)
RECIPES = Path(recipes.__file__).with_name("recipe_files")


def valid_until(policy: Policy, step: Step, anchor: datetime, due_at: datetime) -> datetime:
    """The end of a step's validity, by its policy alone."""
    if isinstance(step.valid_for, Offset):
        return due_at + step.valid_for.nominal
    if step.valid_for == "until-anchor":
        return anchor
    ends = {one.key: due(one, anchor) for one in policy.steps if one.counts_from == step.counts_from}
    return min((end for key, end in ends.items() if key != step.key and end > due_at), default=anchor)


def due(step: Step, anchor: datetime) -> datetime:
    """The moment of a step on the store's clock."""
    if step.at is None:
        return anchor + step.after.nominal
    return datetime.combine(anchor.date() + timedelta(days=step.after.days), step.at, anchor.tzinfo)


def facts_of(subject: SubjectKind, anchor: datetime, now: datetime, later: int) -> dict[str, Any]:
    """What a subject's select says at a moment of a subject with this anchor."""
    day, today = anchor.date(), now.astimezone(anchor.tzinfo).date()
    common = {
        "customer": "Li", "salutation": None, "store": "Test", "store_phone": "021", "today": today,
        "time_zone": str(anchor.tzinfo), "vehicle": "Tiguan", "work": None, "advisor": None,
    }  # fmt: skip
    own: dict[str, dict[str, Any]] = {
        "appointment": {"starts_at": anchor.astimezone(UTC)},
        "case": {"case": 1, "opened_on": day - timedelta(days=2), "day": day},
        "lead": {
            "urgency": "H", "model": "Nova", "source": None, "created_on": day, "salesperson": None, "deposit": None,
            "currency": None, "lost_reason": None,
        },
        "statement": {"account": "A-1", "day": day, "totals": {"EUR": "300.00"}},
        "inbound": {"answer": "We shall call you.", "received_on": day},
        "inspection": {"day": day, "faults": ["brakes"], "watched": [], "warranty_ends_on": day + timedelta(30)},
        "due-item": {"day": day, "item": "insurance", "provider": None, "limit_kilometres": None},
        "account": {
            "account": "A-1",
            "oldest_due": day,
            "totals": {"EUR": "300.00"},
            "invoices": [
                {"number": "OLD", "open": "100.00", "currency": "EUR", "due_on": day.isoformat()},
                {
                    "number": "NEW", "open": "200.00", "currency": "EUR",
                    "due_on": (day + timedelta(days=later)).isoformat(),
                },
            ],
        },
    }  # fmt: skip
    return dict.fromkeys(letter_columns(subject)) | common | own.get(subject, {"day": day})


@st.composite
def moments_of_going(draw: st.DrawFn) -> tuple[ProcessName, Step, datetime, datetime]:
    """A step, its anchor, and any moment at which it is still valid, however long it was held."""
    process, step = draw(st.sampled_from(ANCHORED))
    zone = ZoneInfo(draw(st.sampled_from(ZONES)))
    day = draw(st.dates(date(2026, 1, 1), date(2027, 12, 31)))
    clock = draw(st.times()).replace(tzinfo=None, microsecond=0) if step.subject == "appointment" else time()
    anchor = datetime.combine(day, clock, zone)
    begins = due(step, anchor)
    ends = valid_until(shipped_policy(process), step, anchor, begins)
    held = draw(st.integers(0, max(int((ends - begins).total_seconds()) - 1, 0)))
    return process, step, anchor, (begins.astimezone(UTC) + timedelta(seconds=held)).astimezone(zone)


CLAIMS = {
    "today": 0, "tomorrow": 1, "yesterday": -1, "今天": 0, "今日": 0, "明天": 1, "昨天": -1,
}  # fmt: skip
"""What each word says of the day that is spoken of, in days from the day on which it is read."""
IN_DAYS = re.compile(r"\bin (\d+) days?\b|(\d+)天后")
AGO = re.compile(r"\b(\d+) days? ago\b|(\d+)天前")
SPANS = re.compile(r"(?<!in )(?<!within )\b(\d+) days?\b(?! ago)|(\d+)天(?![后前内])")


def claims(text: str) -> Iterator[tuple[str, int | None, int | None]]:
    """Each word of relative time in a letter: how far away it says the day is, or how many days lie between."""
    for word, apart in CLAIMS.items():
        if re.search(rf"\b{word}\b" if word.isascii() else word, text):
            yield word, apart, None
    for pattern, sign in ((IN_DAYS, 1), (AGO, -1)):
        for found in pattern.finditer(text):
            yield found[0], sign * int(found[1] or found[2]), None
    for found in SPANS.finditer(text):
        yield found[0], None, int(found[1] or found[2])


def written(template: ShippedTemplate, subject: SubjectKind, facts: dict[str, Any]) -> list[str]:
    variables: dict[str, Any] = {**write_variables(subject, template.language, facts), LINKS: LINKED}
    parts = (template.subject, template.text, template.also)
    return [render(part, variables) for part in parts if part is not None]


@settings(max_examples=400)
@given(going=moments_of_going(), later=st.integers(0, 90))
def test_what_a_letter_says_of_time_is_true_when_it_goes(
    going: tuple[ProcessName, Step, datetime, datetime], later: int
) -> None:
    _, step, anchor, now = going
    facts = facts_of(step.subject, anchor, now, later)
    today: date = facts["today"]
    days = {anchor.date()} | {date.fromisoformat(one["due_on"]) for one in facts.get("invoices", [])}
    apart = {(day - today).days for day in days}
    for language in LANGUAGES:
        for text in written(TEMPLATES[step.template, language], step.subject, facts):
            for word, away, between in claims(text):
                assert away is None or away in apart, (word, text, anchor, now)
                assert between is None or between in {abs(one) for one in apart}, (word, text, anchor, now)


@settings(max_examples=200)
@given(going=moments_of_going(), later=st.integers(0, 90))
def test_a_letter_calls_overdue_what_is_overdue_and_nothing_else(
    going: tuple[ProcessName, Step, datetime, datetime], later: int
) -> None:
    _, step, anchor, now = going
    if step.subject != "account":
        return
    facts = facts_of(step.subject, anchor, now, later)
    headings = {"en": (" overdue", " due today", " not due yet"), "zh-CN": ("已逾期", "今日到期", "未到期")}
    for language in LANGUAGES:
        variables = write_variables(step.subject, language, facts)
        for statement in (variables["statement"],):
            for invoice in facts["invoices"]:
                due_on = date.fromisoformat(invoice["due_on"])
                told = headings[language][0 if due_on < facts["today"] else 1 if due_on == facts["today"] else 2]
                (part,) = (one for one in re.split("; |；", statement) if invoice["number"] in one)
                assert told in part, (statement, facts["today"])


@pytest.mark.parametrize("template", shipped_templates(), ids=lambda one: f"{one.key}-{one.language}")
def test_no_shipped_template_has_words_of_relative_time_in_its_text(template: ShippedTemplate) -> None:
    for part in (template.subject, template.text, template.also):
        assert find_relative_words(part or "") == []


def texts_in(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for part in value.values():
            yield from texts_in(part)


@pytest.mark.parametrize("path", sorted(RECIPES.glob("*.toml")), ids=lambda path: path.stem)
def test_no_recipe_has_words_of_relative_time_in_its_texts(path: Path) -> None:
    plan = tomllib.loads(path.read_text(encoding="utf-8"))["plan"]
    said = [*texts_in({variant["key"]: variant["words"] for variant in plan["variants"]})]
    said += texts_in(plan.get("follow_up", {}).get("words", {}))
    assert said
    assert [find_relative_words(text) for text in said] == [[] for _ in said]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("See you tomorrow at {{ time }}.", ["tomorrow"]),
        ("Today only. {{ customer }}, TODAY!", ["Today", "TODAY"]),
        ("Your warranty ends in 30 days.", ["in 30 days"]),
        ("It ends in days, one month left", ["in days", "one month left"]),
        ("You have had it for 90 days; we wrote a week ago, and last Monday", ["90 days", "a week ago", "last Monday"]),
        ("{% if store_phone %}call this week{% endif %}", ["this week"]),
        ("{{ 'tomorrow' if store_phone else '' }}", ["tomorrow"]),
        ("明天见，质保还有一个月到期", ["明天", "一个月"]),
        ("与爱车相伴90天，上周来过，3天后到期", ["90天", "上周", "3天后"]),
        ("前几天联系过您，两小时后见", ["前几天", "两小时后"]),
        ("It ends {{ in_days }}, on {{ date }}; {{ days }} days", []),
        ("The inspection takes 30-45 minutes. Please pay within 7 days.", []),
        ("每天营业，30分钟免费检测，请于7天内付清，{{ days }}天", []),
        ("3月5日到期，回复1", []),
        ("{{ broken", []),
    ],
)
def test_words_of_relative_time_are_found_in_plain_text_only(text: str, found: list[str]) -> None:
    assert find_relative_words(text) == found


@given(day=st.dates(date(2026, 1, 1), date(2027, 12, 31)), apart=st.integers(-400, 400))
def test_a_day_is_called_by_its_distance(day: date, apart: int) -> None:
    facts = {"customer": "Li", "store": "T", "today": day - timedelta(days=apart), "day": day, "vehicle": None}
    said = write_variables(SubjectKind("handover"), "en", facts)
    names = {-1: "yesterday", 0: "today", 1: "tomorrow"}
    ahead = f"in {apart} days" if apart > 0 else f"{-apart} days ago"
    assert said["in_days"] == names.get(apart, ahead)
    assert said["when"] == names.get(apart, f"on {said['date']}")
    assert said["span"] == ("1 day" if abs(apart) == 1 else f"{abs(apart)} days")


def test_the_validity_of_steps_here_ends_where_the_next_begins() -> None:
    """The property above would hold of nothing if its own validity were empty."""
    anchor = datetime(2026, 6, 1, tzinfo=ZoneInfo("Asia/Shanghai"))
    for process in shipped_processes():
        policy = shipped_policy(process)
        for step in policy.steps:
            begins = due(step, anchor)
            assert valid_until(policy, step, anchor, begins) > begins, step.key
    accounts = shipped_policy(ProcessName("overdue-accounts"))
    ends = [(due(one, anchor), valid_until(accounts, one, anchor, due(one, anchor))) for one in accounts.steps]
    assert all(end == begin for (_, end), (begin, _) in pairwise(ends))
