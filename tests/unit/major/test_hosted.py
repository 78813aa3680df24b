"""Families in a host: what one command saw of other cases still holds when it is kept."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

import pytest

from csmcore.adapters import MemoryHost, SettableClock
from csmcore.errors import StaleVersion
from csmcore.model import (
    Account,
    Activity,
    AddChildren,
    AddWorkNote,
    Case,
    CaseCommand,
    CaseId,
    CloseCase,
    Contact,
    LogEntry,
    MergeCase,
    OpenCase,
    Refused,
    SlaState,
    UpdateCase,
)
from csmcore.rules import replay_events
from csmcore.services import CaseService
from tests.unit.major.desk import ANN, MIA, policy

START = datetime(2026, 6, 1, 9, tzinfo=UTC)
NOUNS: tuple[Any, ...] = (
    Account(id="acme", name="Acme", primary_contact="anna"),  # type: ignore[arg-type]
    Account(id="bolt", name="Bolt"),  # type: ignore[arg-type]
    Contact(id="anna", account="acme", name="Anna"),  # type: ignore[arg-type]
)


class Interrupted(MemoryHost):
    """A host in which something else happens once, right before the next commit."""

    before: Callable[[], object] | None = None

    def commit(self, case: Case, sla: SlaState, activity: Sequence[Activity], entry: LogEntry) -> None:
        """Let the other thing happen first."""
        other, self.before = self.before, None
        if other is not None:
            other()
        super().commit(case, sla, activity, entry)


def desk(*, follows_up: bool = True) -> tuple[Interrupted, CaseService]:
    """A host with two accounts, and its service."""
    host = Interrupted(policy(), clock=SettableClock(START))
    host.add(*NOUNS)
    return host, CaseService(host, follows_up=follows_up)


def opened(cases: CaseService, **fields: Any) -> CaseId:
    """A case of Acme's, unless the fields say something else."""
    given = {"short_description": "No network", "account": "acme", **fields}
    return cases.open(OpenCase(**given), MIA).case.id


def children(host: MemoryHost, major: CaseId) -> list[str | None]:
    """Whose children a major case has."""
    return [child.account for child in host.children(major)]


def whole(host: MemoryHost) -> None:
    """Every log tells its case."""
    for case in host._cases.values():
        assert replay_events(event for entry in host.entries(case.id) for event in entry.events) == case


@pytest.mark.parametrize("follows_up", [True, False])
def test_of_two_cases_that_are_merged_into_each_other_one_goes_on(*, follows_up: bool) -> None:
    """The second was decided when the first still lived: it is decided anew, and refused."""
    host, cases = desk(follows_up=follows_up)
    one, two = opened(cases), opened(cases)
    host.before = lambda: cases.apply(two, MergeCase(into=one), ANN)
    with pytest.raises(Refused):
        cases.apply(one, MergeCase(into=two), ANN)
    assert [host._cases[name].state for name in (one, two)] == ["new", "cancelled"]
    whole(host)


@pytest.mark.parametrize("follows_up", [True, False])
def test_of_two_cases_that_are_set_below_each_other_one_is(*, follows_up: bool) -> None:
    """A family has one level, whoever was faster."""
    host, cases = desk(follows_up=follows_up)
    one, two = opened(cases), opened(cases)
    host.before = lambda: cases.apply(two, UpdateCase({"parent": one}), ANN)
    with pytest.raises(Refused) as denied:
        cases.apply(one, UpdateCase({"parent": two}), ANN)
    assert set(denied.value.refusal.codes) == {"parent_is_child", "has_children"}
    assert [host._cases[name].parent for name in (one, two)] == [None, one]


def test_no_case_is_opened_below_one_that_ends_meanwhile() -> None:
    """Nor below one that becomes a child."""
    host, cases = desk()
    parent = opened(cases)
    host.before = lambda: cases.apply(parent, CloseCase(code="fixed", notes="Done."), ANN)
    with pytest.raises(Refused) as denied:
        opened(cases, parent=parent)
    assert denied.value.refusal.codes == ("parent_ended",)
    assert children(host, parent) == []


