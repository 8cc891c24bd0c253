"""Every table there is, for SQLite and PostgreSQL alike.

Migrations bring a database here; a test compares the two. Times are integer
milliseconds since the Unix epoch. Nothing personal stands in the journal's tables; what
is personal stands in ``contact_notes``, ``contact_words``, ``personal_link_names``,
``users`` and ``audit_details``, and can be erased there.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

REVISION = "0007"
"""The migration that leads to these tables."""

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)

_Id = String(64)
_Hash = LargeBinary(32)

# The journal.

journal_heads = Table(
    "journal_heads",
    metadata,
    Column("site", _Id, primary_key=True),
    Column("last_position", BigInteger, nullable=False),
    Column("last_at", BigInteger, nullable=False),
    comment="Who appends holds this row, so positions are given in the order of commits.",
)

journal_claims = Table(
    "journal_claims",
    metadata,
    Column("site", _Id, primary_key=True),
    Column("owner", _Id, nullable=False),
    Column("term", BigInteger, nullable=False),
    Column("core_version", Integer, nullable=False),
    Column("lease_until", BigInteger, nullable=False),
    Column("beat_at", BigInteger, nullable=False),
    Column("upto", BigInteger, nullable=False),
    Column("number", BigInteger, nullable=False),
    comment="Who decides, and how far decisions go. The term in this row is the fence.",
)

facts = Table(
    "facts",
    metadata,
    Column("site", _Id, primary_key=True),
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    Column("at", BigInteger, nullable=False),
    Column("source", String(128), nullable=False),
    Column("request", String(128), nullable=False),
    Column("body", LargeBinary, nullable=False),
    UniqueConstraint("site", "source", "request"),
    sqlite_with_rowid=False,
)

decisions = Table(
    "decisions",
    metadata,
    Column("site", _Id, primary_key=True),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("cause", BigInteger, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Index("ix_decisions_site_cause", "site", "cause"),
    sqlite_with_rowid=False,
)

quarantined_facts = Table(
    "quarantined_facts",
    metadata,
    Column("site", _Id, primary_key=True),
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    Column("reason", Text, nullable=False),
)

snapshots = Table(
    "snapshots",
    metadata,
    Column("site", _Id, primary_key=True),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("upto", BigInteger, primary_key=True, autoincrement=False),
    Column("at", BigInteger, nullable=False),
    Column("version", Integer, nullable=False),
    Column("body", LargeBinary, nullable=False),
)

live_contacts = Table(
    "live_contacts",
    metadata,
    Column("site", _Id, primary_key=True),
    Column("contact", _Id, primary_key=True),
    Column("group_id", _Id, nullable=False),
    Column("phase", String(32), nullable=False),
    Column("epoch", Integer, nullable=False),
    Column("visitor", String(128), nullable=False),
    Column("agent", _Id),
    Column("slot", Integer),
    Index(
        "uq_live_contacts_slot",
        "site",
        "agent",
        "slot",
        unique=True,
        sqlite_where=text("agent IS NOT NULL"),
        postgresql_where=text("agent IS NOT NULL"),
    ),
    comment="The store's own guard: nobody has two contacts on one slot.",
)

# Who serves.

processes = Table(
    "processes",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("lease_until", BigInteger, nullable=False),
    comment="A row for each process of the scaled form. One whose lease ran out is no more.",
)

# Sessions and what is owed to them.

sessions = Table(
    "sessions",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("site", _Id, nullable=False),
    Column("role", String(16), nullable=False),
    Column("contact", _Id),
    Column("agent", _Id),
    Column("token_hash", _Hash, nullable=False, unique=True),
    Column("expires_at", BigInteger, nullable=False),
    Column("page", _Id, nullable=False),
    Column("generation", BigInteger, nullable=False),
    Column("capabilities", Text, nullable=False, server_default=""),
    Index("ix_sessions_expires_at", "expires_at"),
    Index("ix_sessions_site_contact", "site", "contact"),
    Index("ix_sessions_site_agent", "site", "agent"),
)

mailboxes = Table(
    "mailboxes",
    metadata,
    Column("session", _Id, primary_key=True),
    Column("last_number", BigInteger, nullable=False),
    comment="Numbers of a session's messages only grow, also after the last one was acknowledged.",
)

owed_messages = Table(
    "owed_messages",
    metadata,
    Column("session", _Id, primary_key=True),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("body", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)

# Sites and their names.

sites = Table(
    "sites",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("name", String(200), nullable=False),
    Column("created_at", BigInteger, nullable=False),
)

group_names = Table(
    "group_names",
    metadata,
    Column("site", _Id, primary_key=True),
    Column("group_id", _Id, primary_key=True),
    Column("language", String(8), primary_key=True),
    Column("name", String(200), nullable=False),
)

contact_notes = Table(
    "contact_notes",
    metadata,
    Column("site", _Id, primary_key=True),
    Column("contact", _Id, primary_key=True),
    Column("name", Text, nullable=False),
    Column("topic", Text, nullable=False),
    Column("language", String(35), nullable=False),
    Column("page_url", Text, nullable=False),
    Column("page_title", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Index("ix_contact_notes_site_created_at", "site", "created_at"),
    comment="What a visitor said of themselves. Personal: erased on request and by retention.",
)

contact_words = Table(
    "contact_words",
    metadata,
    Column("site", _Id, primary_key=True),
    Column("contact", _Id, primary_key=True),
    Column("text", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("reference", Text, nullable=False),
    comment="What a visitor left in writing, and where to reach them. Erased with the note.",
)

# Callbacks: their links, and what is to be sent about them.

callback_links = Table(
    "callback_links",
    metadata,
    Column("site", _Id, primary_key=True),
    Column("contact", _Id, primary_key=True),
    Column("token_hash", _Hash, nullable=False, unique=True),
    Column("created_at", BigInteger, nullable=False),
    Column("ended", String(32), nullable=False),
    Index("ix_callback_links_site_created_at", "site", "created_at"),
    comment="Which callback a link is about. The token itself is made from the server's secret, not stored.",
)

notice_cursors = Table(
    "notice_cursors",
    metadata,
    Column("site", _Id, primary_key=True),
    Column("number", BigInteger, nullable=False),
    comment="The last decision that was made into notices.",
)

notices = Table(
    "notices",
    metadata,
    Column("site", _Id, primary_key=True),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("kind", String(32), nullable=False),
    Column("contact", _Id, nullable=False),
    Column("until", BigInteger),
    Column("created_at", BigInteger, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("next_at", BigInteger, nullable=False),
    Column("failure", String(64), nullable=False),
    Column("given_up_at", BigInteger),
    Index("ix_notices_site_next_at", "site", "next_at"),
    Index("ix_notices_site_contact", "site", "contact"),
    comment="Notices to callers that are owed, by the number of the decision they tell of, and those that failed.",
)

# Personal links.

personal_links = Table(
    "personal_links",
    metadata,
    Column("site", _Id, primary_key=True),
    Column("id", _Id, primary_key=True),
    Column("group_id", _Id, nullable=False),
    Column("agent", _Id),
    Column("channel", String(16), nullable=False),
    Column("token_hash", _Hash, nullable=False, unique=True),
    Column("code_hash", _Hash),
    Column("code_until", BigInteger),
    Column("issued_by", _Id, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("good_from", BigInteger, nullable=False),
    Column("good_until", BigInteger, nullable=False),
    Column("used_at", BigInteger),
    Column("used_key", _Hash),
    Column("revoked_at", BigInteger),
    UniqueConstraint("site", "code_hash"),
    Index("ix_personal_links_site_good_until", "site", "good_until"),
    comment="Links for one caller each. Token and code are not stored, only their hashes.",
)

personal_link_names = Table(
    "personal_link_names",
    metadata,
    Column("site", _Id, primary_key=True),
    Column("link", _Id, primary_key=True),
    Column("name", Text, nullable=False),
    comment="Whom a link is for, as its issuer put it. Personal: erased on use, revocation and by retention.",
)

# What sites have decided about themselves.

site_versions = Table(
    "site_versions",
    metadata,
    Column("site", _Id, primary_key=True),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("at", BigInteger, nullable=False),
    Column("actor", _Id, nullable=False),
    Column("action", String(64), nullable=False),
    Column("subject", _Id, nullable=False),
    Column("body", LargeBinary, nullable=False),
    comment="Every configuration a site ever had. The newest is in force.",
)

closed_notices = Table(
    "closed_notices",
    metadata,
    Column("site", _Id, primary_key=True),
    Column("group_id", _Id, primary_key=True),
    Column("language", String(8), primary_key=True),
    Column("text", Text, nullable=False),
    comment="What visitors are told while a group is closed by hand.",
)

# People who sign in.

users = Table(
    "users",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("site", _Id, nullable=False),
    Column("user_name", String(200), nullable=False, unique=True),
    Column("display_name", String(200), nullable=False),
    Column("password_hash", String(300), nullable=False),
    Column("failures", Integer, nullable=False),
    Column("locked_until", BigInteger, nullable=False),
    Column("is_disabled", Boolean(create_constraint=False), nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Index("ix_users_site", "site"),
)

grants = Table(
    "grants",
    metadata,
    Column("user_id", _Id, primary_key=True),
    Column("role", String(32), primary_key=True),
    Column("group_id", _Id, primary_key=True),
    comment="A role a user has in one group, or with the group '*' in the whole site.",
)

sign_ins = Table(
    "sign_ins",
    metadata,
    Column("token_hash", _Hash, primary_key=True),
    Column("user_id", _Id, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("seen_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Index("ix_sign_ins_user_id", "user_id"),
    Index("ix_sign_ins_expires_at", "expires_at"),
)

# Programs that are let in, and those that are told.

api_tokens = Table(
    "api_tokens",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("site", _Id, nullable=False),
    Column("scopes", String(200), nullable=False),
    Column("token_hash", _Hash, nullable=False, unique=True),
    Column("created_at", BigInteger, nullable=False),
    Column("used_at", BigInteger),
    Column("revoked_at", BigInteger),
    Index("ix_api_tokens_site", "site"),
)

signing_keys = Table(
    "signing_keys",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("site", _Id, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("revoked_at", BigInteger),
    Index("ix_signing_keys_site", "site"),
    comment="Keys with which a website signs attributes. Made from the server's secret and the id, not stored.",
)

webhooks = Table(
    "webhooks",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("site", _Id, nullable=False),
    Column("url", Text, nullable=False),
    Column("events", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("paused_until", BigInteger, nullable=False),
    Column("pending", Integer, nullable=False),
    Index("ix_webhooks_site", "site"),
    comment="Who is told what. Each one's secret is made from the server's and its id, not stored.",
)

webhook_cursors = Table(
    "webhook_cursors",
    metadata,
    Column("site", _Id, primary_key=True),
    Column("number", BigInteger, nullable=False),
    comment="The last decision that was made into events.",
)

webhook_deliveries = Table(
    "webhook_deliveries",
    metadata,
    Column("webhook", _Id, primary_key=True),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("subject", _Id, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("next_at", BigInteger, nullable=False),
    Index("ix_webhook_deliveries_webhook_next_at", "webhook", "next_at"),
    Index("ix_webhook_deliveries_webhook_subject_number", "webhook", "subject", "number"),
    Index("ix_webhook_deliveries_created_at", "created_at"),
    comment="Events still to be delivered, by the number of the decision they tell of.",
)

# Estimated waits.

forecasts = Table(
    "forecasts",
    metadata,
    Column("site", _Id, primary_key=True),
    Column("id", _Id, primary_key=True),
    Column("contact", _Id, nullable=False),
    Column("group_id", _Id, nullable=False),
    Column("made_at", BigInteger, nullable=False),
    Column("low_ms", BigInteger, nullable=False),
    Column("high_ms", BigInteger, nullable=False),
    Column("position", Integer, nullable=False),
    Column("outcome", String(16), nullable=False),
    Column("waited_ms", BigInteger, nullable=False),
    Index("ix_forecasts_site_made_at", "site", "made_at"),
    comment="What callers were told about their wait, and what came of it.",
)

# Who did what.

audit_entries = Table(
    "audit_entries",
    metadata,
    Column("site", _Id, primary_key=True),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("at", BigInteger, nullable=False),
    Column("actor", _Id, nullable=False),
    Column("action", String(64), nullable=False),
    Column("subject", _Id, nullable=False),
    Column("details_hash", _Hash, nullable=False),
    Column("chain_hash", _Hash, nullable=False),
    comment="Append-only. Each row's hash covers the row before it.",
)

audit_details = Table(
    "audit_details",
    metadata,
    Column("site", _Id, primary_key=True),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("salt", LargeBinary(16), nullable=False),
    Column("body", Text, nullable=False),
    comment="The words of an audit entry. May be erased: the chain holds their salted hash only.",
)
