"""`manage.py demo`: the whole shop on this machine, until Ctrl-C."""

import fcntl
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from bookshop.settings import DEMO_LOCK, Settings, from_environment
from demo import processes
from demo.bell import Bell
from demo.guard import adopt_orphans, run_guarded
from demo.supervisor import AskedToStop, CannotStart, Supervisor, check_ports, tell

ACCOUNTS = """\
customer  reader
sellers   english, secondhand, classics, russian
operator  operator
password  bookshop (for each of them)"""


class AlreadyRunning(Exception):
    pass


def run(settings: Settings) -> int:
    """Answers the exit code; on the way out nothing is left running."""
    env = {
        **os.environ,
        "BOOKSHOP_VAR": str(settings.var),
        "BOOKSHOP_PORT": str(settings.port),
    }
    try:
        with only_here(settings) as lock:
            argv = [sys.executable, "-m", "demo.run"]
            return run_guarded(argv, env, processes.FOLDER, lock)
    except AlreadyRunning as refusal:
        tell(str(refusal))
        return 1


@contextmanager
def only_here(settings: Settings) -> Iterator[int]:
    """Hold the folder for one demo; it stays held while any process has the file open."""
    settings.var.mkdir(parents=True, exist_ok=True)
    with (settings.var / DEMO_LOCK).open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            process = lock.read().partition(" ")[0]
            raise AlreadyRunning(
                f"a demo is already running in {settings.var} (process {process}): "
                "stop it first, or set BOOKSHOP_VAR and BOOKSHOP_PORT"
            ) from None
        lock.truncate(0)
        lock.write(f"{os.getpid()} {settings.port}")
        lock.flush()
        try:
            yield lock.fileno()
        finally:
            lock.truncate(0)


def supervise(opening: Callable[[Supervisor], None], logs: Path) -> int:
    """The guarded part: open, then keep everything running until asked to stop."""
    adopt_orphans()
    with Bell() as bell:
        supervisor = Supervisor(bell, processes.FOLDER, logs)
        try:
            opening(supervisor)
            supervisor.watch()
        except AskedToStop:
            tell("stopping")
            return 0
        except CannotStart as reason:
            tell(str(reason))
            return 1
        finally:
            supervisor.stop()


def _open(settings: Settings, supervisor: Supervisor) -> None:
    foundations, shop = processes.foundations(settings), processes.shop(settings)
    check_ports([*foundations, *shop])
    for preparation in processes.preparations():
        supervisor.finish(preparation)
    supervisor.start(foundations)
    supervisor.start(shop)
    if settings.sample:
        supervisor.finish(processes.catalogue())
    tell(_ready(settings))
    tell(ACCOUNTS)


def _ready(settings: Settings) -> str:
    shop = settings.public_url
    return (
        f"READY shop={shop} dashboard={settings.dashboard_url} mailbox={settings.mailbox_url} "
        f"billing={settings.billing_url} queues={shop}/operator/queues"
    )


if __name__ == "__main__":
    outside = from_environment()
    sys.exit(supervise(partial(_open, outside), outside.var / "log"))
