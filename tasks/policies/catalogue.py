"""The policies and templates in force: shipped ones installed, a store's own before them, versions kept."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import CTE, Connection, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from models.campaigns.tables import Campaign, CampaignVariant
from models.core.words import CAMPAIGNS, RECIPIENT, CampaignState, ProcessName, SubjectKind
from models.ledger.tables import PolicyVersion, Process, TemplateVersion
from models.people.tables import Store
from models.policies.policy import CONTACT_RULES, ContactRules, Policy
from models.policies.shipped import (
    LANGUAGES,
    ShippedTemplate,
    read_contact_rules,
    read_policy,
    shipped_contact_rules,
    shipped_policy,
    shipped_processes,
    shipped_templates,
)
from tasks.database.statement_comments import holds, nameless_cte
from tasks.subjects.contract import Among

LAST = 2**63 - 1
"""The last number that a row can have."""
SHIPPED = "aftercare"
"""Who made the versions that came with the software."""

INSTALL_LOCK = 727_003


@dataclass(frozen=True, slots=True)
class PolicyInForce:
    """A policy version, the stores it holds for, and the template versions that they use, by key and language."""

    version_id: int
    version: int
    policy: Policy
    stores: tuple[int, ...]
    templates: dict[tuple[str, str], int]
    among: Among | None = None
    """Of a campaign: the recipients that it is for."""


def install_shipped(connection: Connection, now: datetime) -> None:
    """Bring the shipped policies and templates into the database; a changed one becomes the next version.

    What people have activated for all stores stays active. Whoever comes second at the same moment waits, and finds
    it done.
    """
    connection.execute(select(func.pg_advisory_xact_lock(INSTALL_LOCK)))
    every_process = [{"name": process} for process in (*shipped_processes(), CAMPAIGNS)]
    connection.execute(insert(Process).values(every_process).on_conflict_do_nothing())
    _install_policies(connection, now)
    _install_templates(connection, now)


def _install_policies(connection: Connection, now: datetime) -> None:
    shipped: dict[str, Policy | ContactRules] = {process: shipped_policy(process) for process in shipped_processes()}
    there = connection.execute(
        select(PolicyVersion.name, PolicyVersion.body, PolicyVersion.active, PolicyVersion.created_by).where(
            PolicyVersion.store_id.is_(None), or_(PolicyVersion.active, PolicyVersion.created_by == SHIPPED)
        )
    ).all()
    changed = {row.name for row in there if row.active and row.created_by != SHIPPED}
    for name, policy in (shipped | {CONTACT_RULES: shipped_contact_rules()}).items():
        body = policy.model_dump(mode="json")
        known = any(row.name == name and row.body == body and row.created_by == SHIPPED for row in there)
        if name not in changed and not known:
            add_policy(connection, name, body, None, SHIPPED, now)


def _install_templates(connection: Connection, now: datetime) -> None:
    table = TemplateVersion
    there = select(table.key, table.language, table.subject, table.text, table.also, table.created_by).where(
        table.store_id.is_(None), table.active
    )
    rows = connection.execute(there).all()
    changed = {(key, language) for key, language, *_, author in rows if author != SHIPPED}
    known = {ShippedTemplate(*words) for *words, author in rows if author == SHIPPED}
    for template in shipped_templates():
        if (template.key, template.language) not in changed and template not in known:
            add_template(connection, template, None, SHIPPED, now)


def install_if_empty(connection: Connection, now: datetime) -> None:
    """Bring the shipped policies and templates into a database that has none; waits for nobody where there are."""
    if connection.execute(select(PolicyVersion.id).limit(1)).first() is None:
        install_shipped(connection, now)


def add_policy(
    connection: Connection, name: str, body: Mapping[str, object], store_id: int | None, author: str, now: datetime
) -> int:
    """Activate `body` as the next version of a policy, unless it is the active one; the version's number."""
    own = (PolicyVersion.name == name, PolicyVersion.store_id.is_not_distinct_from(store_id))
    active = connection.execute(
        select(PolicyVersion.version, PolicyVersion.body).where(*own, PolicyVersion.active)
    ).one_or_none()
    if active and active.body == body:
        return int(active.version)
    newest = connection.scalar(select(func.coalesce(func.max(PolicyVersion.version), 0)).where(*own)) or 0
    connection.execute(update(PolicyVersion).where(*own, PolicyVersion.active).values(active=False))
    connection.execute(
        insert(PolicyVersion).values(
            name=name, store_id=store_id, version=newest + 1, body=body, active=True, created_at=now, created_by=author
        )
    )
    return newest + 1


def add_template(
    connection: Connection, template: ShippedTemplate, store_id: int | None, author: str, now: datetime
) -> None:
    """Activate a template as the next version, unless it is the active one."""
    own = (
        TemplateVersion.key == template.key,
        TemplateVersion.language == template.language,
        TemplateVersion.store_id.is_not_distinct_from(store_id),
    )
    active = connection.execute(
        select(TemplateVersion.subject, TemplateVersion.text, TemplateVersion.also).where(*own, TemplateVersion.active)
    ).one_or_none()
    if active and tuple(active) == (template.subject, template.text, template.also):
        return
    newest = connection.scalar(select(func.coalesce(func.max(TemplateVersion.version), 0)).where(*own)) or 0
    connection.execute(update(TemplateVersion).where(*own, TemplateVersion.active).values(active=False))
    values = template._asdict() | {"store_id": store_id, "version": newest + 1, "active": True}
    connection.execute(insert(TemplateVersion).values(**values, created_at=now, created_by=author))


