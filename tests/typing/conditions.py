"""What type checkers know of conditions. Read by mypy and pyright, never run."""

from typing import assert_type

from csmcore.conditions import (
    AllOf,
    AnyOf,
    Atom,
    Condition,
    Not,
    compile_condition,
    condition_from_mapping,
    condition_to_mapping,
    field,
    sentence,
)


def built(state: str) -> None:
    """Comparisons of a field give conditions, and so do their joins."""
    opened = field("state") == state
    assert_type(opened, Atom)
    assert_type(opened & field("priority").is_in(1, 2), AllOf)
    assert_type(opened | field("tags").contains("vip"), AnyOf)
    assert_type(~opened, Not)


def asked(condition: Condition) -> None:
    """A condition is a value: written, read, and asked about records."""
    holds = compile_condition(condition)
    assert_type(holds({"state": "open"}, None), bool)
    assert_type(sentence(condition), str)
    assert_type(condition_from_mapping(condition_to_mapping(condition)), Condition)


def mistaken(condition: Condition) -> None:
    """What is no test is an error before the program runs."""
    field("weight").is_in(1.5)  # type: ignore[arg-type]
    field(1)  # type: ignore[arg-type]
    condition & "state is open"  # type: ignore[operator]
