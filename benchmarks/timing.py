"""The stopwatch: one core, no garbage collection, contenders in turn, medians."""

import gc
import os
import statistics
import subprocess
import sys
import tracemalloc
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from tempfile import TemporaryDirectory
from time import perf_counter_ns
from typing import Any

import attrs

__all__ = ["Timed", "affordable", "kept_kib", "pin", "process_ms", "quiet", "race", "seconds_of"]

Question = Callable[[Any, Any], object]


def pin() -> str:
    """Stay on one core where the system lets a process choose, and say which."""
    if not hasattr(os, "sched_setaffinity"):
        return "not pinned"
    core = max(os.sched_getaffinity(0))
    os.sched_setaffinity(0, {core})
    return f"core {core}"


@contextmanager
def quiet() -> Iterator[None]:
    """No garbage collection meanwhile."""
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


@attrs.frozen
class Timed:
    """Nanoseconds a call, one figure for each round; figures of the same race were taken side by side."""

    rounds: tuple[float, ...]

    @property
    def ns(self) -> float:
        """The median of the rounds."""
        return statistics.median(self.rounds)

    def over(self, other: "Timed") -> float:
        """How many times the other's time this takes: the median over the rounds, so that a slow spell hits both."""
        return statistics.median(a / b for a, b in zip(self.rounds, other.rounds, strict=True))


def race(contenders: Mapping[str, tuple[Question, Sequence[tuple[Any, Any]]]], rounds: int) -> dict[str, Timed]:
    """Time contenders on their questions in turn, round after round. The loop (about 20 ns a call) counts for all."""
    taken: dict[str, list[float]] = {name: [] for name in contenders}
    with quiet():
        for _ in range(rounds):
            for name, (ask, questions) in contenders.items():
                taken[name].append(per_call(ask, questions))
    return {name: Timed(tuple(figures)) for name, figures in taken.items()}


def per_call(ask: Question, questions: Sequence[tuple[Any, Any]]) -> float:
    """Ask every question once; nanoseconds a call."""
    begun = perf_counter_ns()
    for first, second in questions:
        ask(first, second)
    return (perf_counter_ns() - begun) / len(questions)


def affordable(
    ask: Question, questions: Sequence[tuple[Any, Any]], seconds: float, least: int = 5
) -> Sequence[tuple[Any, Any]]:
    """The first questions, as many as fit into the seconds: a slow contender is asked fewer. Also warms it up."""
    begun = perf_counter_ns()
    for asked, (first, second) in enumerate(questions, 1):
        ask(first, second)
        if asked >= least and perf_counter_ns() - begun > seconds * 1e9:
            return questions[:asked]
    return questions


def seconds_of(make: Callable[[], object], rounds: int) -> float:
    """The median of the seconds that it takes to make something anew."""
    taken = []
    with quiet():
        for _ in range(rounds):
            begun = perf_counter_ns()
            made = make()
            taken.append((perf_counter_ns() - begun) / 1e9)
            del made
    return statistics.median(taken)


def kept_kib(make: Callable[[], object]) -> float:
    """KiB that stay allocated while what was made lives."""
    make()  # whatever is shared and loaded once (zones, modules) is loaded now
    gc.collect()
    tracemalloc.start()
    try:
        made = make()
        gc.collect()
        kept, _ = tracemalloc.get_traced_memory()
        del made
    finally:
        tracemalloc.stop()
    return kept / 1024


def process_ms(programs: Mapping[str, str], rounds: int) -> dict[str, tuple[float, ...]]:
    """Milliseconds of whole processes of this interpreter that run the programs in turn, round after round.

    Their bytecode is kept in a folder of their own, as it is for an installed package; the first round writes it.
    """
    taken: dict[str, list[float]] = {name: [] for name in programs}
    with TemporaryDirectory() as folder:
        environment = os.environ | {"PYTHONPYCACHEPREFIX": folder, "PYTHONDONTWRITEBYTECODE": ""}
        for _ in range(1 + rounds):
            for name, program in programs.items():
                begun = perf_counter_ns()
                subprocess.run([sys.executable, "-c", program], check=True, env=environment)  # noqa: S603 - our own program
                taken[name].append((perf_counter_ns() - begun) / 1e6)
    return {name: tuple(figures[1:]) for name, figures in taken.items()}
