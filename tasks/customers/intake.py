"""The import kinds of customers and consents."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    Subquery,
    Table,
    and_,
    any_,
    case,
    exists,
    func,
    insert,
    literal,
    null,
    select,
    true,
    union_all,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY, array
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.types import Integer, Text

from models.core.reasons import declare, give
from models.core.rows import AnySelect
from models.core.words import ContactKind, Purpose
from models.people.tables import Consent, ContactPoint, Customer, CustomerKey
from tasks.customers.disputed import refuse_many_people, refuse_other_people
from tasks.intake.columns import CUSTOMER_COLUMNS, STORE, Column, KindName, key
from tasks.intake.files.reading import Holds, choice_or_every
from tasks.intake.kinds import Kind
from tasks.intake.load import Load
from tasks.intake.maps.row_rules import Checked, House
from tasks.intake.merging import Field, collapse, merge, reject, renew_figures, table_of
from tasks.intake.references import ERASED, NAMES_NO_CUSTOMER, find_customers, folded_name, is_erased
from tasks.intake.staging import Staged, analyze
from tasks.intake.values.cells import Unusable
from tasks.intake.values.choices import CHANNELS, words_of
from tasks.intake.values.phones import Phone, read_email, read_phones
from tasks.intake.values.plausibility import RECENT, Window
from tasks.stores.owners_in_files import OWNER_COLUMNS, OWNER_FIELDS, OWNER_IDS, find_owners

ALWAYS = datetime(1970, 1, 1, tzinfo=UTC)
"""The effective date of an undated consent: a source without dates states that it holds, not since when."""
SOURCE = "import"
OPPOSITE_CONSENT = declare("opposite-consent-on-record")
ADDRESS = ("street", "postcode", "city", "country")
PURPOSES = words_of(
    Purpose,
    {
        Purpose.SERVICE: "appointments,appointment,reminder,reminders,服务,服务提醒,预约提醒,提醒",
        Purpose.FOLLOW_UP: "aftercare,after sales,回访,跟进,售后回访",
        Purpose.SURVEY: "surveys,satisfaction,feedback,调查,问卷,满意度,满意度调查,umfrage",
        Purpose.DUNNING: "payment,payments,invoices,billing,collection,催款,账单,付款提醒,mahnung",
        Purpose.MARKETING: "advertising,promotion,promotions,offers,newsletter,ads,营销,推广,促销,广告,werbung",
    },
)


def check_customer(row: Checked, house: House) -> None:
    """An invalid contact point is dropped, but the customer is imported, because other records refer to them."""
    phones: dict[str, Phone] = {}
    for column in ("phone", "phone2"):
        found, unusable = read_phones(row.values.pop(column) or "", house.country)
        phones |= {phone.number: phone for phone in found if phone.number not in phones}
        for text, reason in unusable:
            row.leave_out(column, reason, text)
    emails: list[str] = []
    for text in row.values.pop("email") or []:
        try:
            emails.append(read_email(text))
        except Unusable as error:
            row.leave_out("email", error.reason, text)
    row.values["phones"] = list(phones)
    row.values["landlines"] = [number for number, phone in phones.items() if not phone.takes_text]
    row.values["emails"] = list(dict.fromkeys(emails))
    row.values["keys"] = [row.values["key"]]
    row.values["owner_by"] = None  # known once the owner is found


def load_customers(load: Load, staged: Staged) -> None:
    """Customers are identified by any of their keys, or else by name plus a shared phone or e-mail address.

    Data from several rows or sources is merged: an empty value does not overwrite another's.
    """
    connection, rows = load.connection, staged.table
    refuse_many_people(load, staged)
    load.keep_last(staged, "store_id", "key", gathers=True)
    keys = table_of(CustomerKey)
    connection.execute(
        update(rows)
        .values(target_id=keys.c.customer_id)
        .where(keys.c.store_id == rows.c.store_id, keys.c.key == rows.c.key)
    )
    reject(connection, staged, "key", give(ERASED), is_erased(rows.c.target_id))
    refuse_other_people(load, staged)
    _find_twins_on_record(load, staged)
    _unite_twins_in_file(load, staged)
    collapse(connection, staged, ("target_id",), gathers=True)
    find_owners(load, staged)
    fields = [
        *(
            Field(name, name, keeps=True)
            for name in ("name", "salutation", "language", "level", "birth_on", "area", *ADDRESS, "time_zone")
        ),
        Field("has_contract", "has_contract", default=False),
        *OWNER_FIELDS,
    ]
    merge(connection, staged, Customer, fields, identity=("store_id",), at_first={"created_at": load.now})
    _add_keys(load, staged)
    _add_contact_points(load, staged)


def _points_of_rows(staged: Staged) -> Subquery:
    """The phones and e-mail addresses of rows that are not yet identified."""
    rows = staged.table
    values = func.unnest(func.array_cat(rows.c.phones, rows.c.emails), type_=Text).label("value")
    return (
        select(rows.c.entry, rows.c.store_id, rows.c.customer_id, folded_name(rows.c.name).label("name"), values)
        .where(rows.c.target_id.is_(None))
        .subquery()
    )


def _find_twins_on_record(load: Load, staged: Staged) -> None:
    """Rows with a new key whose name and phone (or e-mail) match an existing customer of the store."""
    rows, points, customers = staged.table, table_of(ContactPoint), table_of(Customer)
    said = _points_of_rows(staged)
    twins = (
        select(said.c.entry, func.min(customers.c.id).label("id"))
        .where(
            points.c.value == said.c.value,
            points.c.kind.in_([ContactKind.PHONE, ContactKind.EMAIL]),
            customers.c.id == points.c.customer_id,
            customers.c.store_id == said.c.store_id,
            folded_name(customers.c.name) == said.c.name,
        )
        .group_by(said.c.entry)
        .subquery()
    )
    load.connection.execute(update(rows).values(target_id=twins.c.id).where(rows.c.entry == twins.c.entry))


def _unite_twins_in_file(load: Load, staged: Staged) -> None:
    """Assign customer ids to new rows: one id for all rows of one customer.

    `customer_id` is the lowest entry known to be the same customer. It propagates along shared phones
    and addresses to a fixed point.
    """
    connection, rows = load.connection, staged.table
    new = rows.c.target_id.is_(None)
    connection.execute(update(rows).values(customer_id=rows.c.entry).where(new))
    analyze(connection, rows)
    while True:
        said = _points_of_rows(staged)
        lowest = func.min(said.c.customer_id).over(partition_by=(said.c.store_id, said.c.name, said.c.value))
        shared = select(said.c.entry, lowest.label("first")).subquery()
        first = select(shared.c.entry, func.min(shared.c.first).label("first")).group_by(shared.c.entry).subquery()
        spread = (
            update(rows)
            .values(customer_id=first.c.first)
            .where(rows.c.entry == first.c.entry, first.c.first < rows.c.customer_id)
        )
        if not connection.execute(spread).rowcount:
            break
    sequence = func.pg_get_serial_sequence("customers", "id")
    analyze(connection, rows)
    leading = new & (rows.c.customer_id == rows.c.entry)
    connection.execute(update(rows).values(target_id=func.nextval(sequence), fresh=true()).where(leading))
    leader = rows.alias("leader")
    connection.execute(
        update(rows).values(target_id=leader.c.target_id, fresh=true()).where(new, leader.c.entry == rows.c.customer_id)
    )


def _add_keys(load: Load, staged: Staged) -> None:
    """Add the rows' keys to their customers."""
    rows, keys = staged.table, table_of(CustomerKey)
    said = select(rows.c.store_id, func.unnest(rows.c["keys"]), rows.c.target_id)
    added = (
        upsert(keys)
        .from_select(["store_id", "key", "customer_id"], said, include_defaults=False)
        .on_conflict_do_nothing()
        .returning(keys.c.customer_id)
        .cte("added")
    )
    load.connection.execute(
        update(rows).values(touched=true()).where(rows.c.target_id == added.c.customer_id).add_cte(added)
    )
    renew_figures(load.connection, keys)


