"""What a run of the tests has checked, beside what it was planned to check.

A generator that is skipped in silence would pass every test that it feeds. So tests count what they compare, and the
run fails when a count is below its plan. ``FLOORS`` is what a whole run owes, whether or not the test that counts was
ever collected; a test may plan more (all transitions that it found), never less.
"""

from typing import Any

import attrs

__all__ = ["FLOORS", "TALLY", "Tally"]

FLOORS: dict[str, int] = {
    "DST transitions": 700,
    "DST comparisons with the oracle": 570_240,
    "random comparisons with the oracle": 20_000,
    "time zones compared": 590,
    "laws of business time, examples": 2_000,
    "hostile inputs refused": 1_000,
    "SLA histories beside the simulator": 20_500,
    "SLA histories: simulated": 166,
    "SLA histories: worked by hand": 13,
    "worked histories, by hand": 180,
    "worked histories, shipped": 60,
    "worked figures, by hand": 2_000,
    "worked figures, shipped": 800,
    "laws of SLA clocks, examples": 2_200,
    "entitlement worlds compared with the oracle": 5_000,
    "entitlement worlds asked by index": 750,
    "vendor plans as policies": 24,
    "vendor plans: cases of customers": 6_000,
    "vendor plans: cases asked of all agreements": 63,
    "vendor plans: promises compared": 6_200,
    "vendor plans: stretches of business time": 7_200,
    "customer machine: runs": 400,
    "customer machine: steps": 12_000,
    "contracts: cells of the table": 70,
    "contracts: renewals by hand": 85,
    "contracts: machine runs": 300,
    "contracts: machine steps": 12_000,
    "lifecycle: cells of the table": 246,
    "lifecycle: commands compared with the table by hand": 300_000,
    "lifecycle: verdicts compared with the table by hand": 600_000,
    "lifecycle: escalations compared with the table by hand": 5_500,
    "escalation machine: runs": 300,
    "escalation machine: steps": 9_000,
    "task machine: runs": 200,
    "task machine: steps": 4_000,
    "tasks: cells of both tables": 2_592,
    "records machine: runs": 300,
    "records machine: steps": 12_000,
    "major cases: accepted": 1_000,
    "messages: conversations": 100,
    "casework machine: runs": 50,
    "casework machine: steps": 2_500,
    "casework machine: commands that were accepted": 34,
    "commands sent twice": 41,
    "documents: hostile values placed": 18_000,
    "documents: nouns written and read": 1_100,
    "documents: policies written and read": 100,
    "documents: agreements written and read": 40,
    "consumption machine: runs": 300,
    "consumption machine: steps": 15_000,
    "threads on the last unit": 240,
    "port calls that failed": 400,
    "port calls out of date": 200,
    "increments by threads": 800,
    "wrong commands refused": 45,
    "boston311: requests judged": 77,
    "real logs: closes explained": 17_350,
    "real logs: incidents lived through": 2_000,
    "real logs: reopenings": 17_350,
    "peer rows: calendar cases": 417,
    "peer rows: reported bugs": 34,
    "peer rows: opening hours": 25,
}


@attrs.define
class Count:
    """How many were checked, how many were planned, how many disagreed; or why none could be."""

    done: int = 0
    planned: int = 0
    mismatches: int = 0
    excuse: str = ""


@attrs.define
class Tally:
    """Counts by name, and lines of detail in the order they were given."""

    counts: dict[str, Count] = attrs.field(factory=dict)
    details: list[str] = attrs.field(factory=list)

    def __call__(self, name: str, done: int, *, planned: int = 0, mismatches: int = 0) -> None:
        """Add to a count; without a plan the work done is its own plan."""
        count = self.counts.setdefault(name, Count())
        count.done += done
        count.planned += planned or done
        count.mismatches += mismatches

    def detail(self, line: str) -> None:
        """Add a line of text below the counts."""
        self.details.append(line)

    def excuse(self, name: str, reason: str) -> None:
        """Say why a planned count cannot be reached here: it is then not demanded."""
        self.counts.setdefault(name, Count()).excuse = reason

    def lines(self) -> list[str]:
        """The report, one line for each count, then the details."""
        return [self._line(name, count) for name, count in sorted(self.counts.items())] + self.details

    def shortfalls(self, *, whole: bool) -> list[str]:
        """Every count below its plan; in a whole run every floor counts too."""
        owed = {name: max(count.planned, FLOORS.get(name, 0) if whole else 0) for name, count in self.counts.items()}
        if whole:
            owed = {**FLOORS, **owed}
        held = ((name, plan, self.counts.get(name, Count())) for name, plan in sorted(owed.items()))
        return [
            f"{name}: {count.done:,} of {plan:,}"
            for name, plan, count in held
            if count.done < plan and not count.excuse
        ]

    def to_plain(self) -> dict[str, Any]:
        """The tally as plain data, to cross from a worker process."""
        return attrs.asdict(self)

    def add_plain(self, plain: dict[str, Any]) -> None:
        """Add what a worker process counted."""
        for name, count in plain.get("counts", {}).items():
            if count["done"] or count["planned"]:
                self(name, count["done"], planned=count["planned"], mismatches=count["mismatches"])
            if count["excuse"]:
                self.excuse(name, count["excuse"])
        self.details += plain.get("details", [])

    @staticmethod
    def _line(name: str, count: Count) -> str:
        if count.excuse:
            return f"{name}: not checked, {count.excuse}"
        return f"{name}: {count.done:,} of {count.planned:,} planned, mismatches {count.mismatches:,}"


TALLY = Tally()
