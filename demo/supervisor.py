"""Starts the processes of the demo, starts again what dies, and stops them all."""

import errno
import os
import socket
import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

from demo.bell import Bell
from demo.guard import end_children
from demo.running import Process, Running

LOOK_AGAIN = 0.05  # seconds between two looks whether a process is ready
GRACE = 1.2  # seconds, for all, between being asked to end and being killed


class AskedToStop(Exception):
    """Ctrl-C, SIGTERM, or the guard is gone."""


class CannotStart(Exception):
    """A process that is needed is not there; the text says why."""


class Supervisor:
    def __init__(self, bell: Bell, folder: Path, logs: Path) -> None:
        self._bell = bell
        self._folder = folder
        self._logs = logs
        self._waves: list[list[Running]] = []

    def start(self, processes: Iterable[Process]) -> None:
        """Start these together, in order, and wait until each is ready."""
        wave: list[Running] = []
        self._waves.append(wave)
        for process in processes:
            tell(f"starting {process.name}")
            wave.append(self._launch(process))
        for running in wave:
            self._wait_until_ready(running)

    def finish(self, process: Process) -> None:
        """Run something that comes to an end by itself, while the others are watched."""
        tell(f"{process.name} ...")
        task = self._launch(process)
        self._waves.append([task])
        while task.alive:
            self._watch_for(self._until_next_start())
        self._waves.remove([task])
        if task.exit_code != 0:
            raise CannotStart(_obituary(task))

    def watch(self) -> NoReturn:
        """Start again whatever dies, until asked to stop."""
        while True:
            self._watch_for(self._until_next_start())

    def stop(self) -> None:
        """What was started last is asked first; what does not go is killed with all it started."""
        for wave in reversed(self._waves):
            for running in reversed(wave):
                running.ask_to_end()
            self._wait_for_the_end_of(wave, GRACE / len(self._waves))
            for running in wave:
                running.kill()
        end_children()

    def _launch(self, process: Process) -> Running:
        try:
            return Running(process, self._folder, self._logs / f"{process.name}.log")
        except OSError as error:
            raise CannotStart(f"{process.name} cannot be started: {error}") from error

    def _wait_until_ready(self, running: Running) -> None:
        until = time.monotonic() + running.process.patience
        while running.alive and not running.look_whether_ready():
            if time.monotonic() > until:
                raise CannotStart(
                    _complaint(running, f"is not ready after {running.process.patience:g} s")
                )
            self._watch_for(LOOK_AGAIN)
        if not running.is_ready:
            raise CannotStart(_obituary(running))

    def _watch_for(self, seconds: float | None) -> None:
        self._bell.wait(seconds)
        if self._bell.asked_to_stop:
            raise AskedToStop
        for running in self._reap():
            if running.is_ready:
                delay = running.plan_to_start_again()
                tell(f"{running.name} ended {running.how_it_ended()}, again in {delay:g} s")
        for running in self._all():
            if running.start_again_at and running.start_again_at <= time.monotonic():
                self._start_again(running)

    def _start_again(self, running: Running) -> None:
        try:
            running.start()
        except OSError as error:  # no memory, no process left: that may pass
            delay = running.plan_to_start_again()
            tell(f"{running.name} cannot be started: {error}, again in {delay:g} s")

    def _wait_for_the_end_of(self, wave: Sequence[Running], seconds: float) -> None:
        until = time.monotonic() + seconds
        while any(running.alive for running in wave) and time.monotonic() < until:
            self._bell.wait(max(until - time.monotonic(), 0))
            self._reap()

    def _reap(self) -> list[Running]:
        """Who has ended since the last look; orphans we were handed are only buried."""
        ended = []
        with suppress(ChildProcessError):  # there are no children at all
            while (found := os.waitpid(-1, os.WNOHANG))[0]:
                pid, status = found
                for running in self._all():
                    if running.alive and running.pid == pid:
                        running.ended(os.waitstatus_to_exitcode(status))
                        ended.append(running)
        return ended

    def _until_next_start(self) -> float | None:
        due = [running.start_again_at for running in self._all() if running.start_again_at]
        return max(min(due) - time.monotonic(), 0) if due else None

    def _all(self) -> list[Running]:
        return [running for wave in self._waves for running in wave]


def check_ports(processes: Iterable[Process]) -> None:
    """Before anything is started: is every door free?"""
    for process in processes:
        for port in process.ports:
            family = socket.AF_INET6 if ":" in process.host else socket.AF_INET
            with socket.socket(family) as door:
                door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                try:
                    door.bind((process.host, port))
                except OSError as error:
                    raise CannotStart(_taken(process, port, error)) from error


def tell(line: str) -> None:
    """To the person who started us; whoever listens no more is no reason to stop."""
    with suppress(OSError):
        os.write(1, f"{line}\n".encode())


def _taken(process: Process, port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"port {port} ({process.name}) is taken: set BOOKSHOP_PORT"
    return f"port {port} ({process.name}) on {process.host} cannot be used: {error.strerror}"


def _obituary(running: Running) -> str:
    return _complaint(running, f"ended {running.how_it_ended()}")


def _complaint(running: Running, what: str) -> str:
    return f"{running.name} {what}. The end of {running.log}:\n{running.last_words()}".rstrip()
