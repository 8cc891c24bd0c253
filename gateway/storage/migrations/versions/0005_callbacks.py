"""Links of callbacks, and what is to be sent about them."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the new tables."""
    op.create_table(
        "callback_links",
        sa.Column("site", sa.String(length=64), nullable=False),
        sa.Column("contact", sa.String(length=64), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("ended", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("site", "contact", name=op.f("pk_callback_links")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_callback_links_token_hash")),
        comment="Which callback a link is about. The token itself is made from the server's secret, not stored.",
    )
    op.create_index("ix_callback_links_site_created_at", "callback_links", ["site", "created_at"], unique=False)
    op.create_table(
        "notice_cursors",
        sa.Column("site", sa.String(length=64), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("site", name=op.f("pk_notice_cursors")),
        comment="The last decision that was made into notices.",
    )
    op.create_table(
        "notices",
        sa.Column("site", sa.String(length=64), nullable=False),
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("contact", sa.String(length=64), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("next_at", sa.BigInteger(), nullable=False),
        sa.Column("failure", sa.String(length=64), nullable=False),
        sa.Column("given_up_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("site", "number", name=op.f("pk_notices")),
        comment="Notices to callers that are owed, by the number of the decision they tell of, and those that failed.",
    )
    op.create_index("ix_notices_site_next_at", "notices", ["site", "next_at"], unique=False)
    op.create_index("ix_notices_site_contact", "notices", ["site", "contact"], unique=False)


def downgrade() -> None:
    """Drop them."""
    op.drop_table("notices")
    op.drop_table("notice_cursors")
    op.drop_table("callback_links")
