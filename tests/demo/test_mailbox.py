"""The mailbox as it runs in the demo: real SMTP in, files and pages out."""

import http.client
import os
import re
import resource
import smtplib
import subprocess
import sys
import threading
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import quote

import pytest

from bookshop.settings import MAILBOX, SMTP
from demo.mailbox.letters import Letters
from demo.mailbox.reading import read
from demo.processes import FOLDER
from tests.demo.conftest import is_open_at, six_free_ports, wait_until

pytestmark = pytest.mark.processes
NAME = re.compile(r"\d{8}T\d{6}\.\d{6}-\d{4}\.eml")


class Mailbox:
    def __init__(self, var: Path, port: int) -> None:
        self.folder = var / "mail"
        self.page, self.smtp = port + MAILBOX, port + SMTP
        self._env = {**os.environ, "BOOKSHOP_VAR": str(var), "BOOKSHOP_PORT": str(port)}
        self.open()

    def open(self) -> None:
        argv = [sys.executable, "-m", "demo.mailbox"]
        self.process = subprocess.Popen(argv, cwd=FOLDER, env=self._env)
        wait_until(lambda: is_open_at(self.page))

    def close(self) -> None:
        self.process.terminate()
        assert self.process.wait(5) == 0

    def takes(self, letter: EmailMessage | bytes) -> None:
        content = letter if isinstance(letter, bytes) else letter.as_bytes()
        with smtplib.SMTP("127.0.0.1", self.smtp, timeout=10) as post:
            post.sendmail("shop@example.org", ["reader@example.org"], content)

    def files(self) -> list[Path]:
        return sorted(self.folder.iterdir())

    def get(self, path: str, **headers: str) -> tuple[int, str, http.client.HTTPMessage]:
        connection = http.client.HTTPConnection("127.0.0.1", self.page, timeout=10)
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        return answer.status, answer.read().decode(), answer.headers

    def newest(self, rest: str = "") -> str:
        status, body, _ = self.get(f"/letters/{self.files()[-1].name}{rest}")
        assert status == 200
        return body


def letter(
    subject: str = "Your order", to: str = "reader@example.org", **more: str
) -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "shop@example.org", to, subject
    if "message_id" in more:
        message["Message-ID"] = more["message_id"]
    message.set_content(more.get("text", "Good day."))
    if "html" in more:
        message.add_alternative(more["html"], subtype="html")
    return message


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    mailbox = Mailbox(tmp_path_factory.mktemp("var"), six_free_ports())
    yield mailbox
    mailbox.close()


@pytest.fixture
def mailbox(running):
    """Empty for each test."""
    for file in running.files():
        file.unlink()
    return running


def test_a_letter_becomes_a_file_just_as_it_was_sent(mailbox):
    sent = letter(message_id="<one@shop>")

    mailbox.takes(sent)

    (file,) = mailbox.files()
    assert NAME.fullmatch(file.name)
    assert file.read_bytes().replace(b"\r\n", b"\n").strip() == sent.as_bytes().strip()


def test_the_names_sort_by_arrival_and_the_page_shows_the_newest_first(mailbox):
    for subject in ("first", "second", "third"):
        mailbox.takes(letter(subject))

    assert [file.read_bytes().split(b"Subject: ")[1][:5] for file in mailbox.files()] == [
        b"first",
        b"secon",
        b"third",
    ]
    _, page, _ = mailbox.get("/")
    assert page.index("third") < page.index("second") < page.index("first")


def test_a_letters_time_is_the_shops(mailbox):
    mailbox.takes(letter())
    (file,) = mailbox.files()
    file.rename(file.with_name("20261123T215900.000000-0001.eml"))

    assert "2026-11-24 00:59:00" in mailbox.newest()


def test_the_names_sort_by_arrival_even_when_the_clock_was_set_back(tmp_path):
    (tmp_path / "29991231T235959.999999-0001.eml").write_bytes(b"Subject: from the future\n\n")

    kept = Letters(tmp_path).keep(b"Subject: from today\n\n")

    assert kept.name == "29991231T235959.999999-0002.eml"


