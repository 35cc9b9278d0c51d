"""Runs migrations on the application's own engine."""

from typing import Any, Literal

from alembic import context
from flask import current_app
from flask_security import AsaList
from sqlalchemy import JSON

from lms.core.db import Instant, Key, Model, writing

db = current_app.extensions["migrate"].db


def render_item(kind: str, item: Any, autogen_context: Any) -> str | Literal[False]:
    """Write our column types by their names; they choose what fits each database."""
    if kind == "type" and isinstance(item, Key | Instant):
        autogen_context.imports.add("from lms.core import db")
        return f"db.{type(item).__name__}()"
    if kind == "type" and isinstance(item, JSON):
        autogen_context.imports.add("from lms.core import db")
        return "db.Document"
    if kind == "type" and isinstance(item, AsaList):
        return "sa.Text()"
    return False


def run() -> None:
    """Migrate in one transaction."""
    with writing(), db.engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=Model.metadata,
            render_item=render_item,
            render_as_batch=True,
            compare_type=True,
        )
        with context.begin_transaction():
            context.run_migrations()
        connection.commit()


run()
