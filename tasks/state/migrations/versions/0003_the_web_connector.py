"""Sessions of the QuickBooks Web Connector, what travels in them, and fields that both sides agree on."""

import sqlalchemy as sa
from alembic import op

from tasks.state.models import Moment

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Makes the tables ready for this release."""
    op.create_table(
        "connector_session",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("pair", sa.String(), nullable=False),
        sa.Column("connection", sa.String(), nullable=False),
        sa.Column("ticket_hash", sa.String(), nullable=False),
        sa.Column("opened_at", Moment(), nullable=False),
        sa.Column("called_at", Moment(), nullable=False),
        sa.Column("waits_since", Moment(), nullable=True),
        sa.Column("ended_at", Moment(), nullable=True),
        sa.Column("ended_because", sa.String(), nullable=False),
        sa.Column("said", sa.String(), nullable=False),
        sa.Column("company_file", sa.String(), nullable=False),
        sa.Column("greeting", sa.LargeBinary(), nullable=True),
        sa.Column("run_id", sa.String(), nullable=False),
        sa.Column("percent", sa.Integer(), nullable=False),
        sa.Column("is_over", sa.Boolean(), nullable=False),
        sa.Column("handed_out", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_connector_session_ticket_hash", "connector_session", ["ticket_hash"])
    op.create_index(
        "one_live_connector_session",
        "connector_session",
        ["pair", "connection"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "message_set",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("pair", sa.String(), nullable=False),
        sa.Column("connection", sa.String(), nullable=False),
        sa.Column("set_id", sa.String(), nullable=False),
        sa.Column("asker", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("session_id", sa.String(), nullable=False),
        sa.Column("document", sa.LargeBinary(), nullable=True),
        sa.Column("answer", sa.LargeBinary(), nullable=True),
        sa.Column("hresult", sa.String(), nullable=False),
        sa.Column("message", sa.String(), nullable=False),
        sa.Column("asked_at", Moment(), nullable=False),
        sa.Column("beat_at", Moment(), nullable=False),
        sa.Column("out_at", Moment(), nullable=True),
        sa.Column("ended_at", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_message_set_session_id", "message_set", ["session_id"])
    op.create_index("message_set_by_state", "message_set", ["pair", "connection", "state"])
    op.create_index("message_set_by_set_id", "message_set", ["pair", "connection", "set_id"])
    op.add_column("link", sa.Column("version", sa.String(), nullable=False, server_default=""))
    op.add_column("link", sa.Column("agreed", sa.LargeBinary(), nullable=True))
