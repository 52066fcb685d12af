"""Keeps watch over the supervisor, so that nothing it started outlives it.

The guard and the supervisor watch each other. The supervisor reads a pipe that the guard holds
open: when the guard is gone, however it ended, the pipe closes and the supervisor stops everything.
When the supervisor is gone, all it had started becomes the guard's own children (Linux hands
orphans to the nearest "subreaper"), and the guard ends them. On a system without subreapers, such
as macOS, only the first holds.
"""

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import FrameType

PR_SET_CHILD_SUBREAPER = 36  # from <linux/prctl.h>


def run_guarded(argv: Sequence[str], env: Mapping[str, str], folder: Path, *kept: int) -> int:
    """Run the supervisor to its end and answer its exit code; `kept` are open files it shares."""
    adopt_orphans()
    lifeline, held_open = os.pipe()
    supervisor = subprocess.Popen(
        argv,
        env=dict(env),
        cwd=folder,
        stdin=lifeline,
        pass_fds=kept,
        start_new_session=True,  # so that Ctrl-C comes to us alone, and is passed on once
    )
    os.close(lifeline)
    try:
        _pass_on_signals(supervisor)
        exit_code = supervisor.wait()
        return exit_code if exit_code >= 0 else 1  # killed
    finally:
        end_children()
        os.close(held_open)


def adopt_orphans() -> None:
    """From now on whatever loses its parent below us becomes our child."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def end_children() -> None:
    """Kill every child, then the orphans that leaves us with, until there are none."""
    while children := _children():
        for pid in children:
            os.kill(pid, signal.SIGKILL)
        for pid in children:
            os.waitpid(pid, 0)


def _pass_on_signals(supervisor: subprocess.Popen[bytes]) -> None:
    def ask_to_stop(_number: int, _frame: FrameType | None) -> None:
        supervisor.terminate()

    signal.signal(signal.SIGINT, ask_to_stop)
    signal.signal(signal.SIGTERM, ask_to_stop)
    if signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:  # nohup means: stay
        signal.signal(signal.SIGHUP, ask_to_stop)


def _children() -> list[int]:
    """Those not waited for yet, dead or alive; none where there is no /proc."""
    parent_of = {int(stat.parent.name): _parent(stat) for stat in Path("/proc").glob("[0-9]*/stat")}
    return [pid for pid, parent in parent_of.items() if parent == os.getpid()]


def _parent(stat: Path) -> int | None:
    try:
        return int(stat.read_text(errors="replace").rpartition(")")[2].split()[1])
    except (FileNotFoundError, ProcessLookupError):
        return None  # it ended while we looked
