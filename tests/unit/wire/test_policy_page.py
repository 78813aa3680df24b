"""The page of the policy document has every key that the model has, with its type and default, and no other."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from types import MappingProxyType, NoneType
from typing import Any, Literal, NamedTuple, get_args, get_origin

import attrs
import pytest

from csmcore.calendars import Calendar
from csmcore.conditions import AllOf, Condition
from csmcore.model import (
    AssignmentPolicy,
    AssignmentRule,
    AutoClose,
    CasePolicy,
    CaseType,
    Criterion,
    EntitlementPolicy,
    EscalationPolicy,
    EscalationTemplate,
    ExtraField,
    FlowCut,
    FlowDemand,
    FlowOverlay,
    FlowRow,
    MajorCasePolicy,
    MatchingRule,
    Measure,
    ProactivePolicy,
    Queue,
    Reaction,
    SkillLevel,
    SlaDefinition,
    SpillOver,
    Substates,
    SupportPolicy,
    plain,
)

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "policy.md"
SECTIONS: Mapping[str, type] = MappingProxyType(
    {
        "The document": SupportPolicy,
        "Entitlements": EntitlementPolicy,
        "Cases": CasePolicy,
        "Closing by itself": AutoClose,
        "Case types": CaseType,
        "Fields of a case type": ExtraField,
        "Substates of a case type": Substates,
        "Flow of a case type": FlowOverlay,
        "Rows that are taken away": FlowCut,
        "Rows that are added": FlowRow,
        "What rows ask for besides": FlowDemand,
        "Reactions": Reaction,
        "Escalation": EscalationPolicy,
        "Templates of escalations": EscalationTemplate,
        "Assignment": AssignmentPolicy,
        "Assignment rules": AssignmentRule,
        "Matching rules": MatchingRule,
        "Criteria": Criterion,
        "Skills": SkillLevel,
        "Queues": Queue,
        "Spill-overs": SpillOver,
        "Major cases": MajorCasePolicy,
        "Proactive": ProactivePolicy,
    }
)
ELSEWHERE = (Calendar, Measure, SlaDefinition, *get_args(Condition))  # pages of their own
WRITTEN = {bool: "flag", int: "whole number", str: "text", timedelta: "duration"}
OWN_WORDS = re.compile(r"(list of )?(actions?|part(y|ies)( or roles)?|roles|states?)")  # too many to list in a cell
ON_THE_SIDE = {"definitions": "tables by id", "default": "value of the kind"}
LAST = re.compile(r" \|$")


class Key(NamedTuple):
    """A row of a table."""

    type: str
    default: str


def tables() -> dict[str, dict[str, Key]]:
    """The keys of each section of the page, by its heading."""
    found: dict[str, dict[str, Key]] = {}
    heading = ""
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            heading = line.lstrip("# ")
        elif line.startswith("| `"):
            key, written, default, _ = (cell.strip() for cell in LAST.sub("", line[1:]).split(" | "))
            assert key not in found.setdefault(heading, {}), f"{heading} has {key} twice"
            found[heading][key.strip("`")] = Key(written, default)
    return found


TABLES = tables()


def parts(annotation: Any) -> Iterator[Any]:
    """What a type is made of."""
    yield annotation
    for part in get_args(annotation):
        yield from parts(part)


def nouns(noun: type) -> Iterator[type]:
    """The noun and those in it, as far as this page has them."""
    yield noun
    attrs.resolve_types(noun)
    for field in attrs.fields(noun):
        for part in parts(field.type):
            if isinstance(part, type) and attrs.has(part) and not issubclass(part, ELSEWHERE):
                yield from nouns(part)


def spelled(annotation: Any) -> str:
    """How the page must say a type, as far as that follows from it; words of a choice are looked at apart."""
    annotation = getattr(annotation, "__supertype__", annotation)
    inner = [part for part in get_args(annotation) if part is not NoneType]
    if AllOf in inner:
        return "condition"
    origin = get_origin(annotation)
    if origin in {tuple, frozenset}:
        return f"list of {spelled(inner[0])}s" if get_origin(inner[0]) is not Literal else "list of "
    if origin is Literal:
        return ""
    if NoneType in get_args(annotation):
        return spelled(inner[0])
    return WRITTEN.get(annotation, "table")


def words_of(annotation: Any) -> list[str]:
    """The words of a choice."""
    return [word for part in parts(annotation) if get_origin(part) is Literal for word in get_args(part)]


def written_default(field: "attrs.Attribute[Any]") -> str | object:
    """The default as the page says it, or as TOML reads it."""
    default: Any = field.default
    if hasattr(default, "factory"):
        default = default.factory()
    if default is attrs.NOTHING or default is None:
        return "none" if default is None else "needed"
    if attrs.has(type(default)):
        return "as below" if default == type(default)() else "otherwise"
    return {"value": plain(default)}


def read_default(cell: str) -> str | object:
    """A cell: a value of TOML, or words."""
    return tomllib.loads(f"value = {cell.strip('`')}") if cell.startswith("`") else cell


def test_every_noun_of_a_policy_has_its_section() -> None:
    """Those that the policy is made of, and no other."""
    assert set(nouns(SupportPolicy)) == set(SECTIONS.values())
    assert list(TABLES) == list(SECTIONS)


@pytest.mark.parametrize("heading", SECTIONS)
def test_a_table_has_the_keys_of_its_noun(heading: str) -> None:
    """Every field, with its default; of a document itself the format besides."""
    fields = {field.name: written_default(field) for field in attrs.fields(SECTIONS[heading]) if field.init}
    told = {name: read_default(key.default) for name, key in TABLES[heading].items()}
    assert told == ({"format": "needed"} if heading == "The document" else {}) | fields


@pytest.mark.parametrize("heading", SECTIONS)
def test_a_table_has_the_types_of_its_noun(heading: str) -> None:
    """Kinds of values, and of choices the words, all of them."""
    noun = SECTIONS[heading]
    attrs.resolve_types(noun)
    for field in attrs.fields(noun):
        cell = TABLES[heading][field.name].type
        assert cell.startswith(ON_THE_SIDE.get(field.name, spelled(field.type))), field.name
        listed = re.findall(r'"(\w+)"', cell)
        assert listed == words_of(field.type) or OWN_WORDS.fullmatch(cell) or cell.startswith("table"), field.name
