"""Whether a file as a whole is what it is taken for: asked before anything of it goes in."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import Connection, or_, select
from sqlalchemy.dialects.postgresql import insert as upsert

from models.core.reasons import KEY, NUMBER, PHRASE, TEXT, WORD, GivenReason, declare, give
from models.core.saying import COMMAS, say_word
from models.intake.files import FileSeen
from models.intake.freshness import Load, add_load, read_loads
from tasks.intake.files.shape import Row
from tasks.intake.staging import Staged
from tasks.intake.values.cells import clean

LEAST_ROWS = 20
"""Of a shorter file no shares are reckoned: a person sees all of it."""
LEAST_CASES = 3
MOST_UNEVEN, MOST_REJECTED, MOST_CONTRADICTORY, MOST_REPEATED = 0.1, 0.5, 0.2, 0.8
"""Above these shares of its rows a file is not loaded without `--accept`."""
SAMPLED = 1_000
"""Of how many rows it is remembered what their columns hold."""
CHANGED = 0.6
"""How much of a column may be of another kind than the last time."""
Profile = dict[str, dict[str, float]]
UNEVEN = declare("rows-unlike-header", uneven=NUMBER, rows=NUMBER, parts=PHRASE)
HALF_CONVERTED = declare("dates-half-converted", column=TEXT)
CHANGED_COLUMN = declare("column-changed", column=TEXT, before=WORD, now=WORD)
MANY_REJECTED = declare("many-rejected", kind=KEY, count=NUMBER, rows=NUMBER)
MANY_CONTRADICTED = declare("many-contradicted", kind=KEY, count=NUMBER, rows=NUMBER)
MANY_REPEATED = declare("many-repeated", kind=KEY, count=NUMBER, rows=NUMBER)


@dataclass
class Evidence:
    """What reading a file has brought up."""

    rows: int = 0
    odd: Counter[str] = field(default_factory=Counter)
    """Rows that were long, short, or wrapped."""
    half_converted: list[str] = field(default_factory=list)
    """Columns of which a spreadsheet program has taken days for months."""
    changed: list[GivenReason] = field(default_factory=list)
    """What a column holds otherwise than the last time."""
    newest_on: date | None = None
    """The latest day up to the present that a column tells of in which there is what has happened."""
    sampled: int = 0
    sample: dict[str, Counter[str]] = field(default_factory=dict)

    def note(self, names: tuple[str, ...], row: Row) -> None:
        """Remember what the cells of a row are like."""
        self.sampled += 1
        for name, cell in zip(names, row, strict=False):
            if name:
                self.sample.setdefault(name, Counter())[kind_of(cell)] += 1

    @property
    def profile(self) -> Profile:
        """For each column the share of its cells that are of a kind."""
        return {
            name: {kind: round(count / kinds.total(), 2) for kind, count in sorted(kinds.items())}
            for name, kinds in self.sample.items()
        }

    def doubts(self, staged: list[Staged]) -> list[GivenReason]:
        """Why the file should be looked at before it is loaded; none where it need not be."""
        alone = len(staged) == 1  # a list of visits repeats the people and cars in it
        of_kinds = (doubt for each in staged for doubt in self._of_kind(each, alone=alone))
        return [*self._of_rows(), *self._of_columns(), *of_kinds]

    def _of_rows(self) -> Iterator[GivenReason]:
        uneven = self.odd.total()
        if self._are_many(uneven, MOST_UNEVEN):
            yield give(UNEVEN, uneven=uneven, rows=self.rows, parts={each: self._parts(each) for each in COMMAS})

    def _parts(self, language: str) -> str:
        """How many rows are odd in which way."""
        return COMMAS[language].join(
            f"{count:,} {say_word(language, f'row-{kind}')}" for kind, count in self.odd.most_common()
        )

    def _of_columns(self) -> Iterator[GivenReason]:
        for label in self.half_converted:
            yield give(HALF_CONVERTED, column=label)
        yield from self.changed

    def _of_kind(self, staged: Staged, *, alone: bool) -> Iterator[GivenReason]:
        counts = staged.counts
        rows = counts.read - counts.passed_over
        for code, count, share in (
            (MANY_REJECTED, counts.rejected, MOST_REJECTED),
            (MANY_CONTRADICTED, staged.contradictions, MOST_CONTRADICTORY),
            (
                MANY_REPEATED,
                0 if staged.gathers or staged.by_place or not alone else counts.repeated,
                MOST_REPEATED,
            ),
        ):
            if rows >= LEAST_ROWS and self._are_many(count, share, rows):
                yield give(code, kind=staged.kind, count=count, rows=rows)

    def _are_many(self, count: int, share: float, rows: int | None = None) -> bool:
        all_rows = self.rows if rows is None else rows
        return all_rows >= LEAST_ROWS and count >= LEAST_CASES and count > all_rows * share


def kind_of(cell: str) -> str:
    """What a cell is like."""
    text = clean(cell)
    if not text:
        return "empty"
    if text.isdecimal():
        return "digits"
    has_digits = any(character.isdecimal() for character in text)
    has_letters = any(character.isalpha() for character in text)
    if "@" in text:
        return "addresses"
    return "words and figures" if has_digits and has_letters else "figures" if has_digits else "words"


def compare(before: Profile, now: Profile) -> list[GivenReason]:
    """The columns that hold something else than the last time."""
    told: list[GivenReason] = []
    for name, kinds in now.items():
        known = before.get(name)
        if not known:
            continue
        moved = sum(max(share - known.get(kind, 0), 0) for kind, share in kinds.items())
        if moved > CHANGED:
            most, before_most = (max(shares, key=lambda kind: shares[kind]) for shares in (kinds, known))
            told.append(give(CHANGED_COLUMN, column=name, before=f"cells-{before_most}", now=f"cells-{most}"))
    return told


def recall(connection: Connection, source: str) -> Profile:
    """What the columns of a source held the last time; nothing of one that is new."""
    found = connection.execute(select(FileSeen.columns).where(FileSeen.source == source)).scalar_one_or_none()
    return found or {}


@dataclass(frozen=True, slots=True)
class Seen:
    """What is kept of a file that went in."""

    source: str
    store: str | None
    file_name: str
    load: Load
    expected_days: int | None
    rows: int
    profile: Profile | None
    """None of a file that is too short to tell: what is known of the source's columns stays."""


def remember(connection: Connection, seen: Seen) -> None:
    """Keep what the columns held, and that the file came; where that is known, the record stays as it is."""
    known = select(FileSeen.columns, FileSeen.loads).where(FileSeen.source == seen.source)
    before = connection.execute(known).one_or_none()
    loads = add_load(read_loads(before.loads) if before else [], seen.load)
    values = {
        "columns": seen.profile if seen.profile is not None else before.columns if before else {},
        "rows": seen.rows,
        "seen_at": seen.load.at,
        "store": seen.store,
        "file_name": seen.file_name,
        "loads": [each.kept for each in loads],
        "expected_days": seen.expected_days,
    }
    statement = upsert(FileSeen).values(source=seen.source, **values)
    differs = or_(*(getattr(FileSeen, name).is_distinct_from(statement.excluded[name]) for name in values))
    connection.execute(statement.on_conflict_do_update(index_elements=["source"], set_=values, where=differs))