def _add_contact_points(load: Load, staged: Staged) -> None:
    """The file's phones and addresses rank first, in its order; the others on record rank after them."""
    rows, points = staged.table, table_of(ContactPoint)
    said = _said_points(rows).cte("said")
    others = _other_points(said).cte("others")
    wanted = union_all(select(said), select(others)).subquery()
    columns = ["customer_id", "kind", "value", "rank", "takes_text"]
    inserted = upsert(points).from_select(
        columns, select(*(wanted.c[name] for name in columns)), include_defaults=False
    )
    merged = (
        inserted.on_conflict_do_update(
            index_elements=["customer_id", "kind", "value"],
            set_={"rank": inserted.excluded.rank, "takes_text": inserted.excluded.takes_text},
            where=(points.c.rank != inserted.excluded.rank) | (points.c.takes_text != inserted.excluded.takes_text),
        )
        .returning(points.c.customer_id)
        .cte("merged")
    )
    load.connection.execute(
        update(rows).values(touched=true()).where(rows.c.target_id == merged.c.customer_id).add_cte(merged)
    )
    renew_figures(load.connection, points)


def _said_points(rows: Table) -> AnySelect:
    lists: list[tuple[ContactKind, ColumnElement[Any]]] = [
        (ContactKind.PHONE, rows.c.phones),
        (ContactKind.EMAIL, rows.c.emails),
        (ContactKind.WECHAT, func.array_remove(array([rows.c.wechat]), null())),
    ]
    parts = []
    for kind, values in lists:
        each = func.unnest(values).table_valued("value", with_ordinality="place").render_derived()
        landline = each.c.value == any_(rows.c.landlines) if kind is ContactKind.PHONE else literal(False)
        parts.append(
            select(
                rows.c.target_id.label("customer_id"),
                literal(kind.value, Text).label("kind"),
                each.c.value.label("value"),
                func.min(each.c.place).label("place"),
                (~func.bool_or(landline)).label("takes_text"),
            )
            .select_from(rows)
            .join(each, true())
            .group_by(rows.c.target_id, each.c.value)
        )
    every = union_all(*parts).subquery()
    rank = func.row_number().over(partition_by=(every.c.customer_id, every.c.kind), order_by=every.c.place)
    return select(
        every.c.customer_id, every.c.kind, every.c.value, rank.cast(Integer).label("rank"), every.c.takes_text
    )


