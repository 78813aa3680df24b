"""Which promises a case's contract lets run: contractual ones that it names, others if it says so."""

import pytest

from tests.unit.sla.desk import Desk, at, desk, hours, promise

OPEN = {"state": "open"}
GOLD = promise(id="gold", contractual=True)
NAMES_GOLD = {"contract": "C1", "contract.sla_definitions": ("gold",)}


def stages(case: Desk, as_of: str) -> list[tuple[str, int, str]]:
    """Definitions, cycles and their stages."""
    return [(reading.definition, reading.cycle, reading.stage) for reading in case.readings(as_of)]


@pytest.mark.parametrize(
    ("facts", "runs"),
    [
        ({}, False),
        (NAMES_GOLD, True),
        ({"contract": "C1", "contract.sla_definitions": ("silver",)}, False),
        ({"contract": "C1", "entitlement.sla_definitions": ("gold",)}, True),
        ({"entitlement.sla_definitions": ("gold",)}, True),
        ({"contract": "C1", "contract.runs_non_contractual": True}, False),
        (
            {"contract": "C1", "contract.sla_definitions": ("silver", "gold"), "contract.runs_non_contractual": False},
            True,
        ),
    ],
)
def test_a_contractual_promise_runs_iff_it_is_named(facts: dict[str, object], runs: bool) -> None:  # noqa: FBT001
    """The contract or the entitlement must name it; nothing else lets it run."""
    assert len(desk(GOLD, ("12 09:00", OPEN | facts)).readings("12 10:00")) == runs


@pytest.mark.parametrize(
    ("facts", "runs"),
    [
        ({}, True),
        ({"contract": "C1"}, False),
        ({"contract": "C1", "contract.runs_non_contractual": False}, False),
        ({"contract": "C1", "contract.runs_non_contractual": True}, True),
        ({"contract": "C1", "contract.sla_definitions": ("resolution",)}, False),
    ],
)
def test_any_other_promise_runs_without_a_contract_or_by_its_leave(facts: dict[str, object], runs: bool) -> None:  # noqa: FBT001
    """A case without a contract runs them all; a contract runs them only if it says so."""
    assert len(desk(promise(), ("12 09:00", OPEN | facts)).readings("12 10:00")) == runs


def test_a_promise_that_the_contract_comes_to_name_attaches_then() -> None:
    """The clock of a contractual definition starts at the revision that brings the contract."""
    case = desk(GOLD, ("12 09:00", OPEN), ("12 11:00", NAMES_GOLD))
    assert case.reading("12 12:00").started_at == at("12 11:00")


def test_a_change_of_contract_cancels_what_no_longer_runs() -> None:
    """The old contract's promise is cancelled with what it had run, the new one's attaches at that instant."""
    silver = promise(id="silver", contractual=True)
    case = desk(
        (GOLD, silver),
        ("12 09:00", OPEN | NAMES_GOLD),
        ("12 11:00", {"contract": "C2", "contract.sla_definitions": ("silver",)}),
    )
    assert stages(case, "12 12:00") == [("gold", 1, "cancelled"), ("silver", 1, "in_progress")]
    old, new = case.readings("12 12:00")
    assert (old.elapsed, old.stopped_at, new.started_at) == (hours(2), at("12 11:00"), at("12 11:00"))


def test_a_contract_that_comes_cancels_the_other_promises_unless_it_runs_them() -> None:
    """A non-contractual clock survives a contract only where the contract allows it."""
    arrives = {"contract": "C1", "contract.sla_definitions": ("gold",)}
    opened = ("12 09:00", OPEN)
    assert stages(desk(promise(), opened, ("12 11:00", arrives)), "12 12:00") == [("resolution", 1, "cancelled")]
    survives = arrives | {"contract.runs_non_contractual": True}
    assert stages(desk(promise(), opened, ("12 11:00", survives)), "12 12:00") == [("resolution", 1, "in_progress")]


def test_cancel_met_is_cancelled_by_its_contract_too() -> None:
    """A mismatch of contract cancels beside the cancel condition."""
    gold = promise(id="gold", contractual=True, when_to_cancel="cancel_met")
    case = desk(gold, ("12 09:00", OPEN | NAMES_GOLD), ("12 11:00", {"contract.sla_definitions": ()}))
    assert stages(case, "12 12:00") == [("gold", 1, "cancelled")]


def test_never_is_never() -> None:
    """A definition that is never cancelled survives even a mismatch of contract; ended, it does not attach again."""
    gold = promise(id="gold", contractual=True, when_to_cancel="never")
    steps = (
        ("12 09:00", OPEN | NAMES_GOLD),
        ("12 11:00", {"contract.sla_definitions": ()}),
        ("12 12:00", {"state": "resolved"}),
        ("12 13:00", OPEN),
    )
    case = desk(gold, *steps)
    assert stages(case, "12 11:30") == [("gold", 1, "in_progress")]
    assert stages(case, "12 14:00") == [("gold", 1, "completed")]
