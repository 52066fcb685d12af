"""`python -m demo.mailbox`: where the demo's letters go, instead of out into the world."""

import asyncio
import signal
import threading

from bookshop.settings import MAILBOX, SMTP, Settings, from_environment
from demo.mailbox.door import door
from demo.mailbox.letters import Letters
from demo.mailbox.pages import Pages
from demo.mailbox.post import Post

LOCAL = "127.0.0.1"  # these letters sign people in: they are for this machine only


async def serve(settings: Settings) -> None:
    """SMTP in this thread, the pages in others, until asked to stop."""
    letters = Letters(settings.var / "mail")
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    async with await loop.create_server(lambda: Post(letters), LOCAL, settings.port + SMTP):
        pages = door(LOCAL, settings.port + MAILBOX, Pages(letters))
        threading.Thread(target=pages.serve_forever, daemon=True).start()
        await stop.wait()


if __name__ == "__main__":
    asyncio.run(serve(from_environment()))