def test_what_is_noted_on_the_other_case_meanwhile_is_no_matter() -> None:
    """The command is decided anew, and accepted; its answer can be recalled."""
    host, cases = desk()
    one, two = opened(cases), opened(cases)
    host.before = lambda: cases.apply(two, AddWorkNote("Smells of oil."), ANN)
    command: CaseCommand = MergeCase(into=two)
    decided = cases.apply(one, command, ANN, command_id="mine")  # type: ignore[arg-type]
    assert decided.relies_on == {two: 2}
    assert cases.apply(one, command, ANN, command_id="mine") == decided  # type: ignore[arg-type]
    assert host.entries(one)[-1].relies_on == {two: 2}
    assert host.entries(two)[-1].relies_on == {}


def test_a_commit_that_relies_on_another_version_changes_nothing() -> None:
    """Neither where the other case has gone on, nor where there is none."""
    host, cases = desk(follows_up=False)
    one, two = opened(cases), opened(cases)
    decided = cases.apply(one, MergeCase(into=two), ANN)
    for others, found in (({two: 5}, 1), ({CaseId("none"): 1}, None)):
        again = CaseId(f"again-{found}")
        entry = LogEntry(case=again, version=1, receipt=None, revision=None, events=(), relies_on=others)
        with pytest.raises(StaleVersion) as stale:
            host.commit(Case(**fields(decided.case, again)), decided.sla, (), entry)
        assert (stale.value.expected, stale.value.found) == (next(iter(others.values())), found)
        assert host.case(again) is None


def fields(case: Case, name: CaseId) -> dict[str, Any]:
    """What a new case of that name has."""
    names = ("policy", "short_description", "account", "opened_at", "opened_by", "updated_at")
    return {"id": name, "number": name, **{each: getattr(case, each) for each in names}}


def test_two_lists_at_once_give_nobody_two_children() -> None:
    """Where the first list's children come later, too, and whatever either of them says."""
    host, cases = desk(follows_up=False)
    major = opened(cases, account=None, major_case_state="accepted")
    first = cases.apply(major, AddChildren(accounts=NAMES, comment="We are at it."), MIA).case.version
    second = cases.apply(major, AddChildren(accounts=NAMES), MIA).case.version
    for version in (second, first, second):
        cases.follow_up(major, version)
    assert children(host, major) == ["acme", "bolt"]
    whole(host)


NAMES: Any = ("acme", "bolt")


@pytest.mark.parametrize("comment", ["", "Again."])
def test_whoever_has_lost_their_child_gets_another(comment: str) -> None:
    """As often as it is moved away; what was ordered for the first opens nothing more."""
    host, cases = desk()
    major = opened(cases, account=None, major_case_state="accepted")
    for count in range(1, 4):
        version = cases.apply(major, AddChildren(accounts=NAMES[:1], comment=comment), MIA).case.version
        [child] = host.children(major)
        assert host._cases[child.id].contact == "anna"
        cases.apply(child.id, UpdateCase({"parent": None}), ANN)
        cases.follow_up(major, version)
        assert children(host, major) == []
        assert len(host._cases) == 1 + count
    whole(host)


def test_whom_the_host_does_not_know_is_no_recipient() -> None:
    """Nothing is gathered for them."""
    host, cases = desk()
    major = opened(cases, account=None, major_case_state="accepted")
    strangers: Any = {"accounts": ("nobody",), "consumers": ("nil",)}
    with pytest.raises(Refused) as denied:
        cases.apply(major, AddChildren(**strangers), MIA)
    assert denied.value.refusal.codes == ("unknown_account", "unknown_consumer")
    host.add(Account(id="cord", name="Cord", primary_contact="carl"))  # type: ignore[arg-type]
    cord: Any = ("cord",)
    decided = cases.apply(major, AddChildren(accounts=cord), MIA)
    assert [reason.code for reason in decided.reasons if reason.code == "unknown_contact"] == ["unknown_contact"]
    assert children(host, major) == ["cord"]
