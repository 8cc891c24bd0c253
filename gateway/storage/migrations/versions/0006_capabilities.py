"""What the page of a session can do."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; pages that are open now did not say that they can do anything."""
    with op.batch_alter_table("sessions") as table:
        table.add_column(sa.Column("capabilities", sa.Text(), nullable=False, server_default=""))


def downgrade() -> None:
    """Drop it."""
    with op.batch_alter_table("sessions") as table:
        table.drop_column("capabilities")
