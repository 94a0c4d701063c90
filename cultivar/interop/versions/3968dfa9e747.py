"""Generate baseline schema for async models"""

from history import run

revision = "3968dfa9e747"
down_revision = None


def upgrade():
    run(revision, "upgrade")


def downgrade():
    run(revision, "downgrade")
