"""Personal links, and the names that who issued them gave."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the new tables."""
    op.create_table(
        "personal_links",
        sa.Column("site", sa.String(length=64), nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("group_id", sa.String(length=64), nullable=False),
        sa.Column("agent", sa.String(length=64), nullable=True),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(length=32), nullable=True),
        sa.Column("code_until", sa.BigInteger(), nullable=True),
        sa.Column("issued_by", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("good_from", sa.BigInteger(), nullable=False),
        sa.Column("good_until", sa.BigInteger(), nullable=False),
        sa.Column("used_at", sa.BigInteger(), nullable=True),
        sa.Column("used_key", sa.LargeBinary(length=32), nullable=True),
        sa.Column("revoked_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("site", "id", name=op.f("pk_personal_links")),
        sa.UniqueConstraint("site", "code_hash", name=op.f("uq_personal_links_site_code_hash")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_personal_links_token_hash")),
        comment="Links for one caller each. Token and code are not stored, only their hashes.",
    )
    op.create_index("ix_personal_links_site_good_until", "personal_links", ["site", "good_until"], unique=False)
    op.create_table(
        "personal_link_names",
        sa.Column("site", sa.String(length=64), nullable=False),
        sa.Column("link", sa.String(length=64), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("site", "link", name=op.f("pk_personal_link_names")),
        comment="Whom a link is for, as its issuer put it. Personal: erased on use, revocation and by retention.",
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_table("personal_link_names")
    op.drop_table("personal_links")
