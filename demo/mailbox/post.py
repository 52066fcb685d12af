"""Takes letters in by SMTP."""

from aiosmtpd.smtp import SMTP, Envelope, Session

from demo.mailbox.letters import Letters


class Post(SMTP):
    """Whatever is a letter at all is taken, broken ones too."""

    line_length_limit = 1_000_000

    def __init__(self, letters: Letters) -> None:
        super().__init__(
            _Clerk(letters),
            data_size_limit=64 * 2**20,
            enable_SMTPUTF8=True,
            hostname="mailbox.localhost",
        )


class _Clerk:
    """Writes in the server's own thread: one letter after the other, answered when on the disk."""

    def __init__(self, letters: Letters) -> None:
        self._letters = letters

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:
        assert isinstance(envelope.content, bytes)
        try:
            letter = self._letters.keep(envelope.content)
        except OSError as error:
            return f"452 cannot be kept now: {error.strerror}"
        return f"250 kept as {letter.name}"
