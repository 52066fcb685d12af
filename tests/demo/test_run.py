"""`manage.py demo` itself: what it refuses, and the Redis it brings along."""

import os
import signal
import socket
import subprocess
import sys

import pytest

from bookshop.settings import (
    BILLING,
    DASHBOARD,
    DEMO_LOCK,
    MAILBOX,
    REDIS,
    SMTP,
    USUAL_PORT,
    from_environment,
)
from demo import processes
from demo.ready import pongs
from demo.run import only_here, run
from demo.running import Running
from tests.demo.conftest import six_free_ports, wait_until

RUN = (
    "from bookshop.settings import from_environment as s; from demo.run import run; exit(run(s()))"
)


@pytest.fixture
def settings(tmp_path):
    port = str(six_free_ports())
    return from_environment({"BOOKSHOP_VAR": str(tmp_path), "BOOKSHOP_PORT": port})


def test_a_second_demo_in_the_same_folder_is_refused(settings, capfd):
    with only_here(settings):
        assert run(settings) == 1

    said = capfd.readouterr().out
    assert f"a demo is already running in {settings.var} (process {os.getpid()})" in said


def test_the_folder_is_free_again_when_the_demo_has_ended(settings):
    with only_here(settings):
        pass
    with only_here(settings):
        pass


def test_a_command_beside_a_running_demo_finds_its_port_and_whatever_is_named_wins(settings):
    beside = {"BOOKSHOP_VAR": str(settings.var)}
    with only_here(settings):
        assert from_environment(beside) == settings
        assert from_environment(beside | {"BOOKSHOP_PORT": "9000"}).port == 9000
        elsewhere = "http://billing.example"
        named = from_environment(beside | {"BOOKSHOP_BILLING_URL": elsewhere})
        assert (named.port, named.billing_url) == (settings.port, elsewhere)
        secrets = {"BOOKSHOP_SECRET_KEY": "a", "BOOKSHOP_BILLING_SECRET": "b"}
        in_production = beside | secrets | {"BOOKSHOP_ENV": "production"}
        assert from_environment(in_production).port == USUAL_PORT

    assert from_environment(beside).port == USUAL_PORT  # the file is there still
    with subprocess.Popen(["true"]) as ended:
        pass
    (settings.var / DEMO_LOCK).write_text(f"{ended.pid} {settings.port}")  # and was killed
    assert from_environment(beside).port == USUAL_PORT


@pytest.mark.processes
def test_a_taken_port_is_told_with_the_name_of_its_process(settings):
    with socket.create_server(("127.0.0.1", settings.port + REDIS)) as taken:
        env = {**os.environ, "BOOKSHOP_VAR": str(settings.var), "BOOKSHOP_PORT": str(settings.port)}
        argv = [sys.executable, "-c", RUN]
        ended = subprocess.run(argv, env=env, capture_output=True, text=True, timeout=20)
        port = taken.getsockname()[1]

    assert ended.returncode == 1
    assert ended.stdout == f"port {port} (redis) is taken: set BOOKSHOP_PORT\n"


def test_each_port_belongs_to_one_process(settings):
    table = [*processes.foundations(settings), *processes.shop(settings)]

    doors = {port - settings.port: process.name for process in table for port in process.ports}
    assert doors == {
        0: "shop",
        DASHBOARD: "dashboard",
        BILLING: "billing",
        MAILBOX: "mailbox",
        SMTP: "mailbox",
        REDIS: "redis",
    }


def test_another_redis_is_used_where_one_is_named(tmp_path):
    named = {"BOOKSHOP_VAR": str(tmp_path), "BOOKSHOP_REDIS_URL": "redis://elsewhere:6379/0"}

    names = [process.name for process in processes.foundations(from_environment(named))]

    assert names == ["mailbox", "billing"]


@pytest.mark.processes
def test_the_redis_of_the_demo_remembers_after_kill_9(settings):
    process = next(each for each in processes.foundations(settings) if each.name == "redis")
    running = Running(process, processes.FOLDER, settings.var / "log" / "redis.log")
    port = settings.port + REDIS
    try:
        wait_until(running.look_whether_ready)
        assert ask(port, b"SET book Emma\r\n") == b"+OK\r\n"
        os.kill(running.pid, signal.SIGKILL)
        os.waitpid(running.pid, 0)

        running.start()

        wait_until(lambda: pongs("127.0.0.1", port)(running.log))
        assert ask(port, b"GET book\r\n") == b"$4\r\nEmma\r\n"
    finally:
        running.kill()
        running.ended(os.waitstatus_to_exitcode(os.waitpid(running.pid, 0)[1]))


def ask(port: int, command: bytes) -> bytes:
    with socket.create_connection(("127.0.0.1", port), 5) as connection:
        connection.sendall(command)
        return connection.recv(1024)
