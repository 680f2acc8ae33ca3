"""Loading the program without stopping to look for garbage in it."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def without_collecting() -> Iterator[None]:
    """Leave the garbage collector off for the block, which imports; nothing of it will ever be garbage.

    To look through it again and again takes a fifth of the time that a process needs to start. What is there
    afterwards is left out of the collector's later rounds, too, so that pages which processes share stay shared.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