def _other_points(said: CTE) -> AnySelect:
    """Contact points on record that are not in the file, ranked after it."""
    points = table_of(ContactPoint)
    counts = (
        select(said.c.customer_id, said.c.kind, func.count().label("count"))
        .group_by(said.c.customer_id, said.c.kind)
        .subquery()
    )
    place = func.row_number().over(
        partition_by=(points.c.customer_id, points.c.kind), order_by=(points.c.rank, points.c.id)
    )
    known = exists().where(
        said.c.customer_id == points.c.customer_id, said.c.kind == points.c.kind, said.c.value == points.c.value
    )
    return select(
        points.c.customer_id,
        points.c.kind.cast(Text),
        points.c.value,
        (counts.c["count"] + place).cast(Integer),
        points.c.takes_text,
    ).where(points.c.customer_id == counts.c.customer_id, points.c.kind == counts.c.kind, ~known)


CUSTOMERS = Kind(
    name=KindName("customers"),
    meaning="A person or a company, with the ways to reach them.",
    columns=(
        STORE,
        key("the number or code that the source knows the customer by"),
        Column("name", Holds.NAME, "full name of the person or company", required=True),
        Column("salutation", Holds.TEXT, "Mr, Ms, 先生, 女士 …, as it stands in messages"),
        Column("language", Holds.LANGUAGE, "zh-CN or en; without it the store's", spare=True),
        Column("level", Holds.TEXT, "VIP, 1, gold …"),
        Column("birth_on", Holds.DATE, "birthday", spare=True, plausible=Window(120, 0, born_at_zero=True)),
        Column("area", Holds.TEXT, "where they live, such as a district or a postcode"),
        Column("street", Holds.TEXT, "street and number, for letters"),
        Column("postcode", Holds.TEXT, "postcode"),
        Column("city", Holds.TEXT, "city; a letter needs it and the street"),
        Column("country", Holds.TEXT, "country, as it stands on an envelope; without it the store's"),
        Column("time_zone", Holds.ZONE, "IANA name of where they live; without it the store's", spare=True),
        Column(
            "has_contract",
            Holds.YES_NO,
            "a contract customer, whose request is answered within 30 minutes; no",
            spare=True,
        ),
        *OWNER_COLUMNS,
        Column("phone", Holds.PHONES, "one or more, separated by / ; , or 、 – the first is tried first"),
        Column("phone2", Holds.PHONES, "a further phone"),
        Column("email", Holds.EMAILS, "one or more e-mail addresses"),
        Column("wechat", Holds.NAME, "WeChat id"),
    ),
    identity="store and key; with a new key, the same name and a shared phone or e-mail",
    after=("stores", "staff"),
    check=check_customer,
    made={name: ARRAY(Text) for name in ("phones", "landlines", "emails", "keys")} | {"owner_by": Text()},
    looks_up=OWNER_IDS,
    remade=frozenset({"phone", "phone2", "email"}),
    api_scope="customers:write",
    load=load_customers,
    example={
        "store": "SH01",
        "key": "C-1001",
        "name": "王芳",
        "salutation": "女士",
        "phone": "138 0013 8000",
        "email": "wang@example.com",
    },
)


