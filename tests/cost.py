"""What an act costs of the processor's time, as near to itself as a busy machine lets one measure."""

import gc
import time
from collections.abc import Callable

TRIES = 3
FRAMES_A_TRY = 25


def cost_of(act: Callable[[int], object]) -> float:
    """Give the least seconds of processor time of three calls; each gets its number, so that none repeats another.

    Nothing is collected meanwhile: what other tests left behind is not the act's to pay for. Each call is made from
    another depth of the stack: Python 3.11 keeps frames in pieces of 16 KiB, and a loop whose calls begin a new piece
    takes and returns one for each call, which costs 4 µs.
    """
    costs = []
    gc.disable()
    try:
        for number in range(TRIES):
            began = time.process_time()
            _deeper(number * FRAMES_A_TRY, act, number)
            costs.append(time.process_time() - began)
    finally:
        gc.enable()
    return min(costs)


def _deeper(frames: int, act: Callable[[int], object], number: int) -> None:
    """Call the act, so many frames further down."""
    if frames:
        _deeper(frames - 1, act, number)
    else:
        act(number)
