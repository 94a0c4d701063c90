"""SQLAlchemy's models of CultivAR, made from schema.json, and the database of the original application.

Facts only: types as they are written there, constraints without names, each index once (the original
declares five of them twice, which SQLAlchemy refuses to create).
"""

import datetime
import json
import pathlib

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

FOLDER = pathlib.Path(__file__).parent

# The revision at which the original application stands.
ORIGINAL_HEAD = "6e5b1d353dd6"

# For Alembic's batch mode on SQLite. Where a foreign key stands in its column, as after ALTER TABLE ADD COLUMN,
# SQLAlchemy does not read its name; this, from Alembic's manual ("Dropping Unnamed or Named Foreign Keys"), is how
# an Alembic project drops it. A name that SQLAlchemy does read comes before it.
NAMING_CONVENTION = {"fk": "fk_%(table_name)s_%(column_0_name)s"}


def utc_now():
    """Returns the time in UTC, without a time zone, as the original's models do."""
    return datetime.datetime.now(datetime.timezone.utc).replace(tzinfo=None)


FUNCTIONS = {"utc_now": utc_now}


def read(name):
    """Reads one of the files of facts."""
    return json.loads((FOLDER / name).read_text(encoding="utf-8"))


def type_of(facts):
    """Returns the type of a column; `facts` has `type`, and `length` for a string."""
    match facts["type"]:
        case "boolean":
            return sa.Boolean()
        case "datetime":
            return sa.DateTime(timezone=facts.get("timezone", False))
        case "float":
            return sa.Float()
        case "integer":
            return sa.Integer()
        case "json":
            return sa.JSON()
        case "jsonb":
            return JSONB()
        case "string":
            return sa.String(facts["length"])
        case "text":
            return sa.Text()
        case other:
            raise ValueError(f"no type is called {other}")


def column_of(facts):
    """Returns a column. Its default is the application's: the database has none."""
    default = FUNCTIONS[facts["default_fn"]] if "default_fn" in facts else facts.get("default")
    onupdate = FUNCTIONS[facts["onupdate_fn"]] if "onupdate_fn" in facts else None
    return sa.Column(
        facts["name"], type_of(facts), nullable=facts["nullable"], default=default, onupdate=onupdate
    )


def foreign_key_of(facts):
    """Returns a foreign key."""
    referred = [f"{facts['referred_table']}.{column}" for column in facts["referred_columns"]]
    return sa.ForeignKeyConstraint(
        facts["columns"], referred, name=facts.get("name"), ondelete=facts.get("ondelete")
    )


def index_of(facts):
    """Returns an index on columns or on expressions."""
    parts = facts.get("columns") or [sa.text(expression) for expression in facts["expressions"]]
    return sa.Index(facts["name"], *parts, unique=facts["unique"])


def table_of(metadata, name, facts):
    """Adds a table. `facts` is a table of schema.json, or a `create_table` of history.json (no indexes)."""
    return sa.Table(
        name,
        metadata,
        *(column_of(column) for column in facts["columns"]),
        sa.PrimaryKeyConstraint(*facts["primary_key"]),
        *(sa.UniqueConstraint(*unique["columns"], name=unique["name"]) for unique in facts["unique_constraints"]),
        *(foreign_key_of(key) for key in facts["foreign_keys"]),
        *(index_of(index) for index in facts.get("indexes", [])),
    )


def models():
    """Returns what the models declare: 27 tables."""
    metadata = sa.MetaData()
    for table in read("schema.json")["tables"]:
        table_of(metadata, table["name"], table)
    return metadata


def original():
    """Returns what the original's database has at `ORIGINAL_HEAD`.

    That is not what its models say: the revision adds two columns, a foreign key and two unique constraints
    that no model has, and none ever made the index on an expression.
    """
    metadata = models()
    metadata.tables["breeder"].indexes = {
        index for index in metadata.tables["breeder"].indexes if index.name != "ux_breeder_name_lower"
    }
    revisions = {revision["revision"]: revision for revision in read("history.json")["revisions"]}
    for operation in revisions[ORIGINAL_HEAD]["upgrade"]:
        table = metadata.tables[operation["table"]] if "table" in operation else None
        match operation["op"]:
            case "add_column":
                table.append_column(column_of(operation["column"]))
            case "create_foreign_key":
                table.append_constraint(foreign_key_of(operation))
            case "create_unique_constraint":
                table.append_constraint(sa.UniqueConstraint(*operation["columns"], name=operation["name"]))
            case "alter_column_type" | "create_table" | "execute":
                # In the models already; or rows, of which there are none.
                pass
            case other:
                raise ValueError(f"{ORIGINAL_HEAD} is not expected to do {other}")
    return metadata
