"""Runs what history.json says of a revision by Alembic's own operations.

Three things are not done as the original does them, because they cannot run on PostgreSQL: tables are made
in the order of their dependencies, a table that others refer to is dropped after their foreign keys, and
`lineage_json` goes back to the type that it had (the original makes it TEXT).
"""

import sqlalchemy as sa
from alembic import op

from models import NAMING_CONVENTION, column_of, read, table_of, type_of


def on_postgresql():
    """Says whether the revision runs on PostgreSQL."""
    return op.get_bind().dialect.name == "postgresql"


def run(revision, direction):
    """Runs one direction, `upgrade` or `downgrade`, of a revision."""
    facts = next(facts for facts in read("history.json")["revisions"] if facts["revision"] == revision)
    operations = facts[direction]
    if on_postgresql():
        operations = [variant(facts, operation) for operation in operations]
    new = [operation for operation in operations if operation["op"] == "create_table"]
    if new:
        create_tables(new)
    for operation in operations:
        if operation["op"] != "create_table":
            run_one(operation)


def variant(facts, operation):
    """Returns what is done on PostgreSQL instead of an operation, or the operation."""

    def subject(operation):
        column = operation.get("column")
        return operation["op"], operation.get("table"), column["name"] if isinstance(column, dict) else column

    others = facts.get("upgrade_differs_on_postgresql", [])
    return next((other for other in others if subject(other) == subject(operation)), operation)


def create_tables(operations):
    """Makes tables, some of which refer to each other; `op.create_table` makes one at a time."""
    metadata = sa.MetaData()
    metadata.reflect(op.get_bind())
    new = [table_of(metadata, operation["table"], operation) for operation in operations]
    metadata.create_all(op.get_bind(), tables=new, checkfirst=False)


def drop_table(name):
    """Drops a table; on PostgreSQL after the foreign keys that refer to it."""
    if on_postgresql():
        keys = sa.inspect(op.get_bind()).get_multi_foreign_keys()
        for (_, table), found in keys.items():
            for key in found:
                if key["referred_table"] == name and table != name:
                    op.drop_constraint(key["name"], table, type_="foreignkey")
    op.drop_table(name)


def run_one(operation):
    """Runs an operation; on SQLite by Alembic's batch mode, which rebuilds the table where it must."""
    name, table = operation["op"], operation.get("table")
    match name:
        case "create_index":
            op.create_index(operation["name"], table, operation["columns"], unique=operation["unique"])
        case "drop_index":
            op.drop_index(operation["name"], table_name=table)
        case "drop_table":
            drop_table(table)
        case "execute":
            op.execute(operation["sql"])
        case _:
            with op.batch_alter_table(table, naming_convention=NAMING_CONVENTION) as batch:
                alter(batch, operation)


def alter(batch, operation):
    """Runs an operation that changes a table."""
    match operation["op"]:
        case "add_column":
            batch.add_column(column_of(operation["column"]))
        case "alter_column_type":
            binary = "jsonb" if on_postgresql() else "json"
            kinds = {"json": "json", "text": binary}
            was, becomes = (type_of({"type": kinds[operation[side]]}) for side in ("from", "to"))
            batch.alter_column(operation["column"], existing_type=was, type_=becomes, existing_nullable=True)
        case "create_foreign_key":
            batch.create_foreign_key(
                operation["name"], operation["referred_table"], operation["columns"], operation["referred_columns"]
            )
        case "create_unique_constraint":
            batch.create_unique_constraint(operation["name"], operation["columns"])
        case "drop_column":
            batch.drop_column(operation["column"])
        case "drop_constraint":
            batch.drop_constraint(operation["name"], type_=operation["kind"])
        case other:
            raise ValueError(f"no operation is called {other}")
