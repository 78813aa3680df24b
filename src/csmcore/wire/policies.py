"""Support policies as documents: TOML or JSON in, JSON out, and the same policy again."""

import json
import re
from collections.abc import Iterator
from typing import Any, Final, cast

from csmcore.conditions import Condition, check
from csmcore.errors import DocumentError, InvalidValue
from csmcore.model import CLOCK_CONDITIONS, REVISION_SCHEMA, Measure, SlaDefinition, SupportPolicy, plain
from csmcore.wire.converter import read_noun
from csmcore.wire.parsing import MEBIBYTE, Syntax, parse
from csmcore.wire.problems import Problems, at_key
from csmcore.wire.scalars import read_mapping, said

__all__ = ["FORMAT", "dump_policy", "load_policy", "policy_from_plain", "policy_to_plain", "without_format", "written"]

FORMAT: Final = 1
"""What documents begin with: the version of their form."""

_INDEXED = re.compile(r"\$\.definitions\[(\d+)\]")


def load_policy(document: bytes | str, *, syntax: Syntax | None = None, max_bytes: int = MEBIBYTE) -> SupportPolicy:
    r"""The policy that a text in TOML or JSON describes; ``syntax`` says which, else its beginning.

    Raises DocumentError with every problem.

    >>> load_policy("format = 1\nname = 'acme'\nversion = '2026.1'\nreopen_window_days = '5'")
    Traceback (most recent call last):
    csmcore.errors.DocumentError: $.reopen_window_days: '5' is no whole number; write a whole number, without quotes
    """
    return policy_from_plain(parse(document, syntax, max_bytes))


def dump_policy(policy: SupportPolicy) -> str:
    """The policy as JSON for people; `load_policy` reads an equal one from it, with the same digest."""
    return written(policy_to_plain(policy))


def policy_to_plain(policy: SupportPolicy) -> dict[str, Any]:
    """The policy as its document has it: the plain form, with its definitions as a table by id."""
    document = cast(dict[str, Any], plain(policy))
    definitions = {body.pop("id"): body for body in document.pop("definitions", [])}
    return {"format": FORMAT, **document, "definitions": definitions}


def policy_from_plain(document: object) -> SupportPolicy:
    """The policy of a document whose content is checked."""
    body = without_format(document)
    try:
        policy = read_noun(SupportPolicy, body)
    except DocumentError as error:
        raise DocumentError(_by_id(problem, body) for problem in error.problems) from None
    problems = Problems()
    for place, condition in _placed(policy):
        for found in check(condition, REVISION_SCHEMA):
            problems.add(InvalidValue(found.path, found.problem, found.hint), place)
    for name, case_type in policy.case_types.items():
        for problem in case_type.problems():
            problems.add(problem, f"$.case_types{at_key(name)[1:]}")
    problems.report()
    return policy


def without_format(document: object) -> dict[str, Any]:
    """What a document says besides its format, which must be one that this version reads. Raises DocumentError."""
    try:
        body = dict(read_mapping(document))
    except InvalidValue as error:
        raise DocumentError([error]) from None
    if "format" not in body:
        raise DocumentError([InvalidValue("$.format", "it is missing", f"begin the document with format {FORMAT}")])
    given = body.pop("format")
    if type(given) is not int or given != FORMAT:
        problem = f"{said(given)} is no format that this version reads"
        raise DocumentError([InvalidValue("$.format", problem, f"write {FORMAT}")])
    return body


def written(document: object) -> str:
    """A document as JSON for people."""
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def _placed(policy: SupportPolicy) -> Iterator[tuple[str, Condition]]:
    """Every condition on revisions, but for those of case types, with its place in the document."""
    owners: list[tuple[str, Measure | SlaDefinition]] = [
        (f"$.measures{at_key(name)[1:]}", measure) for name, measure in policy.measures.items()
    ]
    owners += [(f"$.definitions{at_key(definition.id)[1:]}", definition) for definition in policy.definitions]
    for owner, noun in owners:
        yield from ((f"{owner}.{place}", condition) for place, condition in _conditions(noun))
    for index, reaction in enumerate(policy.reactions):
        if reaction.when is not None:
            yield f"$.reactions[{index}].when", reaction.when
    yield from ((f"$.assignment.{place}", condition) for place, condition in policy.assignment.conditions)


def _conditions(noun: Measure | SlaDefinition) -> Iterator[tuple[str, Condition]]:
    """The conditions of a measure or a definition, each with its place in it."""
    for name in CLOCK_CONDITIONS:
        condition = getattr(noun, name)
        if condition is not None:
            yield name, condition
    for index, goal in enumerate(noun.goals if isinstance(noun, SlaDefinition) else ()):
        if goal.when is not None:
            yield f"goals[{index}].when", goal.when


def _by_id(problem: InvalidValue, body: dict[str, Any]) -> InvalidValue:
    """A problem that the policy found in a definition, which it knows by number and the document by id."""
    match = _INDEXED.match(problem.path)
    if match is None:
        return problem
    name = list(body["definitions"])[int(match[1])]
    place = f"$.definitions{at_key(name)[1:]}{problem.path[match.end() :]}"
    return InvalidValue(place, problem.problem, problem.hint)
