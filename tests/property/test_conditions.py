"""The laws of conditions: closures, documents and sentences say what the condition says."""

import json
import pickle
import re
from collections.abc import Mapping, Sequence
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from csmcore.conditions import (
    Condition,
    Kind,
    check,
    compile_condition,
    condition_from_mapping,
    condition_to_mapping,
    equivalent,
    fields_of,
    sentence,
)
from csmcore.errors import CsmError
from tests.oracle.conditions import holds
from tests.property.condition_scenes import World, atoms, conditions, examples, junk, records, worlds
from tests.tally import TALLY

FEW: Mapping[Kind, Sequence[Any]] = {"text": ("a", "b", "a, b", "1", "nothing"), "integer": (1, 2), "boolean": (True,)}


@examples(15)
@given(conditions(), records(), st.none() | records())
def test_a_closure_agrees_with_the_oracle(
    condition: Condition, now: dict[str, Any], before: dict[str, Any] | None
) -> None:
    """Compiled and read literally from its document, a condition is true of the same records, whatever they hold."""
    assert compile_condition(condition)(now, before) is holds(condition_to_mapping(condition), now, before)
    TALLY("conditions compared with the oracle", 1)


@examples(3)
@given(conditions())
def test_a_document_gives_its_condition_back(condition: Condition) -> None:
    """A condition is written as JSON and read back equal, with the same hash and the same document."""
    document = condition_to_mapping(condition)
    again = condition_from_mapping(json.loads(json.dumps(document)))
    assert again == condition
    assert hash(again) == hash(condition)
    assert condition_to_mapping(again) == document
    assert pickle.loads(pickle.dumps(condition)) == condition  # noqa: S301  # our own bytes
    TALLY("round trips of conditions", 1)


@examples(6)
@given(junk())
def test_a_document_that_is_no_condition_is_refused_in_words(document: Any) -> None:
    """Whatever a document holds, reading it gives a condition or an error of csmcore's."""
    try:
        condition = condition_from_mapping(document)
    except CsmError as error:
        said = str(error)
    else:
        said = f"${sentence(condition)}"
    assert said.startswith("$")


@examples(2)
@given(st.lists(conditions(atoms(("a", "b"), FEW, others=False), size=3), min_size=2, max_size=6))
def test_the_same_words_mean_the_same(some: list[Condition]) -> None:
    """Two conditions with one sentence are equivalent."""
    said: dict[str, Condition] = {}
    for condition in some:
        words = sentence(condition)
        assert equivalent(said.setdefault(words, condition), condition), words


@examples(2)
@given(worlds(), st.data())
def test_what_a_schema_contradicts_is_found_where_it_stands(world: World, data: st.DataObject) -> None:
    """A finding's path leads through the document to what it is about, and every unknown field is found."""
    condition = data.draw(conditions(atoms(("a", "b", "z"), world.pools)))
    findings = check(condition, world.schema)
    for finding in findings:
        place: Any = condition_to_mapping(condition)
        for key, index in re.findall(r"\.(\w+)|\[(\d+)\]", finding.path):
            place = place[key] if key else place[int(index)]
        assert place is not None
    assert ("z" in fields_of(condition)) is any(each.code == "unknown_field" for each in findings)
