"""The demo's mailbox behind a door that has moods: it refuses, hangs up, or is not there."""

import asyncio
import threading
from enum import StrEnum
from pathlib import Path
from typing import AnyStr

from demo.mailbox.letters import Letters
from demo.mailbox.post import Post
from tests.chaos.tally import Tally
from tests.topology.here import FIRST, free_port


class Mood(StrEnum):
    WELL = "mail taken"
    REFUSES = "mail refused (451)"
    HANGS_UP = "mail hung up"
    TAKES_AND_HANGS_UP = "mail taken, then hung up"
    IS_AWAY = "mail away"


BAD_MOODS = [mood for mood in Mood if mood is not Mood.WELL]


class PostOffice:
    """In a thread of its own, from `open` to `close`."""

    def __init__(self, folder: Path, tally: Tally) -> None:
        self.letters = Letters(folder)
        self.port = free_port()
        self.mood = Mood.WELL
        self._tally = tally
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._server: asyncio.Server | None = None

    @property
    def url(self) -> str:
        return f"smtp://{FIRST}:{self.port}"

    def open(self) -> None:
        self._thread.start()
        self.feels(Mood.WELL)

    def feels(self, mood: Mood) -> None:
        self.mood = mood
        asyncio.run_coroutine_threadsafe(self._stand_at_the_door(), self._loop).result()

    def close(self) -> None:
        self.feels(Mood.IS_AWAY)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def was_met(self) -> None:
        """Somebody came with a letter, and met the mood."""
        self._tally.count(self.mood)

    async def _stand_at_the_door(self) -> None:
        if self.mood is Mood.IS_AWAY and self._server:
            self._server.close()
            self._server = None
        elif self.mood is not Mood.IS_AWAY and not self._server:
            self._server = await self._loop.create_server(lambda: MoodyPost(self), FIRST, self.port)


class MoodyPost(Post):
    def __init__(self, office: PostOffice) -> None:
        super().__init__(office.letters)
        self._office = office

    async def smtp_MAIL(self, arg: str) -> None:
        match self._office.mood:
            case Mood.REFUSES:
                self._office.was_met()
                await self.push("451 4.3.0 not now")
            case Mood.HANGS_UP:
                self._hang_up()
            case _:
                await super().smtp_MAIL(arg)

    async def push(self, status: AnyStr) -> None:
        """Every answer passes here; "250 kept" says that the letter is on the disk."""
        taken = str(status).startswith("250 kept")
        if taken and self._office.mood is Mood.TAKES_AND_HANGS_UP:
            self._hang_up()
        else:
            await super().push(status)

    def _hang_up(self) -> None:
        self._office.was_met()
        assert self.transport is not None
        self.transport.close()
