"""Policies read and changed by people: checked whole before they are activated, every version kept."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, RowMapping, Select, select, update

from models.calls.queue import SERVING
from models.core.errors import InvalidInput, NotFound
from models.core.words import BY_STAFF, Role
from models.kits.letters import variables_of
from models.ledger.tables import PolicyVersion, TemplateVersion
from models.messages.rendering import check_template
from models.people.tables import Store
from models.policies.policy import CONTACT_RULES, MADE_FOR_CAMPAIGNS, ContactRules, Policy
from models.policies.shipped import read_contact_rules, read_policy
from tasks.ledger.audit import record
from tasks.policies.catalogue import add_policy
from tasks.policies.processes import UnknownProcess, standing_processes


class NoSuchPolicy(NotFound):
    """A policy, or a version of one, that there is not."""

    def __init__(self, name: str, store: str | None, version: int | None, processes: Iterable[str]) -> None:
        self.name, self.store, self.version = name, store, version
        whose = f" of store '{store}'" if store else ""
        which = f"no version {version} of" if version is not None else "no"
        known = (*processes, CONTACT_RULES)
        names = "" if name in known else f" The policies are {', '.join(known)}."
        super().__init__(f"There is {which} policy '{name}'{whose}.{names}")


class NoPolicyIn(NotFound):
    """Data that names no process, and has none of the rules across processes either."""

    def __init__(self, given: Iterable[str], processes: Iterable[str]) -> None:
        listed = ", ".join(sorted(given)) or "nothing"
        super().__init__(
            f"This is no policy: expected 'process', one of {', '.join(processes)}, or the rules across "
            f"processes ({', '.join(ContactRules.model_fields)}); found {listed}."
        )


class MissingTemplate(InvalidInput):
    """A step that says what no template has the words for."""

    def __init__(self, policy: str, place: str, template: str, known: Sequence[str]) -> None:
        self.policy, self.template = policy, template
        super().__init__(
            f"The policy '{policy}' is refused. {place}: there is no template '{template}'; "
            f"the templates are {', '.join(known)}."
        )


class RoleWithoutCalls(InvalidInput):
    """A step for a role whose people work neither calls nor tasks, so that it would be nobody's."""

    def __init__(self, policy: str, place: str, role: Role | None) -> None:
        self.policy, self.place, self.role = policy, place, role
        known = ", ".join(SERVING)
        super().__init__(
            f"Policy '{policy}', {place}: nobody of the role '{role}' works calls or tasks; expected one of {known}."
        )


class PolicyRow(NamedTuple):
    """One version of a policy."""

    name: str
    store: str | None
    """Null: it holds for every store that has none of its own."""
    version: int
    active: bool
    created_at: datetime
    created_by: str


def check_policy(connection: Connection, data: dict[str, object], store_id: int | None) -> Policy | ContactRules:
    """The policy that `data` describes, fit to be activated for a store or for all.

    Raises `NoPolicyIn`, `BadPolicy`, `UnknownProcess`, `RoleWithoutCalls`, `MissingTemplate`, `UnknownVariable`.
    """
    if "process" not in data:
        if not data.keys() & ContactRules.model_fields.keys():
            raise NoPolicyIn(data, standing_processes(connection))
        return read_contact_rules(data)
    policy = read_policy(str(data["process"]), data)
    standing = standing_processes(connection)
    if policy.process not in standing:
        raise UnknownProcess(policy.process, standing)
    texts = _texts_in_force(connection, store_id)
    for number, step in enumerate(policy.steps):
        if step.kind in BY_STAFF and step.role not in (None, *SERVING):
            raise RoleWithoutCalls(policy.process, f"steps[{number}].role", step.role)
        if step.template not in texts:
            place = f"steps[{number}].template"
            raise MissingTemplate(policy.process, place, step.template, sorted(texts))
        for text in texts[step.template]:
            check_template(step.template, text, variables_of(step.subject))
    return policy


def name_of(policy: Policy | ContactRules) -> str:
    """What a policy is kept under."""
    return CONTACT_RULES if isinstance(policy, ContactRules) else policy.process


def change_policy(
    connection: Connection, now: datetime, data: dict[str, object], store_id: int | None, author: str
) -> int:
    """Activate a policy as the next version, for a store or for all; its number. Raises what `check_policy` raises."""
    policy = check_policy(connection, data, store_id)
    name = name_of(policy)
    before = _active_version(connection, name, store_id)
    version = add_policy(connection, name, policy.model_dump(mode="json"), store_id, author, now)
    if version != before:
        _record(connection, now, author, "policy.changed", name, store_id, before, version)
    return version


