"""the shared database

Revision ID: 0001
Revises:
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("create extension if not exists pg_trgm")  # for finding customers by a part of their name
    op.create_table(
        "audit_entries",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("entity", sa.Text(), nullable=False),
        sa.Column("entity_id", sa.Text(), nullable=False),
        sa.Column("before", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("after", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entries")),
    )
    op.create_index("ix_audit_entries_at", "audit_entries", ["at"], unique=False)
    op.create_index("ix_audit_entries_entity_entity_id", "audit_entries", ["entity", "entity_id"], unique=False)
    op.create_table(
        "processes",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("enabled", sa.Boolean(), server_default="true", nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_processes")),
    )
    op.create_table(
        "runs",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("process", sa.Text(), nullable=False),
        sa.Column("prefect_run_id", sa.Uuid(), nullable=True),
        sa.Column("as_of", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("dry_run", sa.Boolean(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "running", "completed", "failed", name="runstate", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("started_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("finished_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("started_by", sa.Text(), nullable=False),
        sa.Column("account", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column(
            "policy_versions",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'::jsonb"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_runs")),
    )
    op.create_index("ix_runs_prefect_run_id", "runs", ["prefect_run_id"], unique=False)
    op.create_index("ix_runs_process_started_at", "runs", ["process", "started_at"], unique=False)
    op.create_index("ix_runs_started_at", "runs", ["started_at"], unique=False)
    op.create_index("ix_runs_state_started_at", "runs", ["state", "started_at"], unique=False)
    op.create_table(
        "seen_signatures",
        sa.Column("signature", sa.Text(), nullable=False),
        sa.Column("seen_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("signature", name=op.f("pk_seen_signatures")),
    )
    op.create_index("ix_seen_signatures_seen_at", "seen_signatures", [sa.literal_column("seen_at")], unique=False)
    op.create_table(
        "stores",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("time_zone", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), server_default="zh-CN", nullable=False),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("holiday_country", sa.Text(), nullable=True),
        sa.Column("contact_from", sa.Time(), server_default="09:00", nullable=False),
        sa.Column("contact_until", sa.Time(), server_default="20:00", nullable=False),
        sa.Column(
            "opening_hours",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'::jsonb"),
            nullable=False,
        ),
        sa.Column(
            "channels",
            postgresql.ARRAY(sa.Text()),
            server_default=sa.text("'{sms,email,wechat,phone}'"),
            nullable=False,
        ),
        sa.Column(
            "deadline_clock",
            sa.Enum(
                "around-the-clock",
                "working-hours",
                name="deadlineclock",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            server_default="around-the-clock",
            nullable=False,
        ),
        sa.Column("visit_minutes", sa.Integer(), server_default="30", nullable=False),
        sa.Column("visits_at_once", sa.Integer(), server_default="2", nullable=False),
        sa.CheckConstraint("language in ('zh-CN', 'en')", name=op.f("ck_stores_language")),
        sa.CheckConstraint("contact_from < contact_until", name=op.f("ck_stores_contact_hours")),
        sa.CheckConstraint("visit_minutes between 5 and 480", name=op.f("ck_stores_visit_minutes")),
        sa.CheckConstraint("visits_at_once >= 0", name=op.f("ck_stores_visits_at_once")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stores")),
        sa.UniqueConstraint("code", name=op.f("uq_stores_code")),
    )
    op.create_table(
        "api_keys",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("key_digest", sa.Text(), nullable=False),
        sa.Column("scopes", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("store_id", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("revoked_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("last_used_on", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["store_id"], ["stores.id"], name=op.f("fk_api_keys_store_id_stores")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_keys")),
        sa.UniqueConstraint("key_digest", name=op.f("uq_api_keys_key_digest")),
        sa.UniqueConstraint("name", name=op.f("uq_api_keys_name")),
    )
    op.create_table(
        "channel_pauses",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column(
            "channel",
            sa.Enum(
                "sms",
                "email",
                "wechat",
                "phone",
                name="channelname",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("store_id", sa.BigInteger(), nullable=True),
        sa.Column("paused_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("probe_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("resumed_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["store_id"], ["stores.id"], name=op.f("fk_channel_pauses_store_id_stores")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_channel_pauses")),
    )
    op.create_index(
        "uq_channel_pauses_active",
        "channel_pauses",
        ["channel", "store_id"],
        unique=True,
        postgresql_where=sa.text("resumed_at is null"),
        postgresql_nulls_not_distinct=True,
    )
    op.create_table(
        "customers",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("store_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("salutation", sa.Text(), nullable=True),
        sa.Column("language", sa.Text(), nullable=True),
        sa.Column("level", sa.Text(), nullable=True),
        sa.Column("birth_on", sa.Date(), nullable=True),
        sa.Column("area", sa.Text(), nullable=True),
        sa.Column("time_zone", sa.Text(), nullable=True),
        sa.Column("has_contract", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("created_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("erased_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.CheckConstraint("language in ('zh-CN', 'en')", name=op.f("ck_customers_language")),
        sa.ForeignKeyConstraint(["store_id"], ["stores.id"], name=op.f("fk_customers_store_id_stores")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_customers")),
    )
    op.create_index(
        "ix_customers_own_language",
        "customers",
        ["id", "language"],
        unique=False,
        postgresql_where=sa.text("language is not null"),
    )
    op.create_index(
        "ix_customers_name_begins",
        "customers",
        [sa.literal_column("lower(name)").label("lower_name")],
        unique=False,
        postgresql_ops={"lower_name": "text_pattern_ops"},
    )
    op.create_index(
        "ix_customers_name_letters",
        "customers",
        [sa.literal_column("regexp_split_to_array(regexp_replace(lower(name), '[ -~]+', '', 'g'), '')")],
        unique=False,
        postgresql_using="gin",
        postgresql_where=sa.text("lower(name) ~ '[^ -~]'"),
    )
    op.create_index(
        "ix_customers_name_part",
        "customers",
        [sa.literal_column("lower(name)").label("lower_name")],
        unique=False,
        postgresql_using="gin",
        postgresql_ops={"lower_name": "gin_trgm_ops"},
    )
    op.create_index(op.f("ix_customers_store_id"), "customers", ["store_id"], unique=False)
    op.create_table(
        "dispatchers",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("run_id", sa.Uuid(), nullable=True),
        sa.Column("started_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name=op.f("fk_dispatchers_run_id_runs")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dispatchers")),
    )
    op.create_table(
        "policy_versions",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("store_id", sa.BigInteger(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("body", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["store_id"], ["stores.id"], name=op.f("fk_policy_versions_store_id_stores")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_policy_versions")),
        sa.UniqueConstraint(
            "name",
            "store_id",
            "version",
            name=op.f("uq_policy_versions_name_store_id_version"),
            postgresql_nulls_not_distinct=True,
        ),
    )
    op.create_index(
        "uq_policy_versions_active",
        "policy_versions",
        ["name", "store_id"],
        unique=True,
        postgresql_where=sa.text("active"),
        postgresql_nulls_not_distinct=True,
    )
    op.create_table(
        "staff",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("store_id", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "agent",
                "advisor",
                "parts",
                "finance",
                "marketing",
                "manager",
                "admin",
                "operator",
                name="role",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("department", sa.Text(), nullable=True),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("active", sa.Boolean(), server_default="true", nullable=False),
        sa.ForeignKeyConstraint(["store_id"], ["stores.id"], name=op.f("fk_staff_store_id_stores")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff")),
        sa.UniqueConstraint("store_id", "code", name=op.f("uq_staff_store_id_code")),
    )
    op.create_table(
        "template_versions",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("store_id", sa.BigInteger(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("by_channel", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("also", sa.Text(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["store_id"], ["stores.id"], name=op.f("fk_template_versions_store_id_stores")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_template_versions")),
        sa.UniqueConstraint(
            "key",
            "language",
            "store_id",
            "version",
            name=op.f("uq_template_versions_key_language_store_id_version"),
            postgresql_nulls_not_distinct=True,
        ),
    )
    op.create_index(
        "uq_template_versions_active",
        "template_versions",
        ["key", "language", "store_id"],
        unique=True,
        postgresql_where=sa.text("active"),
        postgresql_nulls_not_distinct=True,
    )
    op.create_table(
        "accounts",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("store_id", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column("held_since", sa.Date(), nullable=True),
        sa.Column("hold_reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("fk_accounts_customer_id_customers")),
        sa.ForeignKeyConstraint(["store_id"], ["stores.id"], name=op.f("fk_accounts_store_id_stores")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accounts")),
        sa.UniqueConstraint("store_id", "key", name=op.f("uq_accounts_store_id_key")),
    )
    op.create_index(op.f("ix_accounts_customer_id"), "accounts", ["customer_id"], unique=False)
    op.create_table(
        "consents",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "purpose",
            sa.Enum(
                "service",
                "follow-up",
                "survey",
                "dunning",
                "marketing",
                name="purpose",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column(
            "channel",
            sa.Enum(
                "sms",
                "email",
                "wechat",
                "phone",
                name="channelname",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("granted", sa.Boolean(), nullable=False),
        sa.Column("given_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customers.id"], name=op.f("fk_consents_customer_id_customers"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consents")),
        sa.UniqueConstraint(
            "customer_id",
            "purpose",
            "channel",
            "given_at",
            name=op.f("uq_consents_customer_id_purpose_channel_given_at"),
            postgresql_nulls_not_distinct=True,
        ),
    )
    op.create_table(
        "contact_points",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "phone", "email", "wechat", name="contactkind", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("rank", sa.Integer(), server_default="1", nullable=False),
        sa.Column("takes_text", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("invalid_since", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("invalid_reason", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "kind <> 'phone' or value ~ '^[+][1-9][0-9]{4,14}$'", name=op.f("ck_contact_points_phone_is_e164")
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customers.id"], name=op.f("fk_contact_points_customer_id_customers"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_points")),
        sa.UniqueConstraint("customer_id", "kind", "value", name=op.f("uq_contact_points_customer_id_kind_value")),
    )
    op.create_index("ix_contact_points_kind_value", "contact_points", ["kind", "value"], unique=False)
    op.create_table(
        "customer_keys",
        sa.Column("store_id", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customers.id"], name=op.f("fk_customer_keys_customer_id_customers"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["store_id"], ["stores.id"], name=op.f("fk_customer_keys_store_id_stores")),
        sa.PrimaryKeyConstraint("store_id", "key", name=op.f("pk_customer_keys")),
    )
    op.create_index(op.f("ix_customer_keys_customer_id"), "customer_keys", ["customer_id"], unique=False)
    op.create_table(
        "survey_answers",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("store_id", sa.BigInteger(), nullable=False),
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "subject_kind",
            sa.Enum(
                "appointment",
                "handover",
                "repair-order",
                "warranty",
                "account",
                "case",
                "recipient",
                name="subjectkind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("subject_id", sa.BigInteger(), nullable=False),
        sa.Column("answered_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column(
            "source",
            sa.Enum("link", "reply", "call", name="surveysource", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("solved", sa.Integer(), nullable=True),
        sa.Column("punctual", sa.Integer(), nullable=True),
        sa.Column("price_clear", sa.Integer(), nullable=True),
        sa.Column("reception", sa.Integer(), nullable=True),
        sa.Column("premises", sa.Integer(), nullable=True),
        sa.Column("recommends", sa.Integer(), nullable=True),
        sa.Column("comment", sa.Text(), nullable=True),
        sa.CheckConstraint("premises between 1 and 5", name=op.f("ck_survey_answers_premises")),
        sa.CheckConstraint("price_clear between 1 and 5", name=op.f("ck_survey_answers_price_clear")),
        sa.CheckConstraint("punctual between 1 and 5", name=op.f("ck_survey_answers_punctual")),
        sa.CheckConstraint("reception between 1 and 5", name=op.f("ck_survey_answers_reception")),
        sa.CheckConstraint("recommends between 1 and 5", name=op.f("ck_survey_answers_recommends")),
        sa.CheckConstraint("solved between 1 and 5", name=op.f("ck_survey_answers_solved")),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customers.id"], name=op.f("fk_survey_answers_customer_id_customers"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["store_id"], ["stores.id"], name=op.f("fk_survey_answers_store_id_stores")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_survey_answers")),
        sa.UniqueConstraint("subject_kind", "subject_id", name=op.f("uq_survey_answers_subject_kind_subject_id")),
    )
    op.create_index(op.f("ix_survey_answers_customer_id"), "survey_answers", ["customer_id"], unique=False)
    op.create_index(
        "ix_survey_answers_store_id_answered_at", "survey_answers", ["store_id", "answered_at"], unique=False
    )
    op.create_table(
        "users",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("login", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "agent",
                "advisor",
                "parts",
                "finance",
                "marketing",
                "manager",
                "admin",
                "operator",
                name="role",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("store_id", sa.BigInteger(), nullable=True),
        sa.Column("staff_id", sa.BigInteger(), nullable=True),
        sa.Column("language", sa.Text(), nullable=True),
        sa.Column("active", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("must_change_password", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("failures", sa.Integer(), server_default="0", nullable=False),
        sa.Column("locked_until", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("created_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.CheckConstraint("language in ('zh-CN', 'en')", name=op.f("ck_users_language")),
        sa.CheckConstraint("login = lower(login) and login <> ''", name=op.f("ck_users_login_in_lower_case")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_users_staff_id_staff")),
        sa.ForeignKeyConstraint(["store_id"], ["stores.id"], name=op.f("fk_users_store_id_stores")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users")),
        sa.UniqueConstraint("login", name=op.f("uq_users_login")),
    )
    op.create_table(
        "vehicles",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("store_id", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("customer_id", sa.BigInteger(), nullable=True),
        sa.Column("vin", sa.Text(), nullable=True),
        sa.Column("plate", sa.Text(), nullable=True),
        sa.Column("make", sa.Text(), nullable=True),
        sa.Column("model", sa.Text(), nullable=True),
        sa.Column("model_year", sa.Integer(), nullable=True),
        sa.Column("disposed_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("fk_vehicles_customer_id_customers")),
        sa.ForeignKeyConstraint(["store_id"], ["stores.id"], name=op.f("fk_vehicles_store_id_stores")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vehicles")),
        sa.UniqueConstraint("store_id", "key", name=op.f("uq_vehicles_store_id_key")),
    )
    op.create_index(op.f("ix_vehicles_customer_id"), "vehicles", ["customer_id"], unique=False)
    op.create_index(
        "ix_vehicles_disposed",
        "vehicles",
        ["id", "disposed_on"],
        unique=False,
        postgresql_where=sa.text("disposed_on is not null"),
    )
    op.create_index(op.f("ix_vehicles_plate"), "vehicles", ["plate"], unique=False)
    op.create_index(op.f("ix_vehicles_vin"), "vehicles", ["vin"], unique=False)
    op.create_table(
        "appointments",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("store_id", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column("vehicle_id", sa.BigInteger(), nullable=True),
        sa.Column("advisor_id", sa.BigInteger(), nullable=True),
        sa.Column("starts_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "requested",
                "booked",
                "arrived",
                "completed",
                "cancelled",
                "no-show",
                name="appointmentstatus",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("work", sa.Text(), nullable=True),
        sa.Column(
            "work_kind",
            sa.Enum(
                "inspection",
                "maintenance",
                "repair",
                "other",
                name="workkind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            server_default="other",
            nullable=False,
        ),
        sa.Column("requested_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("booked_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("confirmed_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("other_time_asked_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("arrived_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("cancelled_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("moved_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column(
            "parts_state",
            sa.Enum(
                "unknown",
                "not-needed",
                "ready",
                "ordered",
                "missing",
                name="partsstate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            server_default="unknown",
            nullable=False,
        ),
        sa.Column("departments", postgresql.ARRAY(sa.Text()), nullable=True),
        sa.ForeignKeyConstraint(["advisor_id"], ["staff.id"], name=op.f("fk_appointments_advisor_id_staff")),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("fk_appointments_customer_id_customers")),
        sa.ForeignKeyConstraint(["store_id"], ["stores.id"], name=op.f("fk_appointments_store_id_stores")),
        sa.ForeignKeyConstraint(["vehicle_id"], ["vehicles.id"], name=op.f("fk_appointments_vehicle_id_vehicles")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appointments")),
        sa.UniqueConstraint("store_id", "key", name=op.f("uq_appointments_store_id_key")),
    )
    op.create_index("ix_appointments_booked_at", "appointments", ["booked_at"], unique=False)
    op.create_index(op.f("ix_appointments_customer_id"), "appointments", ["customer_id"], unique=False)
    op.create_index(
        "ix_appointments_inspections",
        "appointments",
        ["vehicle_id"],
        unique=False,
        postgresql_where=sa.text("work_kind = 'inspection'"),
    )
    op.create_index(
        "ix_appointments_inspections_unnamed",
        "appointments",
        ["customer_id"],
        unique=False,
        postgresql_where=sa.text("work_kind = 'inspection' and vehicle_id is null"),
    )
    op.create_index(
        "ix_appointments_moved_at",
        "appointments",
        ["moved_at"],
        unique=False,
        postgresql_where=sa.text("moved_at is not null"),
    )
    op.create_index(
        "ix_appointments_other_time_asked_at",
        "appointments",
        ["other_time_asked_at"],
        unique=False,
        postgresql_where=sa.text("other_time_asked_at is not null"),
    )
    op.create_index(
        "ix_appointments_requests",
        "appointments",
        ["requested_at"],
        unique=False,
        postgresql_where=sa.text("status = 'requested'"),
    )
    op.create_index("ix_appointments_starts_at", "appointments", ["starts_at"], unique=False)
    op.create_index(op.f("ix_appointments_vehicle_id"), "appointments", ["vehicle_id"], unique=False)
    op.create_table(
        "browser_sessions",
        sa.Column("token_digest", sa.Text(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("seen_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("expires_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_browser_sessions_user_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("token_digest", name=op.f("pk_browser_sessions")),
    )
    op.create_index(op.f("ix_browser_sessions_expires_at"), "browser_sessions", ["expires_at"], unique=False)
    op.create_index(op.f("ix_browser_sessions_user_id"), "browser_sessions", ["user_id"], unique=False)
    op.create_table(
        "handovers",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("store_id", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column("vehicle_id", sa.BigInteger(), nullable=True),
        sa.Column("salesperson", sa.Text(), nullable=True),
        sa.Column("handed_over_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("fk_handovers_customer_id_customers")),
        sa.ForeignKeyConstraint(["store_id"], ["stores.id"], name=op.f("fk_handovers_store_id_stores")),
        sa.ForeignKeyConstraint(["vehicle_id"], ["vehicles.id"], name=op.f("fk_handovers_vehicle_id_vehicles")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handovers")),
        sa.UniqueConstraint("store_id", "key", name=op.f("uq_handovers_store_id_key")),
    )
    op.create_index(op.f("ix_handovers_customer_id"), "handovers", ["customer_id"], unique=False)
    op.create_index(
        "ix_handovers_handed_over_on",
        "handovers",
        ["handed_over_on"],
        unique=False,
        postgresql_include=["id", "store_id", "customer_id", "vehicle_id"],
    )
    op.create_index(
        "ix_handovers_vehicle_id_handed_over_on",
        "handovers",
        ["vehicle_id", "handed_over_on"],
        unique=False,
        postgresql_include=["customer_id"],
    )
    op.create_table(
        "invoices",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("store_id", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("invoice", "credit-note", name="invoicekind", native_enum=False, create_constraint=True, length=40),
            server_default="invoice",
            nullable=False,
        ),
        sa.Column("issued_on", sa.Date(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("amount", sa.Numeric(precision=14, scale=2), nullable=False),
        sa.Column("currency", sa.CHAR(length=3), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "open",
                "disputed",
                "settled",
                "void",
                name="invoicestatus",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            server_default="open",
            nullable=False,
        ),
        sa.Column("status_on", sa.Date(), nullable=True),
        sa.Column("settled_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_invoices_account_id_accounts")),
        sa.ForeignKeyConstraint(["store_id"], ["stores.id"], name=op.f("fk_invoices_store_id_stores")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invoices")),
        sa.UniqueConstraint("store_id", "key", name=op.f("uq_invoices_store_id_key")),
    )
    op.create_index("ix_invoices_account_id", "invoices", ["account_id"], unique=False)
    op.create_index("ix_invoices_settled_on_due_on", "invoices", ["settled_on", "due_on"], unique=False)
    op.create_table(
        "odometer_readings",
        sa.Column("vehicle_id", sa.BigInteger(), nullable=False),
        sa.Column("read_on", sa.Date(), nullable=False),
        sa.Column("kilometres", sa.Integer(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["vehicle_id"], ["vehicles.id"], name=op.f("fk_odometer_readings_vehicle_id_vehicles"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("vehicle_id", "read_on", name=op.f("pk_odometer_readings")),
    )
    op.create_table(
        "leads",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("store_id", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "urgency",
            sa.Enum("O", "H", "A", "B", name="leadurgency", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("model", sa.Text(), nullable=True),
        sa.Column(
            "state",
            sa.Enum("open", "won", "lost", name="leadstate", native_enum=False, create_constraint=True, length=40),
            server_default="open",
            nullable=False,
        ),
        sa.Column("lost_reason", sa.Text(), nullable=True),
        sa.Column("created_on", sa.Date(), nullable=False),
        sa.Column("contacted_on", sa.Date(), nullable=True),
        sa.Column("state_on", sa.Date(), nullable=True),
        sa.CheckConstraint("state <> 'lost' or lost_reason is not null", name=op.f("ck_leads_lost_for_a_reason")),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("fk_leads_customer_id_customers")),
        sa.ForeignKeyConstraint(["store_id"], ["stores.id"], name=op.f("fk_leads_store_id_stores")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_leads")),
        sa.UniqueConstraint("store_id", "key", name=op.f("uq_leads_store_id_key")),
    )
    op.create_index(op.f("ix_leads_customer_id"), "leads", ["customer_id"], unique=False)
    op.create_table(
        "promises",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("store_id", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("made_on", sa.Date(), nullable=False),
        sa.Column("promised_for", sa.Date(), nullable=False),
        sa.Column("amount", sa.Numeric(), nullable=True),
        sa.Column("currency", sa.CHAR(length=3), nullable=True),
        sa.CheckConstraint("(amount is null) = (currency is null)", name=op.f("ck_promises_amount_has_currency")),
        sa.CheckConstraint("made_on <= promised_for", name=op.f("ck_promises_made_before")),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_promises_account_id_accounts")),
        sa.ForeignKeyConstraint(["store_id"], ["stores.id"], name=op.f("fk_promises_store_id_stores")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_promises")),
        sa.UniqueConstraint("store_id", "key", name=op.f("uq_promises_store_id_key")),
    )
    op.create_index(op.f("ix_promises_account_id"), "promises", ["account_id"], unique=False)
    op.create_table(
        "repair_orders",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("store_id", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column("vehicle_id", sa.BigInteger(), nullable=True),
        sa.Column("advisor_id", sa.BigInteger(), nullable=True),
        sa.Column("work", sa.Text(), nullable=True),
        sa.Column(
            "work_kind",
            sa.Enum(
                "inspection",
                "maintenance",
                "repair",
                "other",
                name="workkind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            server_default="other",
            nullable=False,
        ),
        sa.Column("opened_on", sa.Date(), nullable=True),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["advisor_id"], ["staff.id"], name=op.f("fk_repair_orders_advisor_id_staff")),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("fk_repair_orders_customer_id_customers")),
        sa.ForeignKeyConstraint(["store_id"], ["stores.id"], name=op.f("fk_repair_orders_store_id_stores")),
        sa.ForeignKeyConstraint(["vehicle_id"], ["vehicles.id"], name=op.f("fk_repair_orders_vehicle_id_vehicles")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_repair_orders")),
        sa.UniqueConstraint("store_id", "key", name=op.f("uq_repair_orders_store_id_key")),
    )
    op.create_index(
        "ix_repair_orders_closed_on",
        "repair_orders",
        ["closed_on"],
        unique=False,
        postgresql_include=["id", "store_id", "customer_id", "vehicle_id"],
    )
    op.create_index(op.f("ix_repair_orders_customer_id"), "repair_orders", ["customer_id"], unique=False)
    op.create_index(
        "ix_repair_orders_inspections",
        "repair_orders",
        ["vehicle_id", "closed_on"],
        unique=False,
        postgresql_where=sa.text("work_kind = 'inspection'"),
    )
    op.create_index(op.f("ix_repair_orders_vehicle_id"), "repair_orders", ["vehicle_id"], unique=False)
    op.create_table(
        "touches",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("process", sa.Text(), nullable=False),
        sa.Column(
            "subject_kind",
            sa.Enum(
                "appointment",
                "handover",
                "repair-order",
                "warranty",
                "account",
                "case",
                "recipient",
                name="subjectkind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("subject_id", sa.BigInteger(), nullable=False),
        sa.Column("anchor_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("message", "call", "task", name="stepkind", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column(
            "purpose",
            sa.Enum(
                "service",
                "follow-up",
                "survey",
                "dunning",
                "marketing",
                name="purpose",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("obligation", sa.Boolean(), nullable=False),
        sa.Column("works_holidays", sa.Boolean(), nullable=False),
        sa.Column("store_id", sa.BigInteger(), nullable=False),
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column("policy_version_id", sa.BigInteger(), nullable=False),
        sa.Column("template_version_id", sa.BigInteger(), nullable=False),
        sa.Column("channels", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("conditions", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "agent",
                "advisor",
                "parts",
                "finance",
                "marketing",
                "manager",
                "admin",
                "operator",
                name="role",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("approval", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column(
            "opens_case",
            sa.Enum(
                "complaint",
                "broken-promise",
                "finance-handover",
                "booking-request",
                name="casekind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("holds_account", sa.Boolean(), nullable=False),
        sa.Column("due_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("valid_until", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("not_before", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "planned",
                "awaiting-approval",
                "claimed",
                "sending",
                "sent",
                "ready",
                "done",
                "cancelled",
                "superseded",
                "skipped",
                "failed",
                "unknown",
                name="touchstate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("state_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column(
            "gate",
            sa.Enum(
                "validity",
                "facts",
                "anchor",
                "consent",
                "contact-point",
                "complaint",
                "channel",
                "quiet-hours",
                "cap",
                "campaign",
                "retry",
                "approval",
                "none",
                name="gate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("figures", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("planned_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("planned_by", sa.Uuid(), nullable=True),
        sa.Column("approved_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("approved_by", sa.BigInteger(), nullable=True),
        sa.Column("claimed_by", sa.BigInteger(), nullable=True),
        sa.Column("contacted_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column(
            "channel",
            sa.Enum(
                "sms",
                "email",
                "wechat",
                "phone",
                name="channelname",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("contact_point_id", sa.BigInteger(), nullable=True),
        sa.Column("resendable", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("message_id", sa.Text(), nullable=True),
        sa.Column("merged_into", sa.Uuid(), nullable=True),
        sa.Column("subject_line", sa.Text(), nullable=True),
        sa.Column("body", sa.Text(), nullable=True),
        sa.Column("delivered_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("assigned_to", sa.BigInteger(), nullable=True),
        sa.Column("held_by", sa.BigInteger(), nullable=True),
        sa.Column("held_until", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column(
            "outcome",
            sa.Enum(
                "reached-satisfied",
                "reached-not-satisfied",
                "reached",
                "promised",
                "no-answer",
                "wrong-number",
                "refuses-contact",
                "callback",
                name="calloutcome",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.CheckConstraint(
            "(state in ('claimed', 'sending')) = (claimed_by is not null)",
            name=op.f("ck_touches_claimed_by_a_dispatcher"),
        ),
        sa.CheckConstraint("due_at < valid_until", name=op.f("ck_touches_valid_after_due")),
        sa.ForeignKeyConstraint(["approved_by"], ["staff.id"], name=op.f("fk_touches_approved_by_staff")),
        sa.ForeignKeyConstraint(["assigned_to"], ["staff.id"], name=op.f("fk_touches_assigned_to_staff")),
        sa.ForeignKeyConstraint(["claimed_by"], ["dispatchers.id"], name=op.f("fk_touches_claimed_by_dispatchers")),
        sa.ForeignKeyConstraint(
            ["contact_point_id"],
            ["contact_points.id"],
            name=op.f("fk_touches_contact_point_id_contact_points"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("fk_touches_customer_id_customers")),
        sa.ForeignKeyConstraint(["held_by"], ["staff.id"], name=op.f("fk_touches_held_by_staff")),
        sa.ForeignKeyConstraint(["merged_into"], ["touches.id"], name=op.f("fk_touches_merged_into_touches")),
        sa.ForeignKeyConstraint(["planned_by"], ["runs.id"], name=op.f("fk_touches_planned_by_runs")),
        sa.ForeignKeyConstraint(
            ["policy_version_id"], ["policy_versions.id"], name=op.f("fk_touches_policy_version_id_policy_versions")
        ),
        sa.ForeignKeyConstraint(["process"], ["processes.name"], name=op.f("fk_touches_process_processes")),
        sa.ForeignKeyConstraint(["store_id"], ["stores.id"], name=op.f("fk_touches_store_id_stores")),
        sa.ForeignKeyConstraint(
            ["template_version_id"],
            ["template_versions.id"],
            name=op.f("fk_touches_template_version_id_template_versions"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_touches")),
        sa.UniqueConstraint("subject_kind", "subject_id", "process", "anchor_at", "step", name="uq_touches_once"),
    )
    op.create_index(
        "ix_touches_awaiting_approval",
        "touches",
        ["due_at", "id"],
        unique=False,
        postgresql_where=sa.text("state = 'awaiting-approval'"),
    )
    op.create_index("ix_touches_customer_id_contacted_at", "touches", ["customer_id", "contacted_at"], unique=False)
    op.create_index(
        "ix_touches_due",
        "touches",
        [sa.literal_column("priority desc"), "not_before"],
        unique=False,
        postgresql_where=sa.text("state = 'planned' and process <> 'campaigns'"),
    )
    op.create_index("ix_touches_due_at", "touches", ["due_at", "id"], unique=False)
    op.create_index(
        "ix_touches_ended",
        "touches",
        ["state", "due_at", "id"],
        unique=False,
        postgresql_where=sa.text("state in ('done', 'cancelled', 'skipped', 'superseded')"),
    )
    op.create_index(
        "ix_touches_of_campaigns",
        "touches",
        ["policy_version_id", "state", "not_before"],
        unique=False,
        postgresql_where=sa.text("process = 'campaigns'"),
    )
    op.create_index(
        "ix_touches_in_flight",
        "touches",
        ["claimed_by"],
        unique=False,
        postgresql_where=sa.text("state in ('claimed', 'sending')"),
    )
    op.create_index(
        "ix_touches_message_id",
        "touches",
        ["message_id"],
        unique=False,
        postgresql_where=sa.text("message_id is not null"),
    )
    op.create_index(
        "ix_touches_open",
        "touches",
        ["process"],
        unique=False,
        postgresql_where=sa.text("state in ('planned', 'awaiting-approval', 'ready')"),
    )
    op.create_index(
        "ix_touches_ready",
        "touches",
        ["store_id", "not_before"],
        unique=False,
        postgresql_where=sa.text("state = 'ready'"),
    )
    op.create_index(
        "ix_touches_tasks_done",
        "touches",
        ["assigned_to", "state_at"],
        unique=False,
        postgresql_where=sa.text("kind = 'task' and state = 'done'"),
    )
    op.create_index(
        "ix_touches_unsettled",
        "touches",
        ["state_at"],
        unique=False,
        postgresql_where=sa.text("state in ('unknown', 'failed')"),
    )
    op.create_table(
        "warranties",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("store_id", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("vehicle_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("limit_kilometres", sa.Integer(), nullable=True),
        sa.CheckConstraint("starts_on <= ends_on", name=op.f("ck_warranties_starts_before_end")),
        sa.ForeignKeyConstraint(["store_id"], ["stores.id"], name=op.f("fk_warranties_store_id_stores")),
        sa.ForeignKeyConstraint(["vehicle_id"], ["vehicles.id"], name=op.f("fk_warranties_vehicle_id_vehicles")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_warranties")),
        sa.UniqueConstraint("store_id", "key", name=op.f("uq_warranties_store_id_key")),
    )
    op.create_index(op.f("ix_warranties_vehicle_id"), "warranties", ["vehicle_id"], unique=False)
    op.create_table(
        "appointment_changes",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("appointment_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("moved", "cancelled", name="changekind", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("from_starts_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("to_starts_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("changed_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("by_customer", sa.Boolean(), server_default="false", nullable=False),
        sa.ForeignKeyConstraint(
            ["appointment_id"],
            ["appointments.id"],
            name=op.f("fk_appointment_changes_appointment_id_appointments"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appointment_changes")),
    )
    op.create_index(
        op.f("ix_appointment_changes_appointment_id"), "appointment_changes", ["appointment_id"], unique=False
    )
    op.create_table(
        "call_attempts",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("touch_id", sa.Uuid(), nullable=False),
        sa.Column("attempted_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("staff_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "outcome",
            sa.Enum(
                "reached-satisfied",
                "reached-not-satisfied",
                "reached",
                "promised",
                "no-answer",
                "wrong-number",
                "refuses-contact",
                "callback",
                name="calloutcome",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("again_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_call_attempts_staff_id_staff")),
        sa.ForeignKeyConstraint(["touch_id"], ["touches.id"], name=op.f("fk_call_attempts_touch_id_touches")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call_attempts")),
    )
    op.create_index(
        "ix_call_attempts_staff_id_attempted_at", "call_attempts", ["staff_id", "attempted_at"], unique=False
    )
    op.create_index(op.f("ix_call_attempts_touch_id"), "call_attempts", ["touch_id"], unique=False)
    op.create_table(
        "cases",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("store_id", sa.BigInteger(), nullable=False),
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "complaint",
                "broken-promise",
                "finance-handover",
                "booking-request",
                name="casekind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "open",
                "answered",
                "solved",
                "closed",
                name="casestate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("opened_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("answer_by", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("solve_by", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("answered_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("solved_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("closed_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("owner_id", sa.BigInteger(), nullable=True),
        sa.Column("touch_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("fk_cases_customer_id_customers")),
        sa.ForeignKeyConstraint(["owner_id"], ["staff.id"], name=op.f("fk_cases_owner_id_staff")),
        sa.ForeignKeyConstraint(["store_id"], ["stores.id"], name=op.f("fk_cases_store_id_stores")),
        sa.ForeignKeyConstraint(["touch_id"], ["touches.id"], name=op.f("fk_cases_touch_id_touches")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cases")),
        sa.UniqueConstraint("kind", "cause", name=op.f("uq_cases_kind_cause")),
    )
    op.create_index(
        "ix_cases_closed_at", "cases", ["closed_at"], unique=False, postgresql_where=sa.text("state = 'closed'")
    )
    op.create_index(op.f("ix_cases_customer_id"), "cases", ["customer_id"], unique=False)
    op.create_index(
        "ix_cases_open", "cases", ["store_id", "state"], unique=False, postgresql_where=sa.text("state <> 'closed'")
    )
    op.create_table(
        "delivery_receipts",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("touch_id", sa.Uuid(), nullable=True),
        sa.Column("message_id", sa.Text(), nullable=True),
        sa.Column(
            "status",
            sa.Enum(
                "delivered", "undelivered", name="receiptstatus", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("reported_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("received_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("held", sa.Boolean(), server_default="false", nullable=False),
        sa.CheckConstraint(
            "touch_id is not null or message_id is not null", name=op.f("ck_delivery_receipts_of_a_message")
        ),
        sa.ForeignKeyConstraint(["touch_id"], ["touches.id"], name=op.f("fk_delivery_receipts_touch_id_touches")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery_receipts")),
        sa.UniqueConstraint("touch_id", "status", name=op.f("uq_delivery_receipts_touch_id_status")),
    )
    op.create_index(
        "ix_delivery_receipts_held",
        "delivery_receipts",
        ["received_at"],
        unique=False,
        postgresql_where=sa.text("held"),
    )
    op.create_index(
        "uq_delivery_receipts_without_touch",
        "delivery_receipts",
        ["message_id", "status"],
        unique=True,
        postgresql_where=sa.text("touch_id is null"),
    )
    op.create_table(
        "payments",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("store_id", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("invoice_id", sa.BigInteger(), nullable=True),
        sa.Column("paid_on", sa.Date(), nullable=False),
        sa.Column("amount", sa.Numeric(precision=14, scale=2), nullable=False),
        sa.Column("currency", sa.CHAR(length=3), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_payments_account_id_accounts")),
        sa.ForeignKeyConstraint(["invoice_id"], ["invoices.id"], name=op.f("fk_payments_invoice_id_invoices")),
        sa.ForeignKeyConstraint(["store_id"], ["stores.id"], name=op.f("fk_payments_store_id_stores")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payments")),
        sa.UniqueConstraint("store_id", "key", name=op.f("uq_payments_store_id_key")),
    )
    op.create_index(op.f("ix_payments_account_id"), "payments", ["account_id"], unique=False)
    op.create_index(op.f("ix_payments_invoice_id"), "payments", ["invoice_id"], unique=False)
    op.create_table(
        "replies",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("customer_id", sa.BigInteger(), nullable=True),
        sa.Column("sender", sa.Text(), nullable=False),
        sa.Column(
            "channel",
            sa.Enum(
                "sms",
                "email",
                "wechat",
                "phone",
                name="channelname",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column(
            "meaning",
            sa.Enum(
                "confirm",
                "other-time",
                "mark",
                "stop",
                "unreadable",
                name="replymeaning",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("received_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("appointment_id", sa.BigInteger(), nullable=True),
        sa.Column("message_id", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["appointment_id"], ["appointments.id"], name=op.f("fk_replies_appointment_id_appointments")
        ),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("fk_replies_customer_id_customers")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_replies")),
        sa.UniqueConstraint("message_id", name=op.f("uq_replies_message_id")),
    )
    op.create_index(op.f("ix_replies_customer_id"), "replies", ["customer_id"], unique=False)
    op.create_table(
        "verdicts",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("touch_id", sa.Uuid(), nullable=False),
        sa.Column(
            "gate",
            sa.Enum(
                "validity",
                "facts",
                "anchor",
                "consent",
                "contact-point",
                "complaint",
                "channel",
                "quiet-hours",
                "cap",
                "campaign",
                "retry",
                "approval",
                "none",
                name="gate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "decision",
            sa.Enum("pass", "hold", "stop", name="decision", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("figures", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("decided_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("until", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("run_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name=op.f("fk_verdicts_run_id_runs")),
        sa.ForeignKeyConstraint(["touch_id"], ["touches.id"], name=op.f("fk_verdicts_touch_id_touches")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_verdicts")),
    )
    op.create_index(op.f("ix_verdicts_touch_id"), "verdicts", ["touch_id"], unique=False)
    op.create_table(
        "warranty_ends",
        sa.Column("warranty_id", sa.BigInteger(), nullable=False),
        sa.Column("known_from", sa.Date(), nullable=False),
        sa.Column("known_until", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column(
            "basis",
            sa.Enum("date", "mileage", name="endbasis", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("figures", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.CheckConstraint("known_from < known_until", name=op.f("ck_warranty_ends_known")),
        sa.ForeignKeyConstraint(
            ["warranty_id"], ["warranties.id"], name=op.f("fk_warranty_ends_warranty_id_warranties"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("warranty_id", "known_from", name=op.f("pk_warranty_ends")),
    )
    op.create_index("ix_warranty_ends_ends_on", "warranty_ends", ["ends_on"], unique=False)
    op.create_table(
        "case_notes",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("written_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_case_notes_case_id_cases")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_notes")),
    )
    op.create_index(op.f("ix_case_notes_case_id"), "case_notes", ["case_id"], unique=False)
    op.create_table(
        "department_notices",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("change_id", sa.BigInteger(), nullable=False),
        sa.Column("department", sa.Text(), nullable=False),
        sa.Column("told_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("acknowledged_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("acknowledged_by", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "(acknowledged_at is null) = (acknowledged_by is null)",
            name=op.f("ck_department_notices_acknowledged_by_someone"),
        ),
        sa.ForeignKeyConstraint(
            ["acknowledged_by"], ["staff.id"], name=op.f("fk_department_notices_acknowledged_by_staff")
        ),
        sa.ForeignKeyConstraint(
            ["change_id"],
            ["appointment_changes.id"],
            name=op.f("fk_department_notices_change_id_appointment_changes"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_department_notices")),
        sa.UniqueConstraint("change_id", "department", name=op.f("uq_department_notices_change_id_department")),
    )
    op.create_index(
        "ix_department_notices_waiting",
        "department_notices",
        ["told_at"],
        unique=False,
        postgresql_where=sa.text("acknowledged_at is null"),
    )

    op.create_table(
        "audience_lists",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("store_id", sa.BigInteger(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("made_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["store_id"], ["stores.id"], name=op.f("fk_audience_lists_store_id_stores")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audience_lists")),
    )
    op.create_table(
        "audiences",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("store_id", sa.BigInteger(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("rule", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("changed_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("changed_by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["store_id"], ["stores.id"], name=op.f("fk_audiences_store_id_stores")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audiences")),
        sa.UniqueConstraint(
            "store_id", "name", name=op.f("uq_audiences_store_id_name"), postgresql_nulls_not_distinct=True
        ),
    )
    op.create_table(
        "campaigns",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("store_id", sa.BigInteger(), nullable=True),
        sa.Column("recipe", sa.Text(), nullable=True),
        sa.Column("plan", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "awaiting-approval",
                "approved",
                "canary",
                "trial",
                "rest",
                "finished",
                "cancelled",
                name="campaignstate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("state_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("created_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("approver", sa.Text(), nullable=True),
        sa.Column("approved_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("approved_fingerprint", sa.Text(), nullable=True),
        sa.Column("approved_size", sa.Integer(), nullable=True),
        sa.Column("approval_ends_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("prefect_run_id", sa.Uuid(), nullable=True),
        sa.Column("launches_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("launched_by", sa.Text(), nullable=True),
        sa.Column("frozen_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("winner", sa.Text(), nullable=True),
        sa.Column("recipients_after", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("canary_to", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("trial_to", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("rest_to", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("control_to", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("planned_up_to", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("trial_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("rest_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("followed_up_to", sa.BigInteger(), nullable=True),
        sa.Column("followed_up_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("paused_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("paused_by", sa.Text(), nullable=True),
        sa.Column("held_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("held_reason", sa.Text(), nullable=True),
        sa.Column("let_go_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("notice", sa.Text(), nullable=True),
        sa.Column("budget", sa.Numeric(precision=14, scale=2), nullable=True),
        sa.Column("spent", sa.Numeric(precision=14, scale=4), server_default="0", nullable=False),
        sa.Column("dearest_message", sa.Numeric(precision=14, scale=4), nullable=True),
        sa.Column("finished_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("cleared_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.CheckConstraint("(approver is null) = (approved_at is null)", name=op.f("ck_campaigns_approved_by_someone")),
        sa.CheckConstraint("(held_at is null) = (held_reason is null)", name=op.f("ck_campaigns_held_with_a_reason")),
        sa.CheckConstraint("(paused_at is null) = (paused_by is null)", name=op.f("ck_campaigns_paused_by_someone")),
        sa.ForeignKeyConstraint(["store_id"], ["stores.id"], name=op.f("fk_campaigns_store_id_stores")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaigns")),
    )
    op.create_index("ix_campaigns_created_at", "campaigns", ["created_at"], unique=False)
    op.create_index(
        "ix_campaigns_live",
        "campaigns",
        ["state"],
        unique=False,
        postgresql_where=sa.text("state in ('awaiting-approval', 'approved', 'canary', 'trial', 'rest')"),
    )
    op.create_table(
        "audience_list_members",
        sa.Column("list_id", sa.BigInteger(), nullable=False),
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["customer_id"],
            ["customers.id"],
            name=op.f("fk_audience_list_members_customer_id_customers"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["list_id"],
            ["audience_lists.id"],
            name=op.f("fk_audience_list_members_list_id_audience_lists"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("list_id", "customer_id", name=op.f("pk_audience_list_members")),
    )
    op.create_table(
        "campaign_recipients",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("campaign_id", sa.BigInteger(), nullable=False),
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "wave",
            sa.Enum(
                "control", "canary", "trial", "rest", name="wave", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("variant", sa.Text(), nullable=True),
        sa.Column("anchor_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column(
            "answer",
            sa.Enum(
                "interested",
                "not-interested",
                "replied",
                name="campaignanswer",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("answered_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.CheckConstraint("(answer is null) = (answered_at is null)", name=op.f("ck_campaign_recipients_answered_at")),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaigns.id"], name=op.f("fk_campaign_recipients_campaign_id_campaigns")
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customers.id"], name=op.f("fk_campaign_recipients_customer_id_customers")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign_recipients")),
        sa.UniqueConstraint("campaign_id", "customer_id", name=op.f("uq_campaign_recipients_campaign_id_customer_id")),
    )
    op.create_index(op.f("ix_campaign_recipients_customer_id"), "campaign_recipients", ["customer_id"], unique=False)
    op.create_table(
        "campaign_variants",
        sa.Column("campaign_id", sa.BigInteger(), nullable=False),
        sa.Column("variant", sa.Text(), nullable=False),
        sa.Column("policy_version_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaigns.id"], name=op.f("fk_campaign_variants_campaign_id_campaigns")
        ),
        sa.ForeignKeyConstraint(
            ["policy_version_id"],
            ["policy_versions.id"],
            name=op.f("fk_campaign_variants_policy_version_id_policy_versions"),
        ),
        sa.PrimaryKeyConstraint("campaign_id", "variant", name=op.f("pk_campaign_variants")),
        sa.UniqueConstraint("policy_version_id", name=op.f("uq_campaign_variants_policy_version_id")),
    )


def downgrade() -> None:
    op.drop_table("campaign_variants")
    op.drop_table("campaign_recipients")
    op.drop_table("audience_list_members")
    op.drop_table("campaigns")
    op.drop_table("audiences")
    op.drop_table("audience_lists")
    op.drop_index(
        "ix_department_notices_waiting",
        table_name="department_notices",
        postgresql_where=sa.text("acknowledged_at is null"),
    )
    op.drop_table("department_notices")
    op.drop_index(op.f("ix_case_notes_case_id"), table_name="case_notes")
    op.drop_table("case_notes")
    op.drop_index("ix_warranty_ends_ends_on", table_name="warranty_ends")
    op.drop_table("warranty_ends")
    op.drop_index(op.f("ix_verdicts_touch_id"), table_name="verdicts")
    op.drop_table("verdicts")
    op.drop_index(op.f("ix_replies_customer_id"), table_name="replies")
    op.drop_table("replies")
    op.drop_index(op.f("ix_payments_invoice_id"), table_name="payments")
    op.drop_index(op.f("ix_payments_account_id"), table_name="payments")
    op.drop_table("payments")
    op.drop_index(
        "uq_delivery_receipts_without_touch",
        table_name="delivery_receipts",
        postgresql_where=sa.text("touch_id is null"),
    )
    op.drop_index("ix_delivery_receipts_held", table_name="delivery_receipts", postgresql_where=sa.text("held"))
    op.drop_table("delivery_receipts")
    op.drop_index("ix_cases_open", table_name="cases", postgresql_where=sa.text("state <> 'closed'"))
    op.drop_index(op.f("ix_cases_customer_id"), table_name="cases")
    op.drop_index("ix_cases_closed_at", table_name="cases", postgresql_where=sa.text("state = 'closed'"))
    op.drop_table("cases")
    op.drop_index(op.f("ix_call_attempts_touch_id"), table_name="call_attempts")
    op.drop_index("ix_call_attempts_staff_id_attempted_at", table_name="call_attempts")
    op.drop_table("call_attempts")
    op.drop_index(op.f("ix_appointment_changes_appointment_id"), table_name="appointment_changes")
    op.drop_table("appointment_changes")
    op.drop_index(op.f("ix_warranties_vehicle_id"), table_name="warranties")
    op.drop_table("warranties")
    op.drop_index(
        "ix_touches_unsettled", table_name="touches", postgresql_where=sa.text("state in ('unknown', 'failed')")
    )
    op.drop_index(
        "ix_touches_tasks_done", table_name="touches", postgresql_where=sa.text("kind = 'task' and state = 'done'")
    )
    op.drop_index("ix_touches_ready", table_name="touches", postgresql_where=sa.text("state = 'ready'"))
    op.drop_index(
        "ix_touches_open",
        table_name="touches",
        postgresql_where=sa.text("state in ('planned', 'awaiting-approval', 'ready')"),
    )
    op.drop_index("ix_touches_message_id", table_name="touches", postgresql_where=sa.text("message_id is not null"))
    op.drop_index(
        "ix_touches_in_flight", table_name="touches", postgresql_where=sa.text("state in ('claimed', 'sending')")
    )
    op.drop_index(
        "ix_touches_ended",
        table_name="touches",
        postgresql_where=sa.text("state in ('done', 'cancelled', 'skipped', 'superseded')"),
    )
    op.drop_index("ix_touches_due_at", table_name="touches")
    op.drop_index("ix_touches_due", table_name="touches")
    op.drop_index("ix_touches_customer_id_contacted_at", table_name="touches")
    op.drop_index(
        "ix_touches_awaiting_approval", table_name="touches", postgresql_where=sa.text("state = 'awaiting-approval'")
    )
    op.drop_table("touches")
    op.drop_index(op.f("ix_repair_orders_vehicle_id"), table_name="repair_orders")
    op.drop_index(
        "ix_repair_orders_inspections", table_name="repair_orders", postgresql_where=sa.text("work_kind = 'inspection'")
    )
    op.drop_index(op.f("ix_repair_orders_customer_id"), table_name="repair_orders")
    op.drop_index("ix_repair_orders_closed_on", table_name="repair_orders")
    op.drop_table("repair_orders")
    op.drop_index(op.f("ix_promises_account_id"), table_name="promises")
    op.drop_table("promises")
    op.drop_index(op.f("ix_leads_customer_id"), table_name="leads")
    op.drop_table("leads")
    op.drop_table("odometer_readings")
    op.drop_index("ix_invoices_settled_on_due_on", table_name="invoices")
    op.drop_index("ix_invoices_account_id", table_name="invoices")
    op.drop_table("invoices")
    op.drop_index("ix_handovers_vehicle_id_handed_over_on", table_name="handovers")
    op.drop_index("ix_handovers_handed_over_on", table_name="handovers")
    op.drop_index(op.f("ix_handovers_customer_id"), table_name="handovers")
    op.drop_table("handovers")
    op.drop_index(op.f("ix_browser_sessions_user_id"), table_name="browser_sessions")
    op.drop_index(op.f("ix_browser_sessions_expires_at"), table_name="browser_sessions")
    op.drop_table("browser_sessions")
    op.drop_index(op.f("ix_appointments_vehicle_id"), table_name="appointments")
    op.drop_index("ix_appointments_starts_at", table_name="appointments")
    op.drop_index(
        "ix_appointments_requests", table_name="appointments", postgresql_where=sa.text("status = 'requested'")
    )
    op.drop_index(
        "ix_appointments_other_time_asked_at",
        table_name="appointments",
        postgresql_where=sa.text("other_time_asked_at is not null"),
    )
    op.drop_index(
        "ix_appointments_moved_at", table_name="appointments", postgresql_where=sa.text("moved_at is not null")
    )
    op.drop_index(
        "ix_appointments_inspections_unnamed",
        table_name="appointments",
        postgresql_where=sa.text("work_kind = 'inspection' and vehicle_id is null"),
    )
    op.drop_index(
        "ix_appointments_inspections", table_name="appointments", postgresql_where=sa.text("work_kind = 'inspection'")
    )
    op.drop_index(op.f("ix_appointments_customer_id"), table_name="appointments")
    op.drop_index("ix_appointments_booked_at", table_name="appointments")
    op.drop_table("appointments")
    op.drop_index(op.f("ix_vehicles_vin"), table_name="vehicles")
    op.drop_index(op.f("ix_vehicles_plate"), table_name="vehicles")
    op.drop_index("ix_vehicles_disposed", table_name="vehicles", postgresql_where=sa.text("disposed_on is not null"))
    op.drop_index(op.f("ix_vehicles_customer_id"), table_name="vehicles")
    op.drop_table("vehicles")
    op.drop_table("users")
    op.drop_index("ix_survey_answers_store_id_answered_at", table_name="survey_answers")
    op.drop_index(op.f("ix_survey_answers_customer_id"), table_name="survey_answers")
    op.drop_table("survey_answers")
    op.drop_index(op.f("ix_customer_keys_customer_id"), table_name="customer_keys")
    op.drop_table("customer_keys")
    op.drop_index("ix_contact_points_kind_value", table_name="contact_points")
    op.drop_table("contact_points")
    op.drop_table("consents")
    op.drop_index(op.f("ix_accounts_customer_id"), table_name="accounts")
    op.drop_table("accounts")
    op.drop_index(
        "uq_template_versions_active",
        table_name="template_versions",
        postgresql_where=sa.text("active"),
        postgresql_nulls_not_distinct=True,
    )
    op.drop_table("template_versions")
    op.drop_table("staff")
    op.drop_index(
        "uq_policy_versions_active",
        table_name="policy_versions",
        postgresql_where=sa.text("active"),
        postgresql_nulls_not_distinct=True,
    )
    op.drop_table("policy_versions")
    op.drop_table("dispatchers")
    op.drop_index(op.f("ix_customers_store_id"), table_name="customers")
    op.drop_index(
        "ix_customers_name_part",
        table_name="customers",
        postgresql_using="gin",
        postgresql_ops={"lower_name": "gin_trgm_ops"},
    )
    op.drop_index(
        "ix_customers_name_letters",
        table_name="customers",
        postgresql_using="gin",
        postgresql_where=sa.text("lower(name) ~ '[^ -~]'"),
    )
    op.drop_index("ix_customers_own_language", table_name="customers", postgresql_where=sa.text("language is not null"))
    op.drop_index("ix_customers_name_begins", table_name="customers", postgresql_ops={"lower_name": "text_pattern_ops"})
    op.drop_table("customers")
    op.drop_index(
        "uq_channel_pauses_active",
        table_name="channel_pauses",
        postgresql_where=sa.text("resumed_at is null"),
        postgresql_nulls_not_distinct=True,
    )
    op.drop_table("channel_pauses")
    op.drop_table("api_keys")
    op.drop_table("stores")
    op.drop_index("ix_seen_signatures_seen_at", table_name="seen_signatures")
    op.drop_table("seen_signatures")
    op.drop_index("ix_runs_state_started_at", table_name="runs")
    op.drop_index("ix_runs_started_at", table_name="runs")
    op.drop_index("ix_runs_process_started_at", table_name="runs")
    op.drop_index("ix_runs_prefect_run_id", table_name="runs")
    op.drop_table("runs")
    op.drop_table("processes")
    op.drop_index("ix_audit_entries_entity_entity_id", table_name="audit_entries")
    op.drop_index("ix_audit_entries_at", table_name="audit_entries")
    op.drop_table("audit_entries")
