"""add_seedfinder_fields_to_breeder_and_cultivar"""

from history import run

revision = "109317dd2a2f"
down_revision = "3968dfa9e747"


def upgrade():
    run(revision, "upgrade")


def downgrade():
    run(revision, "downgrade")
