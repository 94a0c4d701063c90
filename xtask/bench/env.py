"""The environment of the Alembic projects of the benchmarks: models from models.py, one transaction a revision."""
import os

from alembic import context
from sqlalchemy import create_engine, pool

if os.environ.get("BENCH_TABLES"):
    from models import metadata as target_metadata
else:
    target_metadata = None

url = os.environ["DATABASE_URL"]
engine = create_engine(url, poolclass=pool.NullPool)
with engine.connect() as connection:
    context.configure(
        connection=connection,
        target_metadata=target_metadata,
        render_as_batch=url.startswith("sqlite"),
        transaction_per_migration=True,
        compare_server_default=os.environ.get("BENCH_ASKED") == "yes",
    )
    with context.begin_transaction():
        context.run_migrations()
