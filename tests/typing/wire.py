"""What type checkers know of documents. Read by mypy and pyright, never run."""

from typing import Any, assert_type

from csmcore.model import (
    AgreementBook,
    Case,
    Command,
    Comment,
    Event,
    SupportPolicy,
    WorkNote,
)
from csmcore.wire import (
    ACTIVITY,
    COMMAND,
    dump_agreements,
    dump_policy,
    from_json,
    from_plain,
    load_agreements,
    load_policy,
    to_json,
    to_plain,
)


def documents(text: bytes | str) -> None:
    """Policies and agreements are read from text and written to it."""
    policy = load_policy(text)
    assert_type(policy, SupportPolicy)
    assert_type(load_agreements(text, policy, syntax="json_lines"), AgreementBook)
    assert_type(dump_policy(policy), str)
    assert_type(dump_agreements(AgreementBook()), str)


def nouns(case: Case, data: object) -> None:
    """What is read is of the kind that was asked for, or one of the kinds."""
    assert_type(to_plain(case), dict[str, Any])
    assert_type(to_json(case), str)
    assert_type(from_plain(Case, data), Case)
    assert_type(from_json(Event, b"{}"), Event)
    assert_type(from_plain(ACTIVITY, data), Comment | WorkNote)
    command: Command = from_json(COMMAND, "{}")
    to_plain(command)


def mistaken(data: object) -> None:
    """A kind is a class, not its name, and a syntax one of those that there are."""
    from_plain("case", data)  # type: ignore[arg-type]
    load_policy("", syntax="yaml")  # type: ignore[arg-type]
