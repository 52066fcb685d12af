"""Hand a letter to the mail server (Flask-Mail), at most ten seconds at a time.

SMTP cannot promise "exactly once": a letter may be handed over again, and then has the same
Message-ID, so that a mailbox can take both as one.
"""

import hashlib
import hmac
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from email.charset import BASE64, QP, Charset
from email.header import Header
from email.mime.base import MIMEBase
from email.policy import compat32
from ipaddress import ip_address
from types import TracebackType
from typing import Self
from urllib.parse import unquote, urlsplit

from flask import Flask
from flask_mail import Connection, Mail, Message

from bookshop.notifications.models import Letter
from bookshop.notifications.rendering import shop_name
from bookshop.settings import Settings

TIMEOUT = 10.0  # seconds for each answer of the mail server
PROMPT = 2.0  # seconds for the answer whether it still listens: else there is a new line
SMTP_PORT, SMTPS_PORT = 25, 465
OK = 250
# Flask-Mail's own policy takes every header apart again, at twice the time.
AS_WRITTEN = compat32.clone(linesep="\r\n")


class Post:
    def __init__(self, settings: Settings, timeout: float = TIMEOUT) -> None:
        self._app = _app_for(settings.smtp_url)
        self._mail = Mail(self._app)
        self._timeout = timeout
        self._keeping = False
        self._kept: _Line | None = None
        self._shop_name = settings.shop_name
        self._secret = settings.secret_key
        self._domain = _mail_domain(urlsplit(settings.public_url).hostname or "localhost")

    def send(self, letter: Letter) -> None:
        """Raises smtplib.SMTPException or OSError; then it was not taken, or nobody knows."""
        line, self._kept = self._kept or _Line(self._mail, self._timeout), None
        with self._app.app_context(), ExitStack() as at_end:
            at_end.enter_context(line)
            line.send(self._message(letter))
            if self._keeping:
                self._kept = line
                at_end.pop_all()  # stays open

    @contextmanager
    def one_line(self) -> Iterator[None]:
        """What is sent meanwhile goes by one line; after anything went wrong, by a new one."""
        self._keeping = True
        try:
            yield
        finally:
            self._keeping = False
            line, self._kept = self._kept, None
            with suppress(smtplib.SMTPException, OSError):  # the letters were taken
                if line:
                    line.__exit__(None, None, None)

    def message_id(self, letter_id: int) -> str:
        """The same for good; that of another installation under this name is another."""
        digest = hmac.new(self._secret.encode(), b"letters", hashlib.sha256).hexdigest()[:12]
        return f"<letter-{letter_id}.{digest}@{self._domain}>"

    def _message(self, letter: Letter) -> Message:
        message = _Mail(
            subject=_in_short_lines(letter.subject),
            recipients=[letter.recipient],
            sender=(shop_name(letter.language, self._shop_name), f"shop@{self._domain}"),
            body=letter.text,
            html=letter.html,
            date=letter.written_at.timestamp(),
            charset=_short_lines(letter.text + letter.html),  # type: ignore[arg-type]
            extra_headers={
                "Auto-Submitted": "auto-generated",
                "Content-Language": letter.language,
            },
        )
        message.msgId = self.message_id(letter.id)
        return message


class _Mail(Message):
    def _message(self) -> MIMEBase:
        message = super()._message()
        message.policy = AS_WRITTEN
        return message


class _Line(Connection):
    """Flask-Mail's connection, which would wait for ever and believe any certificate."""

    def __init__(self, mail: Mail, timeout: float) -> None:
        super().__init__(mail)
        self._timeout = timeout

    def __enter__(self) -> Self:
        """One that was kept is used again, if the other end still listens."""
        if self.host is None or not self._still_listens(self.host):
            self.host = self.configure_host()
        return self

    def configure_host(self) -> smtplib.SMTP:
        host = self._connected()
        try:
            if self.mail.username:
                self._sign_in(host)
        except BaseException:
            host.close()
            raise
        return host

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """A server that took the letter and then does not say goodbye has taken the letter."""
        if self.host is not None:
            self.host.__exit__(kind, error, trace)

    def _still_listens(self, host: smtplib.SMTP) -> bool:
        """Asked before a letter is begun: after that, nobody would know whether it was taken."""
        with suppress(smtplib.SMTPException, OSError):
            if host.sock is not None:
                host.sock.settimeout(PROMPT)
                if host.rset()[0] == OK:
                    host.sock.settimeout(self._timeout)
                    return True
        host.close()
        return False

    def _connected(self) -> smtplib.SMTP:
        if self.mail.use_ssl:
            return smtplib.SMTP_SSL(
                self.mail.server,
                self.mail.port,
                timeout=self._timeout,
                context=ssl.create_default_context(),
            )
        return smtplib.SMTP(self.mail.server, self.mail.port, timeout=self._timeout)

    def _sign_in(self, host: smtplib.SMTP) -> None:
        """A password never crosses a network in the clear."""
        host.ehlo_or_helo_if_needed()
        offers_tls = host.has_extn("starttls")
        if not self.mail.use_ssl and (offers_tls or not _is_here(self.mail.server)):
            host.starttls(context=ssl.create_default_context())
        host.login(self.mail.username, self.mail.password)


def _app_for(smtp_url: str) -> Flask:
    """No site: Flask-Mail reads its settings from an app."""
    url = urlsplit(smtp_url)
    secure = url.scheme == "smtps"
    app = Flask(__name__)
    app.config.update(
        MAIL_SERVER=url.hostname,
        MAIL_PORT=url.port or (SMTPS_PORT if secure else SMTP_PORT),
        MAIL_USE_SSL=secure,
        MAIL_USERNAME=unquote(url.username or ""),
        MAIL_PASSWORD=unquote(url.password or ""),
        MAIL_DEBUG=False,
    )
    return app


def _mail_domain(host: str) -> str:
    """As it stands after the @: names in ASCII, an IPv6 address in brackets."""
    return f"[IPv6:{host}]" if ":" in host else host.encode("idna").decode()


def _is_here(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _in_short_lines(subject: str) -> str:
    """Encoded with room for the word "Subject:". A longer line Python would break anew, and lose
    the space between two words while at it.
    """
    if subject.isascii():
        return subject
    return Header(subject, "utf-8", header_name="Subject").encode(linesep="\r\n")


def _short_lines(text: str) -> Charset:
    """Every mail server takes them, however long a line of the HTML is.

    Quoted-printable can be read as it is, but writes a byte that is not ASCII in three; base64
    writes any three bytes in four.
    """
    charset, written = Charset("utf-8"), text.encode()
    not_ascii = len(written) - len(written.decode("ascii", "ignore"))
    charset.body_encoding = BASE64 if 6 * not_ascii > len(written) else QP
    return charset
