"""Laws of documents: what is written reads as the same, and nothing but a `DocumentError` comes of whatever is read."""

import copy
import json
import tomllib
from collections.abc import Callable, Iterator
from functools import partial, reduce
from operator import getitem
from pathlib import Path
from random import Random
from typing import Any

import attrs
import pytest
from hypothesis import HealthCheck, given, settings

from csmcore.errors import DocumentError
from csmcore.model import (
    Actor,
    AgreementBook,
    Case,
    CommandReceipt,
    EntitlementDecision,
    Event,
    LogEntry,
    Notification,
    Reason,
    Revision,
    SlaClock,
    SlaState,
    SupportPolicy,
)
from csmcore.wire import (
    ACTIVITY,
    COMMAND,
    ENTRY,
    OneOf,
    dump_agreements,
    dump_policy,
    from_json,
    from_plain,
    load_agreements,
    load_policy,
    to_json,
    to_plain,
)
from tests.property.wire_scenes import HOSTILE, agreement_books, nouns, policies
from tests.tally import Tally

GOLDEN = Path(__file__).parents[1] / "unit" / "wire" / "golden"
KINDS = (
    Actor,
    Case,
    CommandReceipt,
    EntitlementDecision,
    Event,
    Notification,
    LogEntry,
    Reason,
    Revision,
    SlaClock,
    SlaState,
)
ANY_OF = [(one_of, kind) for one_of in (ACTIVITY, COMMAND, ENTRY) for kind in one_of.kinds.values()]
SLOW = {HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large}


def kind_name(kind: object) -> str:
    """A kind of noun as its test is named."""
    return getattr(kind, "__name__", "any of")


def check_round_trip(kind: Any, read_as: Any, most: int) -> int:
    """Write and read nouns of a kind; how many there were."""
    seen = 0

    @settings(max_examples=most, suppress_health_check=SLOW)
    @given(nouns(kind))
    def holds(noun: object) -> None:
        nonlocal seen
        seen += 1
        document = to_plain(noun)
        assert from_json(read_as, to_json(noun)) == noun
        assert from_plain(kind, document) == noun
        assert to_plain(from_plain(kind, document)) == document

    holds()
    return seen


@pytest.mark.parametrize("kind", KINDS, ids=kind_name)
def test_a_noun_reads_as_it_was_written(kind: type, tally: Tally) -> None:
    """Plain data and JSON of a noun give an equal noun, and that noun the same data."""
    tally("documents: nouns written and read", check_round_trip(kind, kind, 60), planned=60)


@pytest.mark.parametrize(("one_of", "kind"), ANY_OF, ids=kind_name)
def test_a_noun_among_several_kinds_reads_as_it_was_written(one_of: OneOf[Any], kind: type, tally: Tally) -> None:
    """A document that says its kind gives a noun of that kind, equal to the one it was written from."""
    varies = bool(attrs.fields(kind))
    tally("documents: nouns written and read", check_round_trip(kind, one_of, 25), planned=25 if varies else 1)


def test_a_policy_reads_as_it_was_written(tally: Tally) -> None:
    """A policy's document gives an equal policy with the same digest, and that policy the same document."""
    seen = 0

    @settings(max_examples=100, suppress_health_check=SLOW)
    @given(policies())
    def holds(policy: SupportPolicy) -> None:
        nonlocal seen
        seen += 1
        text = dump_policy(policy)
        again = load_policy(text)
        assert again == policy
        assert again.digest == policy.digest
        assert dump_policy(again) == text
        assert from_plain(SupportPolicy, to_plain(policy)) == policy

    holds()
    tally("documents: policies written and read", seen, planned=100)


def test_agreements_read_as_they_were_written(tally: Tally) -> None:
    """Agreements as tables, and as JSON lines in any order, give an equal book."""
    seen = 0

    @settings(max_examples=40, suppress_health_check=SLOW)
    @given(agreement_books())
    def holds(book: AgreementBook) -> None:
        nonlocal seen
        seen += 1
        assert load_agreements(dump_agreements(book)) == book
        entries = [
            to_json(entry)
            for section in reversed(attrs.fields(AgreementBook))
            for entry in getattr(book, section.name).values()
        ]
        assert load_agreements("\n".join(['{"format": 1}', *entries])) == book

    holds()
    tally("documents: agreements written and read", seen, planned=40)


# --- hostile content -------------------------------------------------------------------------------------------------


def golden_nouns() -> dict[str, Any]:
    """One document of each kind, with every key."""
    return json.loads((GOLDEN / "nouns-1.json").read_text(encoding="utf-8"))