def test_the_same_message_id_is_kept_once_also_after_a_restart(mailbox):
    mailbox.takes(letter(message_id="<twice@shop>"))
    mailbox.takes(letter(message_id="<twice@shop>"))
    mailbox.close()
    mailbox.open()
    mailbox.takes(letter(message_id="<twice@shop>"))
    mailbox.takes(letter(message_id="<other@shop>"))

    assert len(mailbox.files()) == 2


def test_the_same_message_id_delivered_many_times_at_once_is_kept_once(mailbox):
    senders = [
        threading.Thread(target=mailbox.takes, args=[letter(message_id="<at-once@shop>")])
        for _ in range(8)
    ]

    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()

    assert len(mailbox.files()) == 1


def test_letters_without_a_message_id_are_all_kept(mailbox):
    mailbox.takes(letter())
    mailbox.takes(letter())

    assert len(mailbox.files()) == 2


def test_a_half_written_letter_of_a_killed_mailbox_is_no_letter(tmp_path):
    (tmp_path / ".20261123T101112.123456-0001.eml.part").write_bytes(b"Subject: ha")

    assert Letters(tmp_path).newest_first() == []
    assert list(tmp_path.iterdir()) == []


def test_subjects_and_names_in_other_scripts_are_decoded(mailbox):
    mailbox.takes(letter("Ваш заказ № 7", to="Анна Каренина <anna@example.org>"))

    _, page, _ = mailbox.get("/")
    assert "Ваш заказ № 7" in page
    assert "Анна Каренина" in page
    assert "Ваш заказ № 7" in mailbox.newest()


def test_the_list_can_be_narrowed_to_one_address(mailbox):
    mailbox.takes(letter("for the reader"))
    mailbox.takes(letter("for the seller", to="Seller <english@example.org>"))

    _, page, _ = mailbox.get("/?to=" + quote("English@example.org"))

    assert "for the seller" in page
    assert "for the reader" not in page


def test_a_long_list_has_pages(mailbox):
    letters = Letters(mailbox.folder)
    for number in range(101):
        letters.keep(f"Subject: letter {number}.\nTo: reader@example.org\n\n".encode())

    _, first, _ = mailbox.get("/")
    _, second, _ = mailbox.get("/?to=reader@example.org&page=2")

    assert "letter 100." in first
    assert "letter 0." not in first
    assert "letter 0." in second
    assert mailbox.get("/?page=99999")[0] == 200


def test_links_in_a_text_can_be_pressed_and_open_a_new_tab(mailbox):
    mailbox.takes(letter(text="Confirm: http://127.0.0.1:8000/parcels/1?key=a&b=c. Thank you."))

    page = mailbox.newest()

    link = "http://127.0.0.1:8000/parcels/1?key=a&amp;b=c"
    assert f'<a href="{link}" target="_blank" rel="noopener">{link}</a>. Thank you.' in page


def test_html_is_shown_in_a_sandbox_that_runs_and_fetches_nothing(mailbox):
    mailbox.takes(letter(html="<!DOCTYPE html><p><a href='http://x.example/'>Go</a></p>"))

    page = mailbox.newest()
    _, frame, headers = mailbox.get(f"/letters/{mailbox.files()[-1].name}/html")

    assert re.search(r'<iframe src="/letters/[^"]+/html" sandbox="allow-popups ', page)
    assert "allow-scripts" not in page
    assert "allow-same-origin" not in page
    assert frame.startswith('<!DOCTYPE html><base target="_blank"><p>')
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "sandbox allow-popups" in headers["Content-Security-Policy"]


def test_the_text_of_a_letter_that_also_has_html_is_one_click_away(mailbox):
    mailbox.takes(letter(text="The plain words.", html="<b>The fine words.</b>"))

    assert '<a href="?view=text">' in mailbox.newest()
    assert "The plain words." in mailbox.newest("?view=text")


