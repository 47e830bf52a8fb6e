"""Finding a customer by key, phone number, e-mail address, name, number plate or VIN."""

from sqlalchemy import ColumnElement, Connection, Select, any_, func, literal, select
from sqlalchemy.dialects.postgresql import ARRAY

from models.core.errors import InvalidInput, NotFound
from models.core.masking import mask_contact
from models.people.tables import ContactPoint, Customer, CustomerKey, Store
from tasks.customers.spellings import identified_by

MOST_NAMED = 10


class UnknownCustomer(NotFound):
    """No customer matches."""

    def __init__(self, text: str) -> None:
        self.text = text
        super().__init__(
            f"No customer is known by '{text}'; expected a customer key, a phone number, an e-mail address, a name, "
            f"a number plate or a VIN."
        )


class AmbiguousCustomer(InvalidInput):
    """Several customers match."""

    def __init__(self, text: str, candidates: list[str]) -> None:
        self.text, self.candidates = text, candidates
        named = "; ".join(candidates[:MOST_NAMED])
        rest = len(candidates) - MOST_NAMED
        more = f"; and {rest} more" if rest > 0 else ""
        super().__init__(f"'{text}' may be any of {len(candidates)} customers: {named}{more}. Give the key of one.")


def find_customer(connection: Connection, text: str) -> int:
    """The id of the customer that matches a text. Raises `UnknownCustomer` or `AmbiguousCustomer`."""
    wanted = text.strip()
    for statement in (identified_by(connection, wanted), _by_name(wanted)):
        found = list(connection.scalars(statement))
        if len(found) == 1:
            return int(found[0])
        if found:
            raise AmbiguousCustomer(text, _describe(connection, found))
    raise UnknownCustomer(text)


def _by_name(text: str) -> Select[tuple[int]]:
    """Customers with this name, case-insensitively."""
    same: ColumnElement[bool] = func.lower(Customer.name) == text.lower()
    return select(Customer.id).where(same).order_by(Customer.id)


def _describe(connection: Connection, customer_ids: list[int]) -> list[str]:
    """Each candidate with key, name and store, and a number that distinguishes namesakes."""
    key = select(func.min(CustomerKey.key)).where(CustomerKey.customer_id == Customer.id).scalar_subquery()
    contact = (
        select(ContactPoint.value)
        .where(ContactPoint.customer_id == Customer.id)
        .order_by(ContactPoint.rank, ContactPoint.id)
        .limit(1)
        .scalar_subquery()
    )
    rows = connection.execute(
        select(key.label("key"), Customer.name, Store.code, contact.label("contact"))
        .join(Store, Store.id == Customer.store_id)
        .where(Customer.id == any_(literal(customer_ids, ARRAY(Customer.id.type))))
        .order_by(Customer.id)
    )
    return [
        f"{row.key or '(no key)'} {row.name}, {row.code}" + (f", {mask_contact(row.contact)}" if row.contact else "")
        for row in rows
    ]
