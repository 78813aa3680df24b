"""Documents of conditions: exact both ways, strict, and bounded."""

import json
import time
import tomllib
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from csmcore.conditions import Condition, Not, condition_from_mapping, condition_to_mapping, field
from csmcore.errors import CsmError, InvalidValue, LimitExceeded, NaiveDatetime, OutOfRange, UnknownKey

OPEN: dict[Any, Any] = {"field": "state", "op": "eq", "value": "open"}


@pytest.mark.parametrize(
    ("condition", "document"),
    [
        (field("state") == "open", OPEN),
        (field("a").is_in(1, 2), {"field": "a", "op": "in", "value": [1, 2]}),
        (field("a").changes(), {"field": "a", "op": "changes"}),
        (field("a").changes_from(None), {"field": "a", "op": "changes_from", "value": None}),
        (field("a") < field("b"), {"field": "a", "op": "lt", "other": "b"}),
        (field("a") == False, {"field": "a", "op": "eq", "value": False}),  # noqa: E712
        (field("a") < date(2026, 12, 25), {"field": "a", "op": "lt", "value": {"date": "2026-12-25"}}),
        (
            field("a").is_in(Decimal("1.50"), Decimal("1E+2")),
            {"field": "a", "op": "in", "value": [{"decimal": "1.5"}, {"decimal": "100"}]},
        ),
        (
            field("a") == datetime(2026, 12, 25, 9, tzinfo=UTC),
            {"field": "a", "op": "eq", "value": {"instant": "2026-12-25T09:00:00Z"}},
        ),
        (
            field("a") == datetime(2026, 12, 25, 9, 0, 0, 1, tzinfo=UTC),
            {"field": "a", "op": "eq", "value": {"instant": "2026-12-25T09:00:00.000001Z"}},
        ),
        ((field("state") == "open") & ~(field("state") == "open"), {"all": [OPEN, {"not": OPEN}]}),
        ((field("state") == "open") | (field("state") == "open"), {"any": [OPEN, OPEN]}),
    ],
)
def test_a_condition_has_one_document(condition: Condition, document: dict[str, Any]) -> None:
    """Writing gives the document, reading gives the condition, and JSON carries it."""
    assert condition_to_mapping(condition) == document
    assert condition_from_mapping(json.loads(json.dumps(document))) == condition


@pytest.mark.parametrize("text", ["2026-12-25T10:00+01:00", "2026-12-25T09:00:00Z", "2026-12-25T09:00:00.000000+00:00"])
def test_an_instant_is_read_in_every_zone_and_precision(text: str) -> None:
    """Spellings of one instant are one condition."""
    read = condition_from_mapping({"field": "a", "op": "eq", "value": {"instant": text}})
    assert read == (field("a") == datetime(2026, 12, 25, 9, tzinfo=UTC))


def test_native_dates_of_toml_are_accepted() -> None:
    """A date or an offset datetime of TOML reads as its typed form does."""
    at = '{field = "at", op = "lt", value = 2026-12-25T10:00:00+01:00}'
    text = f'all = [{{field = "on", op = "ge", value = 2026-12-25}}, {at}]'
    typed = (field("on") >= date(2026, 12, 25)) & (field("at") < datetime(2026, 12, 25, 9, tzinfo=UTC))
    assert condition_from_mapping(tomllib.loads(text)) == typed


