"""Bad input gets a clear sentence that names what is wrong, exit status 2, and leaves nothing half done."""

from pathlib import Path

import pytest
from sqlalchemy import text

from tests.acceptance.conftest import Installation

STORES = "code,name,time_zone,language\nSH01,Test Motors,Asia/Shanghai,en\n"


def refused(done: object, *sentences: str) -> None:
    """One sentence to the user, no traceback, status 2."""
    status, said = done.returncode, done.stderr  # type: ignore[attr-defined]
    assert status == 2, (done.stdout, said)  # type: ignore[attr-defined]
    assert "Traceback" not in said
    flat = " ".join(said.replace("│", " ").split())
    for sentence in sentences:
        assert sentence in flat, said


def fingerprint(installation: Installation) -> dict[str, int]:
    """The number of rows of each table."""
    engine = installation.engine()
    with engine.connect() as connection:
        tables = connection.scalars(
            text("select tablename from pg_tables where schemaname = 'public' order by 1")
        ).all()
        counts = {name: connection.scalar(text(f'select count(*) from "{name}"')) or 0 for name in tables}
    engine.dispose()
    return counts


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("", "AFTERCARE_CHANNELS__SMS is empty; expected outbox://"),
        ("nonsense", "AFTERCARE_CHANNELS__SMS is not a URL; expected outbox://, gateway(s)://HOST[:PORT]/PATH"),
        ("nosuchservice://x", "AFTERCARE_CHANNELS__SMS begins with nosuchservice://, which Apprise does not know"),
    ],
)
def test_a_missing_or_wrong_channel_address(installation: Installation, address: str, sentence: str) -> None:
    before = fingerprint(installation)
    refused(installation.run("run", "warranty-expiry", AFTERCARE_CHANNELS__SMS=address), sentence)
    after = fingerprint(installation)
    assert (after["touches"], after["verdicts"]) == (before["touches"], before["verdicts"])


@pytest.mark.parametrize(
    ("arguments", "variables", "sentence"),
    [
        (
            ("status",),
            {"AFTERCARE_TIME_ZONE": "Mars/Olympus"},
            "AFTERCARE_TIME_ZONE: 'Mars/Olympus' is not a time zone",
        ),
        (
            ("status",),
            {"AFTERCARE_CHANNELS__SSM": "gateway://127.0.0.1:1/x"},
            "AFTERCARE_CHANNELS__SSM names no channel; expected one of SMS, EMAIL, WECHAT at its end.",
        ),
        (
            ("status",),
            {"AFTERCARE_STORE_CHANNELS__SH01__TEXT": "gateway://127.0.0.1:1/x"},
            "AFTERCARE_STORE_CHANNELS__SH01__TEXT names no channel; expected one of SMS, EMAIL, WECHAT",
        ),
        (
            ("status",),
            {"AFTERCARE_DAYS_KEPT__RUNS": "30"},
            "AFTERCARE_DAYS_KEPT__RUNS names no table of which rows go; expected one of DISPATCHERS, IDLE_RUNS,",
        ),
        (("status",), {"AFTERCARE_DAYS_KEPT__IDLE_RUNS": "1"}, "AFTERCARE_DAYS_KEPT__IDLE_RUNS: Input should be"),
        (("run", "all", "--as-of", "soon"), {}, "'soon' is not a moment: expected ISO 8601, such as 2026-03-02"),
        (("why", "nobody", "--as-of", "31.12.2026"), {}, "'31.12.2026' is not a moment: expected ISO 8601"),
        (("status",), {"AFTERCARE_NOW": "yesterday"}, "'yesterday' is not a moment: expected ISO 8601"),
        (("run", "nothing"), {}, "nothing"),
        (
            ("reply", "--from", "12", "--text", "STOP"),
            {},
            "'12' is not a phone number; expected one with its country's code",
        ),
        (
            ("calls", "done", "feed", "--by", "W1", "--outcome", "reached"),
            {},
            "No touch has an id that begins with 'feed'",
        ),
        (("import", "customers", "no-such-file.csv"), {}, "no-such-file.csv"),
        (("import", "unicorns", "no-such-file.csv"), {}, "unicorns"),
        (
            ("status",),
            {"AFTERCARE_DATABASE_URL": "postgresql://nobody@127.0.0.1:9/aftercare"},
            "No database 'aftercare' can be reached at 127.0.0.1:9, which AFTERCARE_DATABASE_URL names",
        ),
        (
            ("status",),
            {"AFTERCARE_DATABASE_URL": "mysql://localhost/x"},
            "AFTERCARE_DATABASE_URL is not the address of a PostgreSQL database; expected a form such as postgresql://",
        ),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, tuple) else None,
)
def test_a_command_that_cannot_be_meant(
    installation: Installation, arguments: tuple[str, ...], variables: dict[str, str], sentence: str
) -> None:
    before = fingerprint(installation)
    refused(installation.run(*arguments, **variables), sentence)
    assert fingerprint(installation) == before