def golden_toml(name: str) -> dict[str, Any]:
    """The plain data of a golden document."""
    return tomllib.loads((GOLDEN / name).read_text(encoding="utf-8"))


TARGETS: dict[str, tuple[Any, Any]] = {
    "policy": (SupportPolicy, golden_toml("policy-1.toml")),
    "agreements": (AgreementBook, golden_toml("agreements-1.toml")),
    "case": (Case, golden_nouns()["case"]),
    "comment": (ACTIVITY, golden_nouns()["comment"]),
    "work_note": (ACTIVITY, golden_nouns()["work_note"]),
    "command": (COMMAND, golden_nouns()["command"]),
    "event": (Event, golden_nouns()["event"]),
    "sla": (SlaState, golden_nouns()["sla"]),
}

PLANNED = {
    "policy": 7_000,
    "agreements": 5_000,
    "case": 2_000,
    "sla": 2_000,
    "event": 1_000,
    "comment": 500,
    "work_note": 400,
    "command": 200,
}


def places(node: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path of every value of a document."""
    yield path
    keys = node if isinstance(node, dict) else range(len(node)) if isinstance(node, list) else ()
    for key in keys:
        yield from places(node[key], (*path, key))


def mutants(document: Any) -> Iterator[Any]:
    """The document with each value in turn replaced by each hostile one, left out, wrapped, or renamed."""
    yield from HOSTILE
    for path in list(places(document))[1:]:
        holder = reduce(getitem, path[:-1], document)
        kept = copy.copy(holder)
        for value in (*HOSTILE, *_TWISTS):
            if callable(value):
                value(holder, path[-1])
            else:
                holder[path[-1]] = value
            yield document
            restore(holder, kept)


def restore(holder: Any, kept: Any) -> None:
    """As it was."""
    holder.clear()
    if isinstance(holder, dict):
        holder.update(kept)
    else:
        holder.extend(kept)


def leave_out(holder: Any, key: Any) -> None:
    """Without the value."""
    del holder[key]


def rename(holder: Any, key: Any) -> None:
    """With the value under another name, or once more."""
    if isinstance(holder, list):
        holder.append(holder[key])
    else:
        holder[f"{key}x"] = holder.pop(key)


def wrap(holder: Any, key: Any) -> None:
    """With a list around the value."""
    holder[key] = [holder[key]]


_TWISTS = (leave_out, rename, wrap)


def outcome(read: Callable[[], object]) -> object:
    """What comes of reading: a noun, or the error that refuses it. Any other error is a fault."""
    try:
        return read()
    except DocumentError as error:
        return error


@pytest.mark.parametrize("name", TARGETS)
def test_a_hostile_value_anywhere_is_refused_or_read_exactly(name: str, tally: Tally) -> None:
    """With any value replaced by any other, a document is read exactly, or refused with the places of its problems."""
    kind, document = TARGETS[name]
    before = copy.deepcopy(document)
    refused = accepted = 0
    for mutant in mutants(document):
        found: Any = outcome(partial(from_plain, kind, mutant))
        if isinstance(found, DocumentError):
            refused += 1
            assert all(problem.path.startswith("$") and problem.problem for problem in found.problems)
            assert len(str(found)) < 5_000
        else:
            accepted += 1
            assert from_plain(kind, to_plain(found)) == found
    assert document == before
    assert refused > accepted
    tally("documents: hostile values placed", refused + accepted, planned=PLANNED[name])


@pytest.mark.parametrize("file", ["policy-1.toml", "agreements-1.toml", "agreements-1.jsonl", "policy.json"])
def test_broken_text_is_read_or_refused(file: str, tally: Tally) -> None:
    """A text with bytes changed, cut out or doubled, or cut short, is read or refused, whatever it is read as."""
    golden = load_policy((GOLDEN / "policy-1.toml").read_bytes())
    text = dump_policy(golden).encode() if file == "policy.json" else (GOLDEN / file).read_bytes()
    rng = Random(file)
    refused = done = 0
    for _ in range(400):
        at, length = rng.randrange(len(text)), rng.choice((1, 1, 2, 8, 64))
        doubled, noise = text[at : at + 2 * length], rng.randbytes(length)
        inserted = rng.choice((b"", b"", doubled, noise, b'"', b"'", b"[", b"]]", b"\n", b"\\u"))
        broken = text[:at] + inserted + (b"" if rng.random() < 0.1 else text[at + length :])
        for load in (load_policy, load_agreements, partial(from_json, Case)):
            done += 1
            refused += isinstance(outcome(partial(load, broken)), DocumentError)
    assert refused > done // 2
    tally("documents: broken texts", done, planned=1_200)
