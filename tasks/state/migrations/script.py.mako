"""${message}."""

from alembic import op
import sqlalchemy as sa
import tasks.state.models
${imports if imports else ""}

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Makes the tables ready for this release."""
    ${upgrades if upgrades else "pass"}