def test_nothing_in_a_letter_becomes_part_of_our_page(mailbox):
    evil = "<script>alert(1)</script>"
    message = letter(evil, to=f'"{evil}" <a@example.org>', text=f'{evil} http://a.example/"{evil}')
    message.add_attachment(b"", maintype="text", subtype="x", filename=f"{evil}.txt")
    mailbox.takes(message)

    shown = mailbox.get("/?to=%3Cscript%3E")[1] + mailbox.get("/")[1] + mailbox.newest()
    shown += mailbox.newest("?view=source") + mailbox.get("/letters/%3Cscript%3E")[1]

    assert "&lt;script&gt;" in shown
    assert "<script>" not in shown


BROKEN = {
    "nothing at all": b"",
    "no header": b"just words\r\n",
    "no such charset": b"Subject: =?klingon?q?x?=\nContent-Type: text/html; charset=klingon\n\nx",
    "not in its charset": b"Subject: =?utf-8?q?=FF?=\nContent-Type: text/plain\n\n\xff\n",
    "broken base64": b"Content-Type: text/html\nContent-Transfer-Encoding: base64\n\n!!!\n",
    "raw bytes in the header": "Subject: Здравствуйте\nTo: кто <a@b>\n\nтекст\n".encode("cp1251"),
    "a null in the charset": b'Content-Type: text/plain; charset="a\0b"\n\nx\n',
    "multipart without a boundary": b"Content-Type: multipart/mixed\n\nx\n",
    "multipart never closed": b"Content-Type: multipart/mixed; boundary=b\n\n--b\n\nx\n",
    "half a character": b"Subject: =?utf-7?q?+2AA-?=\n\nx\n",
    "odd file name": b"Content-Disposition: attachment; filename*0*=klingon'x'%ff\n\nx\n",
    "a very long line": b"Subject: " + b"x" * 100_000 + b"\n\n" + b"y" * 100_000 + b"\n",
}


@pytest.mark.parametrize("content", BROKEN.values(), ids=BROKEN)
def test_a_broken_letter_is_kept_and_shown(mailbox, content):
    mailbox.takes(content)

    assert len(mailbox.files()) == 1
    assert mailbox.get("/")[0] == 200
    for view in ("", "/html", "?view=text", "?view=source"):
        mailbox.newest(view)


def test_parts_within_parts_deeper_than_python_can_go_are_shown_as_source():
    levels = b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(1100)
    )

    letter = read(b"Subject: deep\n" + levels)

    assert letter.heading.subject == "deep"
    assert "boundary=b1099" in letter.source


def test_what_is_not_there_is_a_404_even_outside_the_folder(mailbox):
    (mailbox.folder.parent / "secret").write_text("do not read")

    for path in (
        "/letters/none.eml",
        "/letters/..%2Fsecret",
        "/letters/../secret",
        "/no",
        "/letters",
    ):
        assert mailbox.get(path)[0] == 404


def test_the_page_refreshes_itself_and_needs_nothing_from_elsewhere(mailbox):
    status, page, headers = mailbox.get("/")

    assert status == 200
    assert '<meta http-equiv="refresh"' in page
    assert not re.search(r'(src|href)="(https?:)?//', page)
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert mailbox.get("/mailbox.css")[2]["Content-Type"] == "text/css; charset=utf-8"


def test_it_says_that_it_is_well_and_is_small(mailbox):
    mailbox.close()
    mailbox.open()
    mailbox.takes(letter())
    mailbox.newest()

    assert mailbox.get("/health")[:2] == (200, "ok\n")
    status = Path(f"/proc/{mailbox.process.pid}/status").read_text()
    assert int(re.search(r"VmRSS:\s+(\d+) kB", status)[1]) < 64 * 1024


def test_where_there_is_no_room_the_sender_is_asked_to_come_again(mailbox):
    """Only a temporary refusal makes the sender keep the letter."""
    pid, room = mailbox.process.pid, (8192, resource.RLIM_INFINITY)
    before = resource.prlimit(pid, resource.RLIMIT_FSIZE, room)
    try:
        with pytest.raises(smtplib.SMTPDataError) as refusal:
            mailbox.takes(letter(text="too much\n" * 10_000))
    finally:
        resource.prlimit(pid, resource.RLIMIT_FSIZE, before)

    assert refusal.value.smtp_code == 452
    assert mailbox.files() == []
    mailbox.takes(letter())
    assert len(mailbox.files()) == 1
