"""Lines of records have links of their own."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Makes the tables ready for this release."""
    op.add_column("link", sa.Column("owner", sa.String(), nullable=False, server_default=""))
    op.create_index("link_by_owner", "link", ["scope", "stream", "owner"])
    op.create_index("link_by_label", "link", ["scope", "stream", "label"])
