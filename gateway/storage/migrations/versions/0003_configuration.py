"""Configuration in versions, words of visitors, tokens and keys of programs, webhooks."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the new tables."""
    op.create_table(
        "api_tokens",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("site", sa.String(length=64), nullable=False),
        sa.Column("scopes", sa.String(length=200), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("used_at", sa.BigInteger(), nullable=True),
        sa.Column("revoked_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_tokens")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_api_tokens_token_hash")),
    )
    op.create_index("ix_api_tokens_site", "api_tokens", ["site"], unique=False)
    op.create_table(
        "closed_notices",
        sa.Column("site", sa.String(length=64), nullable=False),
        sa.Column("group_id", sa.String(length=64), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("site", "group_id", "language", name=op.f("pk_closed_notices")),
        comment="What visitors are told while a group is closed by hand.",
    )
    op.create_table(
        "contact_words",
        sa.Column("site", sa.String(length=64), nullable=False),
        sa.Column("contact", sa.String(length=64), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("site", "contact", name=op.f("pk_contact_words")),
        comment="What a visitor left in writing, and where to reach them. Erased with the note.",
    )
    op.create_table(
        "signing_keys",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("site", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("revoked_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signing_keys")),
        comment="Keys with which a website signs attributes. Made from the server's secret and the id, not stored.",
    )
    op.create_index("ix_signing_keys_site", "signing_keys", ["site"], unique=False)
    op.create_table(
        "site_versions",
        sa.Column("site", sa.String(length=64), nullable=False),
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.String(length=64), nullable=False),
        sa.Column("action", sa.String(length=64), nullable=False),
        sa.Column("subject", sa.String(length=64), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("site", "number", name=op.f("pk_site_versions")),
        comment="Every configuration a site ever had. The newest is in force.",
    )
    op.create_table(
        "webhook_cursors",
        sa.Column("site", sa.String(length=64), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("site", name=op.f("pk_webhook_cursors")),
        comment="The last decision that was made into events.",
    )
    op.create_table(
        "webhook_deliveries",
        sa.Column("webhook", sa.String(length=64), nullable=False),
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("subject", sa.String(length=64), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("webhook", "number", name=op.f("pk_webhook_deliveries")),
        comment="Events still to be delivered, by the number of the decision they tell of.",
    )
    op.create_index("ix_webhook_deliveries_created_at", "webhook_deliveries", ["created_at"], unique=False)
    op.create_index("ix_webhook_deliveries_webhook_next_at", "webhook_deliveries", ["webhook", "next_at"], unique=False)
    op.create_index(
        "ix_webhook_deliveries_webhook_subject_number",
        "webhook_deliveries",
        ["webhook", "subject", "number"],
        unique=False,
    )
    op.create_table(
        "webhooks",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("site", sa.String(length=64), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("events", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("paused_until", sa.BigInteger(), nullable=False),
        sa.Column("pending", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhooks")),
        comment="Who is told what. Each one's secret is made from the server's and its id, not stored.",
    )
    op.create_index("ix_webhooks_site", "webhooks", ["site"], unique=False)


def downgrade() -> None:
    """Drop them."""
    op.drop_table("webhooks")
    op.drop_table("webhook_deliveries")
    op.drop_table("webhook_cursors")
    op.drop_table("signing_keys")
    op.drop_table("api_tokens")
    op.drop_table("closed_notices")
    op.drop_table("site_versions")
    op.drop_table("contact_words")