@pytest.mark.parametrize(
    ("document", "path", "words"),
    [
        (None, "$", "None is no condition; write {'field'"),
        ("state == open", "$", "is no condition"),
        ([OPEN], "$", "is no condition"),
        ({}, "$", "no `field`"),
        ({"field": "a"}, "$", "no `op`"),
        ({"op": "eq"}, "$", "no `field`"),
        ({"all": []}, "$.all", "an empty list; leave the condition out"),
        ({"any": {}}, "$.any", "is no list"),
        ({"any": None}, "$.any", "None is no list"),
        ({"not": [OPEN]}, "$.not", "is no condition"),
        ({"all": [OPEN, 1]}, "$.all[1]", "1 is no condition"),
        ({"all": [{"any": [OPEN, {"not": 7}]}]}, "$.all[0].any[1].not", "7 is no condition"),
        ({"field": 1, "op": "eq", "value": 1}, "$.field", "1 is no field's name"),
        ({"field": "a", "op": "equals", "value": 1}, "$.op", "known are"),
        ({"field": "a", "op": "containsany", "value": [1]}, "$.op", "did you mean `contains_any`?"),
        ({"field": "a", "op": None, "value": 1}, "$.op", "None is no operator"),
        ({"field": "a", "op": ["eq"], "value": 1}, "$.op", "is no operator"),
        ({"field": "a", "op": "eq"}, "$.value", "`eq` takes one value, and is given no value"),
        ({"field": "a", "op": "eq", "value": None}, "$.value", "ask is_empty"),
        ({"field": "a", "op": "eq", "value": 1.0}, "$.value", "{'decimal': '1.5'}"),
        ({"field": "a", "op": "in", "value": 1}, "$.value", "write [value]"),
        ({"field": "a", "op": "in", "value": []}, "$.value", "an empty list"),
        ({"field": "a", "op": "in", "value": [1, [2]]}, "$.value[1]", "[2] is no constant"),
        ({"field": "a", "op": "in", "value": [1, True]}, "$.value[1]", "an integer and a boolean"),
        ({"field": "a", "op": "is_empty", "value": None}, "$.value", "`is_empty` takes no value"),
        ({"field": "a", "op": "changes_to"}, "$", "no `value`; write null"),
        ({"field": "a", "op": "changes", "other": "b"}, "$.other", "`changes` compares no fields"),
        ({"field": "a", "op": "eq", "value": 1, "other": "b"}, "$.other", "beside a value"),
        ({"field": "a", "op": "eq", "value": None, "other": "b"}, "$.other", "beside a value"),
        ({"field": "a", "op": "eq", "other": None}, "$.other", "null"),
        ({"field": "a", "op": "eq", "other": "b c"}, "$.other", "no field's name"),
        ({"field": "a", "op": "eq", "value": {}}, "$.value", "{} is no constant; such as {'date'"),
        ({"field": "a", "op": "eq", "value": {"datum": "2026-12-25"}}, "$.value", "is no constant"),
        ({"field": "a", "op": "eq", "value": {"date": 1}}, "$.value.date", "no date; such as '2026-12-25'"),
        ({"field": "a", "op": "eq", "value": {"date": "2026-02-30"}}, "$.value.date", "no date"),
        ({"field": "a", "op": "eq", "value": {"date": "20260225"}}, "$.value.date", "no date"),
        ({"field": "a", "op": "eq", "value": {"instant": "2026-02-25"}}, "$.value.instant", "no instant"),
        ({"field": "a", "op": "eq", "value": {"instant": "2026-02-25T24:00Z"}}, "$.value.instant", "no instant"),
        (
            {"field": "a", "op": "eq", "value": {"instant": "2026-02-25T09:00:00.1234567Z"}},
            "$.value.instant",
            "no instant",
        ),
        ({"field": "a", "op": "eq", "value": {"decimal": "1e5"}}, "$.value.decimal", "no decimal; such as '1.5'"),
        ({"field": "a", "op": "eq", "value": {"decimal": "\u0661"}}, "$.value.decimal", "no decimal"),
        ({"field": "a", "op": "in", "value": [{"decimal": "1"}, {"decimal": "x"}]}, "$.value[1].decimal", "no decimal"),
    ],
)
def test_a_malformed_document_is_refused_at_its_place(document: object, path: str, words: str) -> None:
    """Nothing is coerced or guessed: the error names the place and says what to write there."""
    with pytest.raises(InvalidValue) as caught:
        condition_from_mapping(document)
    assert (type(caught.value), caught.value.path) == (InvalidValue, path)
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("document", "path", "words"),
    [
        ({**OPEN, "vaule": 1}, "$", "unknown key 'vaule'; did you mean `value`?"),
        ({"all": [OPEN], "any": [OPEN]}, "$", "unknown key 'any'"),
        ({"not": OPEN, "field": "a"}, "$", "unknown key 'field'"),
        ({"all": [{7: 1, **OPEN}]}, "$.all[0]", "unknown key 7; known are"),
        ({"field": "a", "op": "eq", "value": {"date": "2026-12-25", "zone": 1}}, "$.value", "unknown key 'zone'"),
    ],
)
def test_an_unknown_key_is_refused(document: object, path: str, words: str) -> None:
    """A typing error cannot silently change a rule."""
    with pytest.raises(UnknownKey) as caught:
        condition_from_mapping(document)
    assert caught.value.path == path
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("value", "error"),
    [
        (datetime(2026, 1, 1), NaiveDatetime),
        ({"instant": "2026-01-01T09:00:00"}, NaiveDatetime),
        ({"instant": "1969-12-31T23:59:59Z"}, OutOfRange),
        ({"instant": "9999-12-31T23:59:59-12:00"}, OutOfRange),
    ],
)
def test_an_instant_that_csmcore_does_not_know_is_refused(value: object, error: type[InvalidValue]) -> None:
    """A naive datetime names no instant, and instants end with 2199; both errors say where they stand."""
    with pytest.raises(error) as caught:
        condition_from_mapping({"all": [{"field": "a", "op": "eq", "value": value}]})
    assert caught.value.path == "$.all[0].value"