def load_consents(load: Load, staged: Staged) -> None:
    """Consents are journal entries: existing ones are never changed, and equal ones are not added again.

    An undated one counts from the beginning, or from now if the journal says otherwise. But if a
    customer refused personally, an undated list does not override it: that needs a date.
    """
    connection, rows, consents = load.connection, staged.table, table_of(Consent)
    find_customers(connection, staged)
    reject(connection, staged, "customer", give(NAMES_NO_CUSTOMER), rows.c.customer_id.is_(None))
    _date_undated_consents(load, staged)
    load.keep_last(staged, "customer_id", "purpose", "channel", "given_at")
    same = and_(
        consents.c.customer_id == rows.c.customer_id,
        consents.c.purpose.is_not_distinct_from(rows.c.purpose),
        consents.c.channel.is_not_distinct_from(rows.c.channel),
        consents.c.given_at == rows.c.given_at,
    )
    reject(
        connection,
        staged,
        "granted",
        give(OPPOSITE_CONSENT),
        exists().where(same, consents.c.granted != rows.c.granted),
    )
    connection.execute(update(rows).values(fresh=true()).where(~exists().where(same)))
    columns = ["customer_id", "purpose", "channel", "granted", "given_at", "reason"]
    new = select(*(rows.c[name] for name in columns), literal(SOURCE)).where(rows.c.fresh)
    connection.execute(insert(consents).from_select([*columns, "source"], new, include_defaults=False))


def _date_undated_consents(load: Load, staged: Staged) -> None:
    rows = staged.table
    latest = _latest_entry(staged).subquery()
    undated = rows.c.given_at.is_(None)
    load.connection.execute(
        update(rows)
        .values(
            given_at=case(
                (latest.c.granted == rows.c.granted, latest.c.given_at),
                (and_(rows.c.granted, latest.c.source != SOURCE), ALWAYS),
                else_=load.now,
            )
        )
        .where(undated, latest.c.entry == rows.c.entry)
    )
    load.connection.execute(update(rows).values(given_at=ALWAYS).where(undated))


def _latest_entry(staged: Staged) -> AnySelect:
    """For each row, the latest journal entry for the same customer, purpose and channel."""
    rows, consents = staged.table, table_of(Consent)
    return (
        select(rows.c.entry, consents.c.granted, consents.c.given_at, consents.c.source)
        .where(
            consents.c.customer_id == rows.c.customer_id,
            consents.c.purpose.is_not_distinct_from(rows.c.purpose),
            consents.c.channel.is_not_distinct_from(rows.c.channel),
        )
        .distinct(rows.c.entry)
        .order_by(rows.c.entry, consents.c.given_at.desc())
    )


CONSENTS = Kind(
    name=KindName("consents"),
    meaning="What a customer allowed, or refused.",
    columns=(
        STORE,
        *CUSTOMER_COLUMNS,
        Column(
            "purpose",
            choice_or_every("purpose or all", PURPOSES),
            "service, follow-up, survey, dunning, marketing; empty or all: every purpose",
        ),
        Column(
            "channel",
            choice_or_every("channel or all", CHANNELS),
            "sms, email, wechat, phone; empty or all: every channel",
        ),
        Column("granted", Holds.YES_NO, "yes: may be contacted; no: opted out", required=True),
        Column(
            "given_at",
            Holds.MOMENT,
            "when it was said; without it, always so, or from now on if changed",
            plausible=RECENT,
        ),
        Column("reason", Holds.TEXT, "in what words or why"),
    ),
    identity="customer, purpose, channel and moment; an entry on record is never changed",
    one_of=(("customer", "customer_phone"),),
    after=("customers",),
    api_scope="consents:write",
    load=load_consents,
    example={
        "store": "SH01",
        "customer": "C-1001",
        "purpose": "marketing",
        "channel": "sms",
        "granted": "no",
        "given_at": "2026-02-11 09:30",
    },
)
