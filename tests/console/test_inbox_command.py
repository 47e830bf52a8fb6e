"""`aftercare inbox`: what is said is written down, listed, taken, handed over, matched and answered."""

import json
from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import URL, Engine
from typer.testing import CliRunner, Result

from console.cli.command import app
from models.core.settings import read_settings
from models.core.words import Role
from tests.support.world import World

Told = Callable[..., Result]
NUMBER = "+8613912345678"


@pytest.fixture
def told(engine: Engine, database_url: URL, monkeypatch: pytest.MonkeyPatch) -> Iterator[Told]:
    """Runs a command on a store with two agents and one customer, on 10 March 2026 at 10:00."""
    with engine.begin() as connection:
        world = World(connection)
        world.customer(phone=NUMBER, name="Li Wei")
        for code in ("A1", "A2"):
            world.staff(Role.AGENT, code=code, name=f"Name of {code}")
    monkeypatch.setenv("AFTERCARE_DATABASE_URL", database_url.render_as_string(hide_password=False))
    monkeypatch.setenv("AFTERCARE_NOW", "2026-03-10T10:00")
    monkeypatch.setenv("COLUMNS", "300")
    read_settings.cache_clear()
    yield lambda *arguments: CliRunner().invoke(app, ["inbox", *arguments])
    read_settings.cache_clear()


def listed(told: Told, *more: str) -> list[dict[str, object]]:
    result = told("list", "--json", *more)
    assert result.exit_code == 0, result.output
    return list(json.loads(result.stdout)["inbound"])


def test_from_the_phone_to_the_answer(told: Told) -> None:
    added = told("add", "--text", "when do you open?", "--by", "A1", "--from", "139 1234 5678", "--kind", "question")
    assert added.output == "Inbound 1 is written down. Name of A1 answers it by 2026-03-11 10:00.\n"
    (item,) = listed(told)
    assert (item["customer"], item["sender"], item["way"], item["owner"]) == ("Li Wei", NUMBER, "phone-call", "A1")
    assert (item["due_at"], item["overdue"], item["state"]) == ("2026-03-11T10:00:00+08:00", False, "open")
    assert told("take", "1", "--by", "A2").output == "Inbound 1 is yours.\n"
    second = told("take", "1", "--by", "A1")
    assert (second.exit_code, second.stderr.startswith("Name of A2 has taken inbound 1")) == (2, True)
    assert told("hand-over", "1", "--by", "A2", "--to", "A1", "--word", "she knows").output == (
        "Inbound 1 is for A1 now.\n"
    )
    assert "when do you open?" in told("list").output
    assert told("answer", "1", "by-call", "--by", "A1").output == "Inbound 1 is answered.\n"
    assert (listed(told), [one["id"] for one in listed(told, "--view", "answered")]) == ([], [1])
    assert "none" in told("list").output


def test_a_complaint_is_a_case_at_once_and_the_same_key_is_one(told: Told) -> None:
    words = ("add", "--text", "it squeals", "--by", "A1", "--kind", "complaint", "--customer", "Li Wei", "--key", "k1")
    assert told(*words).output == "Inbound 1 is written down. Case 1 is open.\n"
    assert told(*words).output == "Inbound 1 was written down before. Case 1 is open.\n"


def test_an_unknown_sender_is_matched(told: Told) -> None:
    told("add", "--text", "stop texting me", "--by", "A1", "--from", "+8613911111111")
    matched = told("match", "1", "--by", "A1", "--customer", NUMBER)
    assert matched.output == "Inbound 1 is of Li Wei. 1 in all is theirs.\n"
    assert listed(told)[0]["acted_on"] is True
    assert told("refuse", "1", "--by", "A1").exit_code == 0
    again = told("confirm", "1", "--by", "A1")
    assert (again.exit_code, again.stderr) == (2, "Nothing is suggested for inbound 1 that waits for your word.\n")


def test_the_list_is_paged_by_a_cursor(told: Told) -> None:
    for text in ("one", "two", "three"):
        told("add", "--text", text, "--by", "A1", "--kind", "question")
    first = json.loads(told("list", "--json", "--limit", "2").stdout)
    rest = json.loads(told("list", "--json", "--limit", "2", "--after", first["next"]).stdout)
    assert [item["text"] for item in (*first["inbound"], *rest["inbound"])] == ["one", "two", "three"]
    assert rest["next"] is None


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("add", "--text", " ", "--by", "A1"), "Write down what the customer said."),
        (("add", "--text", "x", "--by", "nobody"), "Nobody of store 'K1' has the staff code 'nobody'."),
        (("add", "--text", "x", "--by", "A1", "--way", "reply"), "'reply' is not written down by hand"),
        (("add", "--text", "x", "--by", "A1", "--store", "K9"), "Say which store answers; the stores are K1."),
        (("take", "77", "--by", "A1"), "There is no inbound 77."),
        (("answer", "77", "by-call", "--by", "A1"), "There is no inbound 77"),
        (("list", "--after", "nonsense"), "'nonsense' is not a cursor"),
        (("list", "--store", "K9"), "There is no store 'K9'"),
    ],
)
def test_what_cannot_be_ends_with_2_and_a_sentence(told: Told, words: tuple[str, ...], sentence: str) -> None:
    result = told(*words)
    assert (result.exit_code, sentence in result.stderr) == (2, True), result.stderr