def nested(levels: int, key: str = "not") -> Any:
    """A document of so many levels."""
    document: Any = OPEN
    for _ in range(levels):
        document = {key: document} if key == "not" else {key: [document]}
    return document


def bomb() -> Any:
    """A list that holds itself twice at every level: 2**40 conditions in 40 lists."""
    document: Any = OPEN
    for _ in range(40):
        document = {"any": [document, document]}
    return document


def loop() -> Any:
    """A document that contains itself."""
    document: dict[str, Any] = {}
    document["not"] = document
    return document


BROAD = {"any": [OPEN] * 999}
HUGE: list[tuple[str, Any]] = [
    ("100,000 levels of not", nested(100_000)),
    ("100,000 levels of all", nested(100_000, "all")),
    ("33 levels", nested(32)),
    ("a document in itself", loop()),
    ("a bomb", bomb()),
    ("a million conditions", {"all": [OPEN] * 1_000_000}),
    ("a thousand times a thousand", {"all": [BROAD] * 1_000}),
    ("a million values", {"field": "a", "op": "in", "value": list(range(1_000_000))}),
    (
        "a million values in lists of a thousand",
        {"all": [{"field": "a", "op": "in", "value": list(range(1_000))}] * 999},
    ),
    ("a text of a million characters", {**OPEN, "value": "x" * 1_000_000}),
    ("a name of a million characters", {**OPEN, "field": "x" * 1_000_000}),
    ("an operator of a million characters", {**OPEN, "op": "x" * 1_000_000}),
    ("a key of a million characters", {**OPEN, "x" * 1_000_000: 1}),
    ("a deep constant", {**OPEN, "value": nested(100_000)}),
    ("a deep list of constants", {"field": "a", "op": "in", "value": [nested(100_000, "all")]}),
    ("an integer of 5,000 digits", {**OPEN, "value": 10**5000}),
    ("a decimal of a million digits", {**OPEN, "value": {"decimal": "1" * 1_000_000}}),
]


@pytest.mark.parametrize("document", [each for _, each in HUGE], ids=[name for name, _ in HUGE])
def test_a_deep_or_huge_document_is_refused_at_once(document: Any) -> None:
    """Depth and size end in a typed error within milliseconds, and the error itself is short."""
    began = time.process_time()
    with pytest.raises(CsmError) as caught:
        condition_from_mapping(document)
    assert time.process_time() - began < 0.25
    assert len(str(caught.value)) < 600


def test_the_largest_document_is_read() -> None:
    """Thirty-two levels, a thousand nodes and a list of a thousand values are within bounds."""
    assert isinstance(condition_from_mapping(nested(31)), Not)
    assert condition_from_mapping(BROAD).extent.nodes == 1_000
    assert condition_from_mapping({"field": "a", "op": "in", "value": list(range(1_000))}).extent.constants == 1_000
    with pytest.raises(LimitExceeded):
        condition_from_mapping({"any": [OPEN] * 1_000})
