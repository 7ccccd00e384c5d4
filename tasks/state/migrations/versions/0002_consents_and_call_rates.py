"""Consents given in a browser, calls in a while, and what tells our own writes from others'."""

import sqlalchemy as sa
from alembic import op

from tasks.state.models import Moment

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Makes the tables ready for this release."""
    op.create_table(
        "pace",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("turns", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "turn",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("name", "place"),
    )
    op.create_table(
        "consent",
        sa.Column("state_hash", sa.String(), nullable=False),
        sa.Column("pair", sa.String(), nullable=False),
        sa.Column("connection", sa.String(), nullable=False),
        sa.Column("browser_hash", sa.String(), nullable=False),
        sa.Column("redirect_uri", sa.String(), nullable=False),
        sa.Column("made_at", Moment(), nullable=False),
        sa.Column("used_at", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("state_hash"),
    )
    op.add_column("link", sa.Column("changed_at", Moment(), nullable=True))
    op.add_column("inbox_event", sa.Column("changed_at", Moment(), nullable=True))
    op.add_column("intent", sa.Column("together", sa.String(), nullable=False, server_default=""))
    op.create_index("intent_by_request", "intent", ["request_id"])
