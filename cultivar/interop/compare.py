"""Prints how Alembic finds a database to differ from the models: one difference in a line, sorted; nothing if equal.

A line says what Alembic would do to the database, the table, and the column or the name. Foreign keys are told by
their columns: Alembic does not compare their names.
"""

import os

import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from models import models


def lines(differences):
    """Yields a line for each difference; several changes of one column are a list."""
    for difference in differences:
        if isinstance(difference, list):
            yield from lines(difference)
            continue
        verb, subject = difference[0], difference[1]
        if isinstance(subject, sa.ForeignKeyConstraint):
            words = [subject.table.name, *subject.column_keys]
        elif isinstance(subject, (sa.Constraint, sa.Index)):
            words = [subject.table.name, subject.name]
        else:
            words = [getattr(word, "name", word) for word in difference[1:] if word is not None]
        yield " ".join(str(word) for word in [verb, *words])


engine = sa.create_engine(os.environ["INTEROP_DATABASE_URL"])
with engine.connect() as connection:
    context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
    differences = compare_metadata(context, models())
engine.dispose()
for line in sorted(lines(differences)):
    print(line)
