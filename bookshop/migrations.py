"""Bring a database to the newest form of the tables."""

from pathlib import Path

from alembic import command
from alembic.config import Config

from bookshop.database import Database

FOLDER = Path(__file__).parent.parent / "data" / "migrations"


def migrate(database: Database, to: str = "head") -> None:
    config = Config()
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    config.attributes["database"] = database
    command.upgrade(config, to)
