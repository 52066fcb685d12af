"""A real mail server gets each letter whole, and one that is silent does not hold us up."""

import email
import smtplib
import socket
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from flask_mail import BadHeaderError

from bookshop.notifications.models import Letter
from bookshop.settings import Settings, from_environment
from worker.mail import Post

WRITTEN_AT = datetime(2026, 11, 23, 10, 53, tzinfo=UTC)


class Mailbox:
    """Keeps what comes, and can be told to refuse it or to hang up."""

    def __init__(self) -> None:
        self.taken: list[EmailMessage] = []
        self.raw: list[bytes] = []
        self.lines: set[Session] = set()
        self.answer = "250 taken"
        self.hangs_up = False

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        self.lines.add(session)
        if self.answer.startswith("250"):
            assert isinstance(envelope.content, bytes)
            self.raw.append(envelope.content)
            message = email.message_from_bytes(envelope.content, policy=default)
            assert isinstance(message, EmailMessage)
            self.taken.append(message)
        return self.answer

    async def handle_RSET(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.hangs_up:
            server.transport.abort()
        return "250 go on"

    async def handle_QUIT(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.hangs_up:
            server.transport.abort()
        return "221 bye"


class OnAnyPort(Controller):
    def __init__(self, mailbox: Mailbox, **options: object) -> None:
        super().__init__(mailbox, "127.0.0.1", 0, **options)

    def _trigger_server(self) -> None:
        """Told which port it got, before it is first spoken to."""
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


@pytest.fixture
def mailbox() -> Mailbox:
    return Mailbox()


@pytest.fixture
def server(mailbox: Mailbox) -> Iterator[Controller]:
    yield from _running(OnAnyPort(mailbox))


@pytest.fixture
def settings(server: Controller, tmp_path: Path) -> Settings:
    return from_environment(
        {
            "BOOKSHOP_VAR": str(tmp_path),
            "BOOKSHOP_SMTP_URL": f"smtp://127.0.0.1:{server.port}",
            "BOOKSHOP_PUBLIC_URL": "https://books.example",
            "BOOKSHOP_SECRET_KEY": "a secret for tests",
        }
    )


@pytest.fixture
def letter() -> Letter:
    return Letter(
        id=7,
        event="OrderPaid-12",
        recipient="anna@example.org",
        kind="order_paid",
        language="en",
        subject="Ваш заказ 12 оплачен, и тема этого письма длиннее одной строки заголовка",
        text="Спасибо: 2 516,50 ₽\n.\nFrom here a line begins with a dot\n",
        html=f"<p>Спасибо</p>{'x' * 3000}",
        written_at=WRITTEN_AT,
    )


def test_a_letter_arrives_with_all_that_was_written(settings, mailbox, letter):
    Post(settings).send(letter)

    [mail] = mailbox.taken
    assert mail["Subject"] == letter.subject
    assert mail["To"] == "anna@example.org"
    assert mail["From"] == "Book Row <shop@books.example>"
    assert mail["Date"].datetime == WRITTEN_AT
    assert mail["Auto-Submitted"] == "auto-generated"
    assert _said(mail, "plain") == letter.text
    assert _said(mail, "html") == letter.html


def test_a_subject_of_any_length_keeps_the_spaces_between_its_words(settings, mailbox, letter):
    subjects = [f"Посылка {'4' * n}-2 отменена: не отправляйте её" for n in range(1, 10)]

    for letter.subject in subjects:
        Post(settings).send(letter)

    assert [mail["Subject"] for mail in mailbox.taken] == subjects


def test_every_mail_server_can_read_it(settings, mailbox, letter):
    Post(settings).send(letter)

    [raw] = mailbox.raw
    assert raw.isascii()
    assert max(len(line) for line in raw.splitlines()) < 998


def test_a_letter_sent_twice_has_one_message_id(settings, mailbox, letter):
    Post(settings).send(letter)
    Post(settings).send(letter)

    first, second = mailbox.taken
    assert first["Message-ID"] == second["Message-ID"]
    assert first["Message-ID"].startswith("<letter-7.")
    assert first["Message-ID"].endswith("@books.example>")
    assert len(first.get_all("Message-ID")) == 1


def test_another_letter_or_another_shop_has_another_message_id(settings):
    here, elsewhere = Post(settings), Post(replace(settings, secret_key="another"))

    ids = {here.message_id(7), here.message_id(8), elsewhere.message_id(7)}

    assert len(ids) == 3
    assert "secret" not in "".join(ids)


@pytest.mark.parametrize(
    ("public_url", "domain"),
    [
        ("http://127.0.0.1:8000", "@127.0.0.1>"),
        ("http://[::1]:8000", "@[IPv6:::1]>"),
        ("https://книги.рф", "@xn--c1ajbfp.xn--p1ai>"),
    ],
)
def test_the_shop_may_stand_at_any_address(settings, mailbox, letter, public_url, domain):
    post = Post(replace(settings, public_url=public_url))

    post.send(letter)

    assert mailbox.taken[0]["Message-ID"].endswith(domain)


def test_a_refusal_is_told_as_it_is(settings, mailbox, letter):
    mailbox.answer = "451 come again later"

    with pytest.raises(smtplib.SMTPDataError, match="come again later"):
        Post(settings).send(letter)


def test_a_letter_taken_before_the_server_hangs_up_is_not_an_error(settings, mailbox, letter):
    mailbox.hangs_up = True

    Post(settings).send(letter)

    assert len(mailbox.taken) == 1


@pytest.mark.parametrize(
    ("sentence", "encoding"),
    [("Ваш заказ оплачен. ", "base64"), ("The café sent your order. ", "quoted-printable")],
)
def test_a_letter_is_written_in_the_way_that_is_shorter(
    settings, mailbox, letter, sentence, encoding
):
    letter.text, letter.html = sentence * 20, f"<p>{sentence * 20}</p>"

    Post(settings).send(letter)

    [mail] = mailbox.taken
    parts = [part for part in mail.walk() if not part.is_multipart()]
    assert {part["Content-Transfer-Encoding"] for part in parts} == {encoding}


def test_letters_sent_together_go_by_one_line(settings, mailbox, letter):
    post = Post(settings)

    with post.one_line():
        for _ in range(3):
            post.send(letter)
    post.send(letter)

    assert len(mailbox.taken) == 4
    assert len(mailbox.lines) == 2


def test_a_server_that_hung_up_between_two_letters_is_called_again(settings, mailbox, letter):
    mailbox.hangs_up = True
    post = Post(settings)

    with post.one_line():
        for _ in range(3):
            post.send(letter)

    assert len(mailbox.taken) == len(mailbox.lines) == 3


def test_after_a_refusal_the_next_letter_goes_by_a_new_line(settings, mailbox, letter):
    post = Post(settings)

    with post.one_line():
        mailbox.answer = "451 come again later"
        with pytest.raises(smtplib.SMTPDataError):
            post.send(letter)
        mailbox.answer = "250 taken"
        post.send(letter)

    assert len(mailbox.taken) == 1
    assert len(mailbox.lines) == 2


def test_no_server_is_told_as_it_is(settings, letter):
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        nobody = replace(settings, smtp_url=f"smtp://127.0.0.1:{deaf.getsockname()[1]}")

        with pytest.raises(ConnectionRefusedError):
            Post(nobody).send(letter)


def test_a_silent_server_is_not_waited_for_for_ever(settings, letter):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        post = Post(
            replace(settings, smtp_url=f"smtp://127.0.0.1:{silent.getsockname()[1]}"), timeout=0.2
        )
        begun = time.monotonic()

        with pytest.raises(smtplib.SMTPServerDisconnected, match="timed out"):
            post.send(letter)

    assert time.monotonic() - begun < 5


def test_a_line_break_in_a_subject_is_refused_here_too(settings, mailbox, letter):
    letter.subject = "Hello\r\nBcc: all@example.org"

    with pytest.raises(BadHeaderError):
        Post(settings).send(letter)

    assert mailbox.taken == []


def test_a_password_is_said_as_it_was_set(settings, mailbox, letter):
    guarded = Guarded(mailbox)
    for server in _running(guarded.controller):
        here = f"smtp://me%40shop:p%2Fw@127.0.0.1:{server.port}"
        Post(replace(settings, smtp_url=here)).send(letter)

    assert guarded.heard == [(b"me@shop", b"p/w")]
    assert len(mailbox.taken) == 1


def test_a_password_is_not_said_in_the_clear_to_another_machine(settings, mailbox, letter):
    guarded = Guarded(mailbox)
    for server in _running(guarded.controller):
        not_loopback = f"smtp://me:word@0.0.0.0:{server.port}"
        with pytest.raises(smtplib.SMTPNotSupportedError):
            Post(replace(settings, smtp_url=not_loopback)).send(letter)

    assert guarded.heard == mailbox.taken == []


class Guarded:
    """Lets everybody in, without TLS, and remembers what he said."""

    def __init__(self, mailbox: Mailbox) -> None:
        self.heard: list[tuple[bytes, bytes]] = []
        self.controller = OnAnyPort(mailbox, authenticator=self._let_in, auth_require_tls=False)

    def _let_in(
        self, server: SMTP, session: Session, envelope: Envelope, way: str, said: LoginPassword
    ) -> AuthResult:
        self.heard.append((said.login, said.password))
        return AuthResult(success=True)


def _running(controller: Controller) -> Iterator[Controller]:
    controller.start()
    try:
        yield controller
    finally:
        controller.stop()


def _said(mail: EmailMessage, subtype: str) -> str:
    part = mail.get_body((subtype,))
    assert part is not None
    return part.get_content().replace("\r\n", "\n")