def test_a_template_with_an_unknown_variable(installation: Installation, tmp_path: Path) -> None:
    file = tmp_path / "thanks.toml"
    file.write_text('[handover-thanks.en]\ntext = "Thank you, {{ colour }}!"\n')
    before = fingerprint(installation)
    done = installation.run("templates", "set", file, "--by", "W1")
    refused(
        done,
        "uses colour, which it is not given; it may use customer, date, days, in_days, links.consent, links.survey,"
        " span, store, store_phone, vehicle, when.",
    )
    assert fingerprint(installation) == before


def test_a_policy_with_overlapping_steps(installation: Installation, tmp_path: Path) -> None:
    file = tmp_path / "policy.toml"
    step = (
        '[[steps]]\nkey = "{}"\nsubject = "handover"\nkind = "call"\nafter = "{}d"\nvalid_for = "9d"\nrole = "agent"\n'
    )
    step += 'template = "handover-day-3-call"\npurpose = "follow-up"\n'
    file.write_text(
        f'process = "post-delivery-followup"\npriority = 60\n{step.format("one", 1)}{step.format("two", 5)}'
    )
    before = fingerprint(installation)
    done = installation.run("policies", "set", file, "--by", "W1")
    refused(done, "steps.0.valid_for: 'one' overlaps 'two': it is valid for +9d, beyond the moment that 'two' is due")
    assert fingerprint(installation) == before


def test_rows_that_cannot_be_right(installation: Installation, tmp_path: Path) -> None:
    """Each reject has row, column, value and what was expected. Nothing is imported from a file without a good row."""
    files = {
        "stores": STORES + "SH02,Moon Motors,Mars/Olympus,en\n",
        "customers": "key,name,phone\nB1,Li Na,12-AB\n",
        "invoices": "key,account,customer,due_on,amount,currency\n"
        "I1,A1,B9,2026-03-10,-5.00,CNY\nI2,A1,B9,10th of March,5.00,CNY\n",
        "payments": "key,invoice,account,paid_on,amount,currency\nP1,I404,,2026-03-10,5.00,CNY\n",
    }
    said = {}
    for kind, content in files.items():
        file = tmp_path / f"{kind}.csv"
        file.write_text(content)
        done = installation.run("import", kind, file, *(() if kind == "stores" else ("--store", "SH01")))
        assert "Traceback" not in done.stderr
        rejects = tmp_path / f"{kind}.csv.rejects.csv"
        said[kind] = (done.returncode, rejects.read_text() if rejects.exists() else done.stdout + done.stderr)
    assert said["stores"][0] == 0
    assert "Mars/Olympus" in said["stores"][1]
    assert "12-AB" in said["customers"][1]
    assert said["invoices"][0] == 1
    assert "-5.00" in said["invoices"][1]
    assert "10th of March" in said["invoices"][1]
    assert said["payments"][0] == 1
    assert "I404" in said["payments"][1]
    counts = fingerprint(installation)
    assert (counts["invoices"], counts["payments"], counts["accounts"]) == (0, 0, 0)
