"""Makes the database of the original application: every table by SQLAlchemy, the version row by Alembic."""

import os

import sqlalchemy as sa
from alembic import command
from alembic.config import Config

from models import FOLDER, ORIGINAL_HEAD, original

engine = sa.create_engine(os.environ["INTEROP_DATABASE_URL"])
original().create_all(engine, checkfirst=False)
engine.dispose()
command.stamp(Config(FOLDER / "alembic.ini"), ORIGINAL_HEAD)
