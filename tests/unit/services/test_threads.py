"""Threads that share a host lose nothing of each other's work."""

import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from time import sleep

import pytest

from csmcore.adapters import MemoryHost
from csmcore.errors import StaleVersion
from csmcore.model import Activity, AddWorkNote, Case, CaseId, CommandId, LogEntry, SlaState, UpdateCase
from csmcore.services import CaseService
from tests.tally import Tally
from tests.unit.services.desk import ANN, BOOK, JO, POLICY, WANTED, check_whole

THREADS, EACH = 8, 100


class Yielding:
    """The machine's time, from a clock that lets other threads act between a case's loading and its commit."""

    def now(self) -> datetime:
        """After others had their turn."""
        sleep(0)
        return datetime.now(UTC)


@pytest.fixture(autouse=True)
def _in_short_turns() -> Iterator[None]:
    """Threads take turns thousands of times a second, so that they meet in the middle of things."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    yield
    sys.setswitchinterval(before)


def shared(kind: type[MemoryHost] = MemoryHost) -> tuple[MemoryHost, CaseService, CaseId]:
    """A host with one case, and a service for all threads."""
    host = kind(POLICY, BOOK, clock=Yielding())
    service = CaseService(host)
    return host, service, service.open(WANTED, JO).case.id


def incremented(service: CaseService, case_id: CaseId, times: int, *, expects: bool) -> int:
    """Count a case's field up so many times, as often as it takes; how often a race was lost."""
    lost = 0
    for _ in range(times):
        while True:
            case = service.read(case_id).case
            more = UpdateCase({"category": str(int(case.category or 0) + 1)})
            try:
                service.apply(case_id, more, ANN, expected_version=case.version if expects else None)
                break
            except StaleVersion:
                lost += 1
    return lost


def test_no_increment_is_lost(tally: Tally) -> None:
    """Eight threads that count up what they have read, for the version that they have read, count every one."""
    host, service, case_id = shared()
    with ThreadPoolExecutor(THREADS) as threads:
        lost = sum(threads.map(lambda _: incremented(service, case_id, EACH, expects=True), range(THREADS)))
    case = host.case(case_id)
    assert case is not None
    assert (case.category, case.version) == (str(THREADS * EACH), 1 + THREADS * EACH)
    check_whole(host)
    tally("increments by threads", THREADS * EACH)
    tally.detail(f"increments by threads: {lost} lost races, each found out")


class Broken(MemoryHost):
    """A host that looks before it writes, and writes whatever it saw."""

    def commit(self, case: Case, sla: SlaState, _activity: Sequence[Activity], entry: LogEntry) -> None:
        """Compare, then set: somebody else may come between."""
        before = self.case(case.id)
        if before is not None and before.version > case.version - 1:
            raise StaleVersion(case.id, case.version - 1)
        sleep(0)
        with self._lock:  # what it writes is whole, or a reader would find a case and the clocks of another version
            self._cases[case.id], self._clocks[case.id] = case, sla
        self._entries.setdefault(case.id, []).append(entry)


def test_a_host_that_loses_increments_is_found_out() -> None:
    """The test of increments has teeth."""
    host, service, case_id = shared(Broken)
    with ThreadPoolExecutor(THREADS) as threads:
        list(threads.map(lambda _: incremented(service, case_id, EACH, expects=True), range(THREADS)))
    assert len(host.entries(case_id)) == 1 + THREADS * EACH  # every one was answered with a decision
    case = host.case(case_id)
    assert case is not None
    assert case.version < 1 + THREADS * EACH


def noted(service: CaseService, case_id: CaseId, who: int) -> int:
    """Write notes on a case that others write on too; how many were given up."""
    given_up = 0
    for number in range(EACH):
        while True:
            try:
                service.apply(case_id, AddWorkNote(f"{who}/{number}"), ANN, CommandId(f"{who}/{number}"))
                break
            except StaleVersion:
                given_up += 1
    return given_up


def test_commands_that_expect_no_version_are_decided_anew() -> None:
    """Eight threads write on one case: every note is there once, in each writer's order, and no id was needed twice."""
    host, service, case_id = shared()
    with ThreadPoolExecutor(THREADS) as threads:
        list(threads.map(lambda who: noted(service, case_id, who), range(THREADS)))
    texts = [said.text for said in host.activity(case_id)]
    assert len(texts) == len(set(texts)) == THREADS * EACH
    for who in range(THREADS):
        assert [text for text in texts if text.startswith(f"{who}/")] == [f"{who}/{number}" for number in range(EACH)]
    check_whole(host)


def test_a_command_that_is_sent_by_many_at_once_is_done_once() -> None:
    """All get the one answer, for a case that is opened and for one that there is."""
    host, service, case_id = shared()
    with ThreadPoolExecutor(THREADS) as threads:
        for number in range(20):
            sent = CommandId(f"open {number}")
            answers = list(threads.map(lambda _, sent=sent: service.open(WANTED, JO, sent), range(THREADS)))
            assert answers == answers[:1] * THREADS
            sent = CommandId(f"note {number}")
            answers = list(
                threads.map(lambda _, sent=sent: service.apply(case_id, AddWorkNote("A"), ANN, sent), range(THREADS))
            )
            assert answers == answers[:1] * THREADS
    assert len(host._cases) == 21
    assert len(host.activity(case_id)) == 20
    check_whole(host)