def policies_in_force(connection: Connection, process: ProcessName) -> list[PolicyInForce]:
    """The policies of a process, each with the stores it holds for. Raises `BadPolicy` for a body edited by hand.

    Of campaigns: those of every variant of each campaign that was launched and is not cancelled.
    """
    if process == CAMPAIGNS:
        return policies_of_campaigns(connection)
    templates = _templates_of_stores(connection)
    groups: dict[tuple[int, tuple[tuple[tuple[str, str], int], ...]], list[int]] = defaultdict(list)
    rows = {row.store_id: row for row in connection.execute(_effective(process))}
    for store_id, row in rows.items():
        groups[(row.id, tuple(sorted(templates[store_id].items())))].append(store_id)
    versions = {row.id: row for row in rows.values()}
    return [
        PolicyInForce(
            version_id,
            versions[version_id].version,
            read_policy(process, versions[version_id].body),
            tuple(sorted(stores)),
            dict(used),
        )
        for (version_id, used), stores in sorted(groups.items(), key=lambda group: group[1])
    ]


def kinds_of(process: ProcessName, policies: Sequence[PolicyInForce]) -> list[SubjectKind]:
    """What a process is about, by the policies that are in force."""
    if process == CAMPAIGNS:
        return [RECIPIENT]
    return list(dict.fromkeys(kind for in_force in policies for kind in in_force.policy.subjects))


def policies_of_campaigns(connection: Connection, campaign_id: int | None = None) -> list[PolicyInForce]:
    """The policies of the variants of one launched campaign, or of all that are not cancelled."""
    which = Campaign.state != CampaignState.CANCELLED if campaign_id is None else Campaign.id == campaign_id
    rows = connection.execute(
        select(Campaign.id, CampaignVariant.variant, PolicyVersion.id, PolicyVersion.version, PolicyVersion.body)
        .join(CampaignVariant, CampaignVariant.campaign_id == Campaign.id)
        .join(PolicyVersion, PolicyVersion.id == CampaignVariant.policy_version_id)
        .where(which)
        .order_by(Campaign.id, CampaignVariant.variant)
    ).all()
    stores = tuple(connection.scalars(select(Store.id).order_by(Store.id)))
    return [_of_variant(connection, row, stores) for row in rows]


def _of_variant(connection: Connection, row: Any, stores: tuple[int, ...]) -> PolicyInForce:
    campaign_id, variant, version_id, version, body = row
    policy = read_policy(CAMPAIGNS, body)
    keys = {step.template for step in policy.steps}
    used = connection.execute(
        select(TemplateVersion.key, TemplateVersion.language, TemplateVersion.id)
        .where(TemplateVersion.key.in_(keys), TemplateVersion.active)
        .order_by(TemplateVersion.key, TemplateVersion.language)
    )
    templates = {(row.key, row.language): row.id for row in used}
    return PolicyInForce(version_id, version, policy, stores, templates, Among(campaign_id, variant, 0, LAST))


def active_versions(connection: Connection, process: str) -> dict[str, int]:
    """The version of a process' policy that is active, by store code; `*`: every store without one of its own."""
    rows = connection.execute(
        select(func.coalesce(Store.code, "*").label("store"), PolicyVersion.version)
        .outerjoin(Store, Store.id == PolicyVersion.store_id)
        .where(PolicyVersion.name == process, PolicyVersion.active)
        .order_by(Store.code.nulls_first())
    )
    return {row.store: row.version for row in rows}


def contact_rules_in_force(connection: Connection) -> dict[int, ContactRules]:
    """The rules across processes, by store."""
    return {row.store_id: read_contact_rules(row.body) for row in connection.execute(_effective(CONTACT_RULES))}


def _effective(name: str) -> Any:
    """Per store: its own active version of a policy, or else the shipped one."""
    return (
        select(Store.id.label("store_id"), PolicyVersion.id, PolicyVersion.version, PolicyVersion.body)
        .join(PolicyVersion, (PolicyVersion.store_id == Store.id) | PolicyVersion.store_id.is_(None))
        .where(PolicyVersion.name == name, PolicyVersion.active)
        .distinct(Store.id)
        .order_by(Store.id, PolicyVersion.store_id.nulls_last())
    )


def _templates_of_stores(connection: Connection) -> dict[int, dict[tuple[str, str], int]]:
    """Per store: the active template versions by key and language, its own before the shipped ones."""
    rows = connection.execute(
        select(TemplateVersion.id, TemplateVersion.key, TemplateVersion.language, TemplateVersion.store_id)
        .where(TemplateVersion.active, TemplateVersion.language.in_(LANGUAGES))
        .order_by(TemplateVersion.store_id.nulls_first())
    ).all()
    stores = connection.scalars(select(Store.id)).all()
    return {
        store_id: {(row.key, row.language): row.id for row in rows if row.store_id in (None, store_id)}
        for store_id in stores
    }


def rule_in_force(rule: str) -> CTE:
    """Per store, the `value` of a rule: by the most important active policy that has it, a store's own first."""
    body = PolicyVersion.body
    of_policies = (
        select(Store.id.label("store_id"), body[("rules", rule)].label("value"), body["priority"].label("priority"))
        .join(PolicyVersion, (PolicyVersion.store_id == Store.id) | PolicyVersion.store_id.is_(None))
        .where(PolicyVersion.active, body["rules"].has_key(rule))
        .distinct(Store.id, PolicyVersion.name)
        .order_by(Store.id, PolicyVersion.name, PolicyVersion.store_id.nulls_last())
        .subquery()
    )
    row = of_policies.c
    return nameless_cte(
        select(row.store_id, row.value).distinct(row.store_id).order_by(row.store_id, row.priority.desc()),
        holds("per store, the value of the rule in force"),
    )
