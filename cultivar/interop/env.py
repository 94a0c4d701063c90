"""Alembic's environment: one connection, to the address that the test names."""

import os

import sqlalchemy as sa
from alembic import context

from models import models

engine = sa.create_engine(os.environ["INTEROP_DATABASE_URL"])
with engine.connect() as connection:
    context.configure(
        connection=connection,
        target_metadata=models(),
        compare_type=True,
        compare_server_default=True,
    )
    with context.begin_transaction():
        context.run_migrations()
engine.dispose()
