"""The models of the Alembic projects of the benchmarks: the same tables as in main.rs."""
import os

import sqlalchemy as sa

metadata = sa.MetaData()


def define(at, is_asked):
    name = "t%05d" % at
    more = [sa.CheckConstraint("amount>=0 AND amount<1000", name="ck_" + name)] if is_asked else []
    table = sa.Table(
        name,
        metadata,
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("email", sa.String(120), nullable=True),
        sa.Column("body", sa.Text(), nullable=True),
        sa.Column("amount", sa.Float(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False, server_default=sa.text("(1+2)") if is_asked else None),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("updated_at", sa.DateTime(), nullable=False),
        sa.Column("parent_id", sa.Integer(), sa.ForeignKey("t%05d.id" % max(at - 1, 0)), nullable=True),
        *more,
    )
    sa.Index("ix_%s_name" % name, table.c.name)
    sa.Index("ix_%s_parent_created" % name, table.c.parent_id, table.c.created_at)


for at in range(int(os.environ["BENCH_TABLES"])):
    define(at, os.environ.get("BENCH_ASKED") == "yes" and at % 10 == 0)