def activate_policy(
    connection: Connection, now: datetime, name: str, version: int, store: str | None, store_id: int | None, author: str
) -> None:
    """Make a kept version the active one again. Raises `NoSuchPolicy`, and what `check_policy` raises."""
    body = read_version(connection, name, store, store_id, version)["body"]
    check_policy(connection, body, store_id)
    before = _active_version(connection, name, store_id)
    own = (PolicyVersion.name == name, PolicyVersion.store_id.is_not_distinct_from(store_id))
    connection.execute(update(PolicyVersion).where(*own, PolicyVersion.active).values(active=False))
    connection.execute(update(PolicyVersion).where(*own, PolicyVersion.version == version).values(active=True))
    if version != before:
        _record(connection, now, author, "policy.activated", name, store_id, before, version)


def read_version(
    connection: Connection, name: str, store: str | None, store_id: int | None, version: int | None
) -> RowMapping:
    """A version of a policy as it is kept; without a number, the one that holds. Raises `NoSuchPolicy`.

    A store that has none of its own goes by the one for all.
    """
    statement = select(PolicyVersion.__table__).where(PolicyVersion.name == name)
    whose: ColumnElement[bool]
    if version is None:
        whose = (PolicyVersion.store_id == store_id) | PolicyVersion.store_id.is_(None)
        statement = statement.where(whose, PolicyVersion.active).order_by(PolicyVersion.store_id.nulls_last()).limit(1)
    else:
        whose = PolicyVersion.store_id.is_not_distinct_from(store_id)
        statement = statement.where(whose, PolicyVersion.version == version)
    found = connection.execute(statement).mappings().one_or_none()
    if found is None:
        raise NoSuchPolicy(name, store, version, standing_processes(connection))
    return found


def list_policies(connection: Connection) -> list[PolicyRow]:
    """The active versions that people change; a campaign's is made when it begins, and frozen."""
    people_s = ~PolicyVersion.name.startswith(MADE_FOR_CAMPAIGNS)
    return _rows(connection, _versions().where(PolicyVersion.active, people_s))


def list_versions(connection: Connection, name: str) -> list[PolicyRow]:
    """Every version of a policy, of all and of each store. Raises `NoSuchPolicy`."""
    rows = _rows(connection, _versions().where(PolicyVersion.name == name))
    if not rows:
        raise NoSuchPolicy(name, None, None, standing_processes(connection))
    return rows


def _versions() -> Select[tuple[str, str, int, bool, datetime, str]]:
    return (
        select(
            PolicyVersion.name,
            Store.code,
            PolicyVersion.version,
            PolicyVersion.active,
            PolicyVersion.created_at,
            PolicyVersion.created_by,
        )
        .outerjoin(Store, Store.id == PolicyVersion.store_id)
        .order_by(PolicyVersion.name, Store.code.nulls_first(), PolicyVersion.version)
    )


def _rows(connection: Connection, statement: Select[tuple[str, str, int, bool, datetime, str]]) -> list[PolicyRow]:
    return [PolicyRow(*row) for row in connection.execute(statement)]


def _texts_in_force(connection: Connection, store_id: int | None) -> dict[str, list[str]]:
    """By template: the active texts, of every language, that a store or all stores may use."""
    whose = TemplateVersion.store_id.is_(None) | TemplateVersion.store_id.is_not_distinct_from(store_id)
    rows = connection.execute(
        select(TemplateVersion.key, TemplateVersion.subject, TemplateVersion.text, TemplateVersion.also).where(
            TemplateVersion.active, whose
        )
    )
    found: dict[str, list[str]] = {}
    for key, *texts in rows:
        found.setdefault(key, []).extend(text for text in texts if text)
    return found


def _active_version(connection: Connection, name: str, store_id: int | None) -> int | None:
    return connection.scalar(
        select(PolicyVersion.version).where(
            PolicyVersion.name == name,
            PolicyVersion.store_id.is_not_distinct_from(store_id),
            PolicyVersion.active,
        )
    )


def _record(
    connection: Connection,
    now: datetime,
    author: str,
    action: str,
    name: str,
    store_id: int | None,
    before: int | None,
    after: int,
) -> None:
    entity_id = f"{name}/{store_id}" if store_id else name
    record(connection, now, author, action, "policy", entity_id, {"version": before}, {"version": after})
