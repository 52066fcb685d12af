"""gunicorn's worker, which turns new visitors away at once when it is to stop."""

import gc
from types import FrameType

from gunicorn.workers.gthread import ThreadWorker  # type: ignore[import-untyped]


class Worker(ThreadWorker):  # type: ignore[misc]
    """Else its door stays open while it finishes a long upload, and who knocks waits in vain."""

    def run(self) -> None:
        gc.freeze()  # the shop itself stays: no request need look through it again
        super().run()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        super().handle_exit(sig, frame)
        self.method_queue.defer(self._close_the_door)

    def _close_the_door(self) -> None:
        self.set_accept_enabled(False)
        for listener in self.sockets:
            listener.close()
