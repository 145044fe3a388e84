"""What a worker process does besides its work: end when the process that started it ends."""

import os
import signal
import threading
from multiprocessing.connection import Connection


def follow(end: Connection) -> None:
    """End this process as soon as the other end of a line is let go of; leave interrupts to whoever holds that end."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with, args=(end,), daemon=True).start()


def _end_with(end: Connection) -> None:
    end.poll(None)
    os._exit(1)  # nothing to tidy: whatever was being written is not in its place yet
