"""Runs the migrations on the connection that the store hands over."""

from alembic import context
from sqlmodel import SQLModel

import tasks.state.models  # noqa: F401 - fills the metadata

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=SQLModel.metadata,
    version_table="ml_connector_version",
    render_as_batch=connection.dialect.name == "sqlite",
    user_module_prefix="tasks.state.models.",
)
with context.begin_transaction():
    context.run_migrations()
