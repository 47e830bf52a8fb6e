"""docs/adding-a-process.md, followed to the letter on a copy of the house: the way with code."""

import json
from pathlib import Path

import pytest
from sqlalchemy import URL

from models.database.schema import NEWEST
from tests.support.scratch_house import ROOT, add_to_page, blocks_of, copy_house, numbered, run_in, write_new_files

PAGE = ROOT / "docs" / "adding-a-process.md"
POLICIES = "docs/policies.md"
TABLE_ROW, SECTION_BEFORE = "| `not-renewed` |", "## complaint-followup"
PROGRAM = """
import json, sys
from datetime import datetime
from pathlib import Path

from sqlalchemy import create_engine, text

import models
assert Path(models.__file__).is_relative_to(Path.cwd()), models.__file__
from console.docs.pages import stale_pages
from deployments.prefect_yaml import write_prefect_yaml
from deployments.schedules import shipped_flows
from models.core.settings import Settings
from models.core.words import ProcessName, SubjectKind
from models.database.migrating import differences, migrate
from models.database.tables import metadata
from tasks.intake.importing import load_file, read_kinds
from tasks.intake.maps.column_map import NO_MAP
from tasks.planning.sweep import plan
from tasks.policies.catalogue import install_shipped
from tasks.sample.dealership import write_sample
from tasks.subjects.registry import check_kits
from tests.support.completeness import missing_of_process, missing_of_subject
from tests.support.declarations import unsaid

PROCESS, NOW = ProcessName("insurance-renewals"), datetime.fromisoformat("2026-03-10T10:30+08:00")
FILES = {
    "stores": "code,time_zone\\nSH01,Asia/Shanghai\\n",
    "customers": "store,key,name,phone\\nSH01,C1,Li Na,13800000001\\nSH01,C2,Wang Wei,13800000002\\n",
    "insurances": "store,key,customer,insurer,ends_on\\n"
    "SH01,V1,C1,PICC,2026-04-09\\nSH01,V2,C2,PICC,2026-04-09\\nSH01,V3,C2,PICC,2027-04-09\\nSH01,V4,C1,PICC,soon\\n",
}

check_kits()
for path, content in stale_pages():
    path.write_text(content, encoding="utf-8")
engine = create_engine(sys.argv[1])
with engine.connect() as connection:
    migrate(connection)
with engine.begin() as connection:
    differing = [str(one) for one in differences(connection)]
    install_shipped(connection, NOW)
    counts = {}
    for kind, content in FILES.items():
        file = Path(f"{kind}.csv")
        file.write_text(content, encoding="utf-8")
        settings = Settings(home=Path("home"))
        imported = load_file(
            connection, read_kinds(kind), file, column_map=NO_MAP, store=None, now=NOW, settings=settings
        )
        (done,) = imported.counts.values()
        counts[kind] = [done.inserted, done.rejected]
    account = plan(connection, PROCESS, NOW, None)
    again = plan(connection, PROCESS, NOW, None)
    touches = connection.execute(text("select step, state from touches where process = :p"), {"p": PROCESS}).all()
engine.dispose()
sample = write_sample(Path("sample"), 200, 7)
print(json.dumps({
    "missing": [*missing_of_subject(SubjectKind("insurance")), *missing_of_process(PROCESS), *unsaid(metadata)],
    "differing": differing,
    "counts": counts,
    "account": account.model_dump(mode="json"),
    "planned_again": again.planned,
    "touches": [list(touch) for touch in touches],
    "sample": {kind: count for kind, count in sample.good.items() if kind == "insurances"},
    "deployed": "insurance-renewals" in write_prefect_yaml(shipped_flows(), ["Asia/Shanghai"], "Asia/Shanghai"),
}))
"""


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """A copy of the house with all that the page adds."""
    house, blocks = copy_house(tmp_path / "house"), blocks_of(PAGE)
    row, section = [text for name, text in blocks if name == POLICIES]
    written = write_new_files(house, blocks, NEWEST)
    assert sorted(written) == sorted(numbered(name, NEWEST) for name, _ in blocks if name != POLICIES)
    add_to_page(house, POLICIES, TABLE_ROW, row, SECTION_BEFORE, section)
    return house


def test_the_page_s_subject_and_process_are_whole_imported_and_planned(house: Path, database_url: URL) -> None:
    modules = [numbered(name, NEWEST) for name, _ in blocks_of(PAGE) if name.endswith(".py")]
    run_in(house, "-m", "ruff", "check", *modules)
    run_in(house, "-m", "ruff", "format", "--check", *modules)
    told = json.loads(run_in(house, "-c", PROGRAM, database_url.render_as_string(hide_password=False)))
    assert (told["missing"], told["differing"]) == ([], [])
    assert told["counts"] == {"stores": [1, 0], "customers": [2, 0], "insurances": [3, 1]}
    assert told["account"]["planned"] == 1
    assert told["account"]["suppressed"] == {"insurance-replaced": 1}
    assert told["planned_again"] == 0
    assert told["touches"] == [["insurance-notice", "planned"]]
    assert told["sample"]["insurances"] > 0
    assert told["deployed"]
    page = (house / POLICIES).read_text(encoding="utf-8")
    assert "| `insurance-notice` | 30 days before the end, at 10:00 |" in page
    assert "### insurances\n\nAn insurance that ends on a day." in (house / "docs" / "importing.md").read_text("utf-8")
