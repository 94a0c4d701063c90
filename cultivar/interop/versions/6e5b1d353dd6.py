"""Add strain_id aliases for backward compatibility"""

from history import run

revision = "6e5b1d353dd6"
down_revision = "109317dd2a2f"


def upgrade():
    run(revision, "upgrade")


def downgrade():
    run(revision, "downgrade")
