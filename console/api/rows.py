"""Facts sent by programs: models derived from the columns of import files, so that both share one description."""

from decimal import Decimal
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, Strict, StringConstraints, WithJsonSchema, create_model
from sqlalchemy.types import Integer, Numeric

from models.core.reasons import GivenReason
from tasks.intake.columns import Column, KindName
from tasks.intake.files.reading import KEYS, Holds
from tasks.intake.files.records import RecordsLoaded
from tasks.intake.kinds import KINDS

MOST_ROWS = 1000
LONGEST = 500
Text = Annotated[str, Strict(), StringConstraints(max_length=LONGEST)]
Whole = Annotated[int, Strict()]
Figure = Annotated[Decimal, Strict(), WithJsonSchema({"type": "number"})]
YesNo = Annotated[bool, Strict()]
Texts = Annotated[list[Text], Field(max_length=20)]


class RequestPart(BaseModel):
    """A part of a request. Unknown fields are refused."""

    model_config = ConfigDict(extra="forbid")


def _type_of(column: Column) -> object:
    if column.holds.several:
        return Text | Texts | None
    if isinstance(column.holds.staged_as, Integer | Numeric):
        return Text | Whole | Figure | None
    if column.holds in KEYS:
        return Text | Whole | None
    return Text | YesNo | None if column.holds is Holds.YES_NO else Text | None


def _field(column: Column) -> tuple[object, object]:
    needed = " Without it the row is rejected." if column.required else ""
    meaning = f"{column.meaning[:1].upper()}{column.meaning[1:]}.{needed}"
    examples = None if column.holds.example is None else [column.holds.example]
    return _type_of(column), Field(None, description=meaning, examples=examples)


def row_model(kind: KindName, *, keyed: bool) -> type[RequestPart]:
    """The model of one row; `keyed`: its key is in the path."""
    columns = (column for column in KINDS[kind].columns if not (keyed and column.name == "key"))
    fields: dict[str, Any] = {column.name: _field(column) for column in columns}
    name = "".join(word.capitalize() for word in kind.removesuffix("s").split("-"))
    return create_model(f"{name}Values" if keyed else name, __base__=RequestPart, **fields)


def batch_model(row: Any) -> type[RequestPart]:
    """The model of several rows."""
    store: Any = (Text | None, Field(None, description="The store of rows that name none."))
    rows: Any = (list[row], Field(min_length=1, max_length=MOST_ROWS))
    return create_model(f"{row.__name__}Batch", __base__=RequestPart, store=store, rows=rows)


class Rejected(BaseModel):
    """An error in one row."""

    row: int = Field(description="The number of the row, counted from 1.")
    field: str
    value: str
    reason: GivenReason
    whole: bool = Field(description="True: the whole row was rejected. False: only this field was.")


class Upserted(BaseModel):
    """What became of the rows. `accepted` and `rejected` add up to all that were sent."""

    accepted: int
    rejected: int
    new: int
    changed: int
    unchanged: int = Field(description="Already on record, without a difference.")
    repeated: int = Field(description="Rows that a later row with the same key in this request replaces.")
    rejects: list[Rejected]
    notices: list[GivenReason]


def upserted(loaded: RecordsLoaded) -> Upserted:
    """The response."""
    counts = loaded.counts
    rejects = [
        Rejected(row=one.row, field=one.ours or one.column, value=one.value, reason=one.reason, whole=one.whole)
        for one in loaded.rejects
    ]
    return Upserted(
        accepted=loaded.accepted,
        rejected=counts.rejected,
        new=counts.inserted,
        changed=counts.changed,
        unchanged=counts.unchanged,
        repeated=counts.repeated,
        rejects=rejects,
        notices=loaded.notices,
    )
