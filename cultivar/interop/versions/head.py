"""Bring the database to the models

What the revision after the original's last one does, as an Alembic project would have written it. Its id is
the one that Cucurbit's `heads` prints.
"""

import os

import sqlalchemy as sa
from alembic import op

from models import NAMING_CONVENTION

revision = os.environ["INTEROP_HEAD"]
down_revision = "6e5b1d353dd6"


def upgrade():
    with op.batch_alter_table("breeder") as table:
        table.drop_constraint("ux_breeder_seedfinder_id", type_="unique")
    op.create_index("ux_breeder_name_lower", "breeder", [sa.text("lower(name)")], unique=True)
    with op.batch_alter_table("cultivar") as table:
        table.drop_constraint("ux_cultivar_seedfinder_id", type_="unique")
    with op.batch_alter_table("plant", naming_convention=NAMING_CONVENTION) as table:
        table.drop_constraint("fk_plant_strain_id", type_="foreignkey")
        table.drop_column("strain_id")
        table.drop_column("strain_url")


def downgrade():
    with op.batch_alter_table("plant") as table:
        table.add_column(sa.Column("strain_url", sa.String(255), nullable=True))
        table.add_column(sa.Column("strain_id", sa.Integer(), nullable=True))
        table.create_foreign_key("fk_plant_strain_id", "cultivar", ["strain_id"], ["id"])
    with op.batch_alter_table("cultivar") as table:
        table.create_unique_constraint("ux_cultivar_seedfinder_id", ["seedfinder_id"])
    op.drop_index("ux_breeder_name_lower", table_name="breeder")
    with op.batch_alter_table("breeder") as table:
        table.create_unique_constraint("ux_breeder_seedfinder_id", ["seedfinder_id"])
