"""A demo of small processes, guarded and supervised as the real one is (run by the tests)."""

import json
import os
import sys
from functools import partial
from pathlib import Path

from demo.guard import run_guarded
from demo.processes import FOLDER
from demo.ready import answers, says, started
from demo.run import supervise
from demo.running import Process
from demo.supervisor import Supervisor, check_ports, tell


def small_process(name, code, port=None, word=None, patience=10):
    ready = answers(f"http://127.0.0.1:{port}/") if port else says(word) if word else started
    argv = [sys.executable, "-c", code]
    return Process(name, argv, ready=ready, ports=[port] if port else [], patience=patience)


def open_doors(table: list[dict], supervisor: Supervisor) -> None:
    tell(f"supervisor {os.getpid()}")
    processes = [small_process(**row) for row in table]
    check_ports(processes)
    supervisor.start(processes)
    tell("READY")


if __name__ == "__main__":
    part, table, logs = sys.argv[1:]
    if part == "supervisor":
        sys.exit(supervise(partial(open_doors, json.loads(table)), Path(logs)))
    argv = [sys.executable, "-m", "tests.demo.small_shop", "supervisor", table, logs]
    sys.exit(run_guarded(argv, os.environ, FOLDER))
