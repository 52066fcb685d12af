"""What the supervisor promises, with small processes of its own."""

import os
import signal
import socket
import time

import pytest

from demo.processes import FOLDER
from demo.running import Process, Running
from tests.demo.conftest import free_port, is_alive, is_open_at, wait_until

pytestmark = pytest.mark.processes

# A grandchild in a session of its own, which no signal to the process group would reach.
HAS_A_CHILD = """
child = subprocess.Popen(
    [sys.executable, "-c", "import signal; signal.pause()"], start_new_session=True
)
note(child.pid)
signal.pause()
"""
TURNS_A_DEAF_EAR = """
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("deaf")
while True:
    signal.pause()
"""


def test_it_is_ready_when_every_process_is(shop):
    port = free_port()
    shop.serves("door", port)
    shop.has("worker", "print('ready to work'); signal.pause()", word="ready")

    shop.is_open()

    with socket.create_connection(("127.0.0.1", port)):
        assert "starting door\nstarting worker\nREADY" in shop.said()


def test_a_taken_port_is_told_by_name_before_anything_starts(shop):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        shop.has("worker")
        shop.serves("dashboard", port)

        shop.opens()

        assert shop.guard.wait(10) == 1
    assert f"port {port} (dashboard) is taken: set BOOKSHOP_PORT" in shop.said()
    assert shop.everyone() == []


def test_a_process_that_dies_is_there_again_within_two_seconds(shop):
    port = free_port()
    shop.serves("door", port)
    shop.is_open()

    os.kill(shop.pids("door")[0], signal.SIGKILL)

    assert wait_until(lambda: len(shop.pids("door")) == 2) < 2
    wait_until(lambda: "door ended by SIGKILL, again in 0.2 s" in shop.said())
    wait_until(lambda: is_open_at(port))


def test_killed_from_outside_again_and_again_it_is_there_within_two_seconds_each_time(shop):
    shop.has("worker")
    shop.is_open()

    for times in range(1, 6):
        wait_until(lambda n=times: len(shop.pids("worker")) == n)
        os.kill(shop.pids("worker")[-1], signal.SIGKILL)
        assert wait_until(lambda n=times: len(shop.pids("worker")) == n + 1) < 2


def test_one_that_keeps_failing_is_started_ever_more_slowly(shop):
    shop.has(
        "worker",
        f"len(open({shop.pids_file('worker')!r}).readlines()) == 1 or sys.exit(3)\nsignal.pause()",
    )
    shop.is_open()
    wait_until(lambda: shop.pids("worker"))

    os.kill(shop.pids("worker")[0], signal.SIGKILL)

    wait_until(lambda: "again in 1.6 s" in shop.said())
    waits = [line.split("again in ")[1] for line in shop.said().splitlines() if "again" in line]
    assert waits == ["0.2 s", "0.4 s", "0.8 s", "1.6 s"]
    assert "worker ended with exit code 3" in shop.said()


def test_the_wait_is_capped_and_forgotten_after_half_a_minute_of_life(tmp_path):
    running = Running(Process("worker", ["true"]), FOLDER, tmp_path / "worker.log")
    running.ended(os.waitstatus_to_exitcode(os.waitpid(running.pid, 0)[1]))

    waits = [running.plan_to_start_again() for _ in range(8)]
    running.started_at -= 30

    assert waits == [0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 10, 10]
    assert running.plan_to_start_again() == 0.2


def test_what_a_dead_process_leaves_behind_does_not_keep_its_port(shop):
    shop.has("door", HAS_A_CHILD.replace(", start_new_session=True", ""))
    shop.is_open()
    wait_until(lambda: len(shop.pids("door")) == 2)
    parent, child = shop.pids("door")

    os.kill(parent, signal.SIGKILL)

    wait_until(lambda: len(shop.pids("door")) == 4)
    assert not is_alive(child)


@pytest.mark.parametrize("by", [signal.SIGINT, signal.SIGTERM])
def test_it_stops_everything_within_two_seconds(shop, by):
    shop.has("parent", HAS_A_CHILD)
    shop.has("deaf", TURNS_A_DEAF_EAR, word="deaf")
    shop.is_open()
    wait_until(lambda: len(shop.pids("parent")) == 2)
    assert all(map(is_alive, shop.everyone()))
    begun = time.monotonic()

    shop.guard.send_signal(by)

    assert shop.guard.wait(10) == 0
    assert time.monotonic() - begun < 2
    assert shop.nobody_is_left()


def test_those_that_listen_are_asked_to_stop_and_not_killed(shop):
    farewell = (
        "signal.signal(signal.SIGTERM, lambda *_: sys.exit(print('goodbye')))\nprint('hello')\n"
    )
    shop.has("polite", farewell + "signal.pause()", word="hello")
    shop.is_open()

    shop.close()

    assert (shop.logs / "polite.log").read_text() == "hello\ngoodbye\n"


@pytest.mark.parametrize("whom", ["guard", "supervisor"])
def test_kill_9_leaves_no_process_not_even_a_grandchild(shop, whom):
    shop.has("parent", HAS_A_CHILD)
    shop.has("deaf", TURNS_A_DEAF_EAR, word="deaf")
    shop.is_open()
    wait_until(lambda: len(shop.pids("parent")) == 2)
    assert all(map(is_alive, shop.everyone()))

    os.kill(shop.guard.pid if whom == "guard" else shop.supervisor(), signal.SIGKILL)
    shop.guard.wait(10)

    assert wait_until(shop.nobody_is_left) < 3


def test_kill_9_of_the_whole_group_leaves_no_process(shop):
    shop.has("parent", HAS_A_CHILD)
    shop.is_open()
    wait_until(lambda: len(shop.pids("parent")) == 2)

    os.killpg(shop.guard.pid, signal.SIGKILL)
    shop.guard.wait(10)

    assert wait_until(shop.nobody_is_left) < 3


def test_a_process_that_cannot_start_shows_its_log_and_stops_the_rest(shop):
    shop.has("mailbox")
    shop.has("billing", "sys.exit('there is no such database')", word="ready")

    shop.opens()

    assert shop.guard.wait(10) == 1
    assert "billing ended with exit code 1" in shop.said()
    assert "there is no such database" in shop.said()
    assert shop.nobody_is_left()


def test_a_process_that_never_gets_ready_is_not_waited_for_for_ever(shop):
    shop.has("billing", "print('thinking'); signal.pause()", word="ready", patience=0.5)

    shop.opens()

    assert shop.guard.wait(10) == 1
    assert "billing is not ready after 0.5 s" in shop.said()
    assert "thinking" in shop.said()
    assert shop.nobody_is_left()


def test_it_can_be_stopped_while_it_is_still_starting(shop):
    shop.has("slow", word="never")
    shop.opens()
    wait_until(lambda: shop.pids("slow"))
    begun = time.monotonic()

    shop.close()

    assert time.monotonic() - begun < 2
    assert shop.nobody_is_left()


def test_the_log_of_the_run_before_is_kept_beside_the_new_one(shop):
    shop.logs.mkdir()
    (shop.logs / "worker.log").write_text("ready, said yesterday's\n")
    shop.has("worker", "print('ready, says today'); signal.pause()", word="ready")

    shop.is_open()

    assert (shop.logs / "worker.log").read_text() == "ready, says today\n"
    assert (shop.logs / "worker.log.1").read_text() == "ready, said yesterday's\n"
