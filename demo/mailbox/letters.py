"""The folder of letters: each a file, written whole, named by when it came."""

import threading
from datetime import UTC, datetime
from pathlib import Path

from demo.mailbox.reading import message_id

STAMP = "%Y%m%dT%H%M%S.%f"


class Letters:
    """A Message-ID that is there already is not kept twice, so what is sent again comes once."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        for unfinished in folder.glob(".*.part"):
            unfinished.unlink()
        self._folder = folder
        self._one_at_a_time = threading.Lock()
        self._known = {message_id(letter.read_bytes()): letter for letter in self.newest_first()}
        ours = (letter.stem for letter in self.newest_first() if came_at(letter))
        self._newest = next(ours, "")

    def keep(self, content: bytes) -> Path:
        """Whole, even if this process dies. Answers the letter it was before, if it was there."""
        name = message_id(content)
        with self._one_at_a_time:
            earlier = self._known.get(name)
            if name and earlier and earlier.exists():
                return earlier
            letter = self._folder / f"{self._next_name()}.eml"
            self._write(letter, content)
            self._known[name] = letter
            self._newest = letter.stem
            return letter

    def newest_first(self) -> list[Path]:
        return sorted(self._folder.glob("[!.]*.eml"), reverse=True)

    def named(self, name: str) -> Path | None:
        """Only what lies in the folder, whatever was asked for."""
        return next((letter for letter in self.newest_first() if letter.name == name), None)

    def _next_name(self) -> str:
        """Later than all before, even when the clock was set back."""
        stamp, _, number = self._newest.rpartition("-")
        now = datetime.now(UTC).strftime(STAMP)
        return f"{now}-0001" if now > stamp else f"{stamp}-{int(number) + 1:04}"

    def _write(self, letter: Path, content: bytes) -> None:
        unfinished = letter.with_name(f".{letter.name}.part")
        try:
            unfinished.write_bytes(content)
            unfinished.rename(letter)
        finally:
            unfinished.unlink(missing_ok=True)  # the disk is full


def came_at(letter: Path) -> datetime | None:
    """None for a file that somebody else put there."""
    try:
        return datetime.strptime(letter.stem.rpartition("-")[0], STAMP).replace(tzinfo=UTC)
    except ValueError:
        return None
