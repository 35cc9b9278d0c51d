"""Tables that only grow: what people did is never overwritten, and the database itself refuses to."""

from __future__ import annotations

from sqlalchemy import DDL, Table, event

SQLITE = """CREATE TRIGGER IF NOT EXISTS {table}_no_{verb} BEFORE {VERB} ON {table}
BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"""

POSTGRESQL_FUNCTION = """CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION '%% is append-only', TG_TABLE_NAME; END $$"""

POSTGRESQL = """CREATE OR REPLACE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table}
FOR EACH ROW EXECUTE FUNCTION refuse_change()"""


def trigger_statements(table: str, dialect: str) -> list[str]:
    """The statements that make ``table`` append-only on ``dialect`` ("sqlite" or "postgresql")."""
    if dialect == "sqlite":
        return [SQLITE.format(table=table, verb=verb, VERB=verb.upper()) for verb in ("update", "delete")]
    return [POSTGRESQL_FUNCTION.replace("%%", "%"), POSTGRESQL.format(table=table)]


def append_only(table: Table) -> None:
    """Make ``table`` refuse UPDATE and DELETE when it is created."""
    for verb in ("update", "delete"):
        statement = SQLITE.format(table=table.name, verb=verb, VERB=verb.upper())
        event.listen(table, "after_create", DDL(statement).execute_if(dialect="sqlite"))
    for statement in (POSTGRESQL_FUNCTION, POSTGRESQL.format(table=table.name)):
        event.listen(table, "after_create", DDL(statement).execute_if(dialect="postgresql"))
