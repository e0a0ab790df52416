"""A large file's rows read some stretches ahead by a process beside: most of an import's work is reading rows, one thread at a time."""

import os
import threading
import time
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from itertools import islice
from multiprocessing import get_context

from engine import intake

_STRETCH = 2_000  # rows
_AHEAD = 3  # stretches: bounds the memory
_LARGE = 5_000_000  # bytes: below that the second process takes longer to start than it saves
_reader: list[intake.RowReader] = []  # of the process beside


def stretches(table: intake.TableFile, reader: intake.RowReader) -> Iterator[list[intake.RowReading]]:
    """The rows of a file as `reader` reads them, in order, some at a time."""
    rows = table.rows()
    parts = iter(lambda: list(islice(rows, _STRETCH)), [])
    if table.path.stat().st_size < _LARGE:
        return ([reader.read(row) for row in part] for part in parts)
    return _beside(parts, reader)


def _beside(parts: Iterator[list[intake.Row]], reader: intake.RowReader) -> Iterator[list[intake.RowReading]]:
    context = get_context("spawn")  # a forked one would inherit the threads' locks
    with ProcessPoolExecutor(1, mp_context=context, initializer=_begin, initargs=(reader, os.getpid())) as pool:
        coming: deque[tuple[list[intake.Row], Future[list[intake.Reading]]]] = deque()
        for part in parts:
            coming.append((part, pool.submit(_read, part)))
            if len(coming) > _AHEAD:
                yield _joined(*coming.popleft())
        while coming:
            yield _joined(*coming.popleft())


def _joined(part: list[intake.Row], readings: Future[list[intake.Reading]]) -> list[intake.RowReading]:
    read = zip(part, readings.result(), strict=True)
    return [intake.RowReading(row.line, row.cells, reading) for row, reading in read]


def _begin(reader: intake.RowReader, parent: int) -> None:
    _reader[:] = [reader]
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()


def _end_with(parent: int) -> None:
    """A process whose parent was killed would wait for work for ever."""
    while os.getppid() == parent:
        time.sleep(1.0)
    os._exit(1)


def _read(part: list[intake.Row]) -> list[intake.Reading]:
    return [_reader[0].read(row).reading for row in part]
