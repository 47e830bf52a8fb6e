"""reasons are codes

`touches.reason`, `verdicts.reason` and the like held English sentences. They hold codes from now on, and the figures
of a reason stand beside its code: `reason_figures` of touches and verdicts, `held_figures` and `notice_figures` of
campaigns. Accounts of runs count codes. What the audit trail says stays as it was written.

A sentence that is none of those below becomes the code `as-written` with the sentence as its figure `text`: nothing is
lost. The sentences of that time are frozen here; the code that made them is gone.

Locks: the new columns are nullable and without a default, so no table is rewritten. Then only rows with a reason are
changed, 20,000 at a time by primary key, each batch by a short statement of its own. The whole is one transaction, so
that a code is never translated twice: touches, verdicts and campaigns are locked from the first new column to its end.
Stop the workers.

Revision ID: 0005
Revises: 0004
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

BATCH = 20_000
JSON = postgresql.JSONB(none_as_null=True)
Translated = tuple[str, dict[str, Any] | None]
"""A code, and its figures where it has any."""

CODES: dict[str, str] = {
    "nothing is owed any more": "nothing-owed",
    "the balance is within the tolerance": "within-tolerance",
    "a promise to pay is running": "promise-running",
    "the appointment is cancelled": "appointment-cancelled",
    "the customer has arrived": "customer-arrived",
    "the appointment is not booked yet": "appointment-not-booked",
    "the appointment has not begun": "appointment-not-begun",
    "the appointment has begun": "appointment-begun",
    "the customer asked for another time": "other-time-asked",
    "it was booked after this was due": "booked-after-due",
    "no parts are missing": "no-parts-missing",
    "the request is answered": "request-answered",
    "not a contract customer": "no-contract-customer",
    "the vehicle was sold on": "vehicle-sold",
    "it has not happened yet": "not-happened-yet",
    "an inspection is booked": "inspection-booked",
    "an inspection was done": "inspection-done",
    "the warranty has not begun": "warranty-not-begun",
    "the complaint is not closed": "complaint-not-closed",
    "a newer complaint is open": "newer-complaint-open",
    "the campaign was cancelled": "campaign-cancelled",
    "the campaign's message was not sent": "campaign-message-not-sent",
    "the customer has answered": "customer-answered",
    "the date moved": "date-moved",
    "nobody did it in time": "undone-in-time",
    "the subject is no longer there": "subject-gone",
    "its time has passed": "time-passed",
    "it was said before the date moved": "said-before-move",
    "found too late": "found-too-late",
    "no consent": "no-consent",
    "no usable contact point": "no-contact-point",
    "a complaint is open": "complaint-open",
    "the channel is paused": "channel-paused",
    "quiet hours or a holiday": "quiet-hours",
    "the customer was contacted enough for now": "contacted-enough",
    "the message that its line may have gone out in is not sent again": "carrying-message-not-resent",
    "the message it was to go out in is not sent": "carrying-message-not-sent",
    "a part of the message it may have gone out in does not hold any more: it goes again as it was, or not at all": (
        "message-parted"
    ),
    "there is nothing left to say": "nothing-left-to-say",
    "it may have gone out before, and the channel takes no key that would keep it from doubling": "no-idempotency-key",
    "the dispatcher was cut off while it was sending": "dispatcher-cut-off",
    "the channel paused itself": "channel-paused-itself",
    "the campaign was paused": "campaign-paused",
    "more than half of its messages failed": "more-than-half-failed",
    "the gateway reports it undelivered": "reported-undelivered",
    "handed to finance: overdue": "handed-to-finance",
    "the customer refuses contact": "customer-refuses-contact",
    "the customer wants no contact at all": "wants-no-contact",
    "the customer opted out of the channel": "opted-out-of-channel",
    "the customer chose not to be contacted so": "chose-not-to-be-contacted",
    "wrong number, found out by a call": "wrong-number",
    "erased on the customer's request": "erased-on-request",
    "Nobody of the first wave could be told; see why before the rest is.": "nobody-reached",
    "Nobody approved it in time; it is a draft again.": "not-approved-in-time",
}
"""By the sentence of a reason without figures."""
PATTERNS: tuple[tuple[str, str], ...] = (
    (r"(?P<because>.+), and then its time has passed", "held-past-validity"),
    (r"approved by (?P<name>.+?): (?P<note>.+)", "approved-with-note"),
    (r"approved by (?P<name>.+)", "approved"),
    (r"refused by (?P<name>.+?): (?P<note>.+)", "refused"),
    (r"delivered by (?P<name>.+?): (?P<note>.+)", "settled-as-delivered"),
    (r"again by (?P<name>.+?): (?P<note>.+)", "settled-to-send-again"),
    (r"given-up by (?P<name>.+?): (?P<note>.+)", "settled-as-given-up"),
    (r"to be called again: (?P<outcome>[a-z-]+)", "call-again"),
    (
        r"the channel could not be reached in (?P<attempts>\d+) attempts; last: (?P<text>.+)",
        "attempts-exhausted",
    ),
    (r"the gateway reports it undelivered: (?P<text>.+)", "reported-undelivered-because"),
    (r"The audience has (?P<size>\d+) customers now; (?P<approved>\d+) were approved\.", "audience-drifted"),
    (
        r"(?P<percent>[\d.]+) % of the first wave failed; more than (?P<limit>[\d.]+) % stop the campaign\.",
        "too-many-failed",
    ),
    (
        r"(?P<percent>[\d.]+) % of the first wave opted out; more than (?P<limit>[\d.]+) % stop the campaign\.",
        "too-many-opted-out",
    ),
    (
        r"(?P<percent>[\d.]+) % of the first wave complained; more than (?P<limit>[\d.]+) % stop the campaign\.",
        "too-many-complained",
    ),
    (r"Refused by (?P<login>.+?): (?P<note>.+)", "campaign-refused"),
    (r"Cancelled by (?P<login>.+?): (?P<note>.+)", "campaign-cancelled-by"),
)
"""By the form of a reason with figures, the most particular first. What a campaign's budget was used up by stays as it
was written: the sentence does not say the currency."""
COMPILED = [(re.compile(pattern, re.DOTALL), code) for pattern, code in PATTERNS]
WHOLE = ("attempts", "size", "approved")
BROKEN = ("percent", "limit")
BY_REASON = ("suppressed", "ended", "cancelled")


def upgrade() -> None:
    op.add_column("touches", sa.Column("reason_figures", JSON))
    op.add_column("verdicts", sa.Column("reason_figures", JSON))
    op.add_column("campaigns", sa.Column("held_figures", JSON))
    op.add_column("campaigns", sa.Column("notice_figures", JSON))
    _translate("touches", "id", sa.Uuid(), "reason", "reason_figures")
    _translate("verdicts", "id", sa.BigInteger(), "reason", "reason_figures")
    _translate("campaigns", "id", sa.BigInteger(), "held_reason", "held_figures")
    _translate("campaigns", "id", sa.BigInteger(), "notice", "notice_figures")
    for table, column in MIXED:
        _translate_ours(table, column)
    _translate_accounts()


MIXED = (
    ("contact_points", "invalid_reason"),
    ("consents", "reason"),
    ("accounts", "hold_reason"),
    ("leads", "lost_reason"),
    ("channel_pauses", "reason"),
)
"""What people, sources and rules fill: there only our own sentences become codes, and other texts stay."""


def translate(sentence: str) -> Translated:
    """The code of a sentence, and its figures."""
    if sentence in CODES:
        return CODES[sentence], None
    for pattern, code in COMPILED:
        found = pattern.fullmatch(sentence)
        if found:
            figures = {name: _figure(name, text) for name, text in found.groupdict().items()}
            return ("as-written", {"text": sentence}) if None in figures.values() else (code, figures)
    return "as-written", {"text": sentence}


def _figure(name: str, text: str) -> Any:
    """A figure of a sentence; None: it is not one that can be."""
    if name == "because":
        code, figures = translate(text)
        return code if figures is None else {"code": code, "figures": figures}
    if name in WHOLE:
        return int(text)
    return float(text) if name in BROKEN else text


def _translate(table_name: str, key: str, kind: Any, column: str, figures: str) -> None:
    """Batch by batch in the order of the key: what is said in a batch, translated, is joined to its rows."""
    connection = op.get_bind()
    table = sa.table(table_name, sa.column(key, kind), sa.column(column, sa.Text()), sa.column(figures, JSON))
    identity, said = table.c[key], table.c[column]
    new = _translations().c
    statement = (
        sa.update(table)
        .where(identity.between(sa.bindparam("since", type_=kind), sa.bindparam("until", type_=kind)))
        .where(said == new.said)
        .values({column: new.code, figures: new.figures})
    )
    for since, until in _batches(connection, identity, said):
        mine = sa.and_(identity.between(since, until), said.is_not(None))
        sentences = connection.scalars(sa.select(said).where(mine).distinct()).all()
        connection.execute(statement, {"since": since, "until": until, "translations": _translated(sentences)})


def _translations() -> Any:
    columns = (sa.column("said", sa.Text()), sa.column("code", sa.Text()), sa.column("figures", JSON))
    rows = sa.func.jsonb_to_recordset(sa.bindparam("translations", type_=postgresql.JSONB()))
    return rows.table_valued(*columns, name="new").render_derived(with_types=True)


def _translated(sentences: Iterable[str]) -> list[dict[str, Any]]:
    translated = ((sentence, *translate(sentence)) for sentence in sentences)
    return [{"said": said, "code": code, "figures": figures} for said, code, figures in translated]


def _batches(connection: sa.Connection, key: Any, column: Any) -> Iterator[tuple[Any, Any]]:
    """The first and the last key of each batch of rows that have a reason."""
    after = None
    while True:
        some = sa.select(key).where(column.is_not(None)).order_by(key).limit(BATCH)
        keys = connection.scalars(some if after is None else some.where(key > after)).all()
        if not keys:
            return
        yield keys[0], keys[-1]
        after = keys[-1]


def _translate_ours(table_name: str, column: str) -> None:
    table = sa.table(table_name, sa.column(column, sa.Text()))
    known: Mapping[str, str] = CODES
    for sentence in op.get_bind().scalars(sa.select(table.c[column]).distinct()).all():
        if sentence in known:
            op.execute(sa.update(table).where(table.c[column] == sentence).values({column: known[sentence]}))


def _translate_accounts() -> None:
    """The parts of accounts that are counted by reason."""
    runs = sa.table("runs", sa.column("id", sa.Uuid()), sa.column("account", JSON))
    connection = op.get_bind()
    for run in connection.execute(sa.select(runs).where(runs.c.account.is_not(None))).all():
        account = translate_account(run.account)
        if account != run.account:
            connection.execute(sa.update(runs).where(runs.c.id == run.id).values(account=account))


def translate_account(account: dict[str, Any]) -> dict[str, Any]:
    """An account by the codes of its reasons; reasons that become the same code are added up."""
    changed: dict[str, Any] = {}
    for name in BY_REASON:
        counts: dict[str, int] = {}
        for sentence, count in (account.get(name) or {}).items():
            code, _ = translate(sentence)
            counts[code] = counts.get(code, 0) + count
        if name in account:
            changed[name] = counts
    return account | changed
