"""A log file that several processes write and rotate between them."""

import fcntl
import logging.handlers
import os
from pathlib import Path
from typing import IO

from django.core.exceptions import ImproperlyConfigured


def demand_writable(path: str) -> None:
    """Refuse a log file that cannot be written. Raises ImproperlyConfigured."""
    try:
        os.close(_opened(path))
    except OSError as error:
        raise ImproperlyConfigured(
            f"LOG_FILE={path!r} cannot be written: {error.strerror}. Its folder must be the service's own user's"
        ) from error


def _opened(path: str) -> int:
    """Open a log for the service and its group alone; give the descriptor. Raises OSError."""
    return os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o640)


class SharedFile(logging.handlers.WatchedFileHandler):
    """Appends to a file, and sets it aside as `<name>.1`, `.2` … once it is full.

    Each process looks before each line whether the file is still the one that it writes to, and follows where it is
    not; so whoever finds the file full may set it aside, one at a time under a lock beside it. A line that was on its
    way meanwhile stands in `.1`: none is lost. With most_bytes 0 only others set it aside, such as logrotate.
    """

    def __init__(self, filename: str, *, most_bytes: int, kept: int) -> None:
        """Take the path, how many bytes fill the file, and how many older ones are kept; 1 at least."""
        super().__init__(filename, encoding="utf-8", delay=True)
        self._most_bytes = most_bytes
        self._kept = max(kept, 1)

    def emit(self, record: logging.LogRecord) -> None:
        """Write the line; begin a new file where this one is full."""
        super().emit(record)
        try:
            if (
                self._most_bytes
                and self.stream
                and os.fstat(self.stream.fileno()).st_size >= self._most_bytes
            ):
                self._set_aside()
        except OSError:
            self.handleError(record)

    def _open(self) -> IO[str]:  # type: ignore[override]  # the stubs want one class of files
        """Open it for the service and its group alone."""
        return open(_opened(self.baseFilename), "a", encoding=self.encoding)

    def _set_aside(self) -> None:
        """Rename, unless another process was faster."""
        with open(f"{self.baseFilename}.lock", "a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            file = Path(self.baseFilename)
            if not file.exists() or file.stat().st_size < self._most_bytes:
                return
            for number in range(self._kept - 1, 0, -1):
                older = Path(f"{file}.{number}")
                if older.exists():
                    older.replace(f"{file}.{number + 1}")
            file.replace(f"{file}.1")
