"""What the constructors of case types refuse, and where they say it is."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import attrs
import pytest

from csmcore.conditions import FieldType, field
from csmcore.errors import InvalidValue
from csmcore.model import (
    ADDABLE,
    BASE_TYPE,
    CASE_STATES,
    COMMANDS,
    TERMINAL_STATES,
    CaseType,
    ExtraField,
    FlowCut,
    FlowDemand,
    FlowOverlay,
    FlowRow,
    Substates,
    SupportPolicy,
)
from csmcore.rules.cases.transitions import TABLE

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
Maker = Callable[..., Any]
WRONG: list[tuple[Maker, dict[str, Any], str]] = [
    (ExtraField, {"kind": "float"}, "kind: 'float' is not one of"),
    (ExtraField, {"kind": "choice"}, "choices: only a choice has choices"),
    (ExtraField, {"choices": ("a",)}, "choices: only a choice has choices"),
    (ExtraField, {"kind": "choice", "choices": ("a", "a")}, "choices: an id is listed twice"),
    (ExtraField, {"required_when": field("state") == "new"}, "required_when: it is required at no action"),
    (ExtraField, {"required_at": ("sing",)}, "required_at[0]: 'sing' is no action"),
    (ExtraField, {"required_at": ("open_case", "open_case")}, "required_at[1]: 'open_case' is listed twice"),
    (ExtraField, {"kind": "integer", "default": "1"}, "default: '1' is not a whole number"),
    (Substates, {"names": ()}, "names: there is none"),
    (Substates, {"names": ("a", "a")}, "names: an id is listed twice"),
    (Substates, {"names": ("a",), "moves": {"b": ()}}, "moves.b: no substate 'b'"),
    (Substates, {"names": ("a",), "moves": {"a": ("b",)}}, "moves.a: no substate 'b'"),
    (FlowRow, {"states": ("closed",)}, "states[0]: closed is an end, which a type leaves as it is"),
    (FlowRow, {"states": ("new", "new")}, "states[1]: 'new' is listed twice"),
    (FlowRow, {"states": ("lost",)}, "states[0]: 'lost' is not one of new"),
    (FlowRow, {"states": ()}, "states: there is none"),
    (FlowRow, {"states": ("resolved",), "action": "request_info"}, "states[0]: no type has request_info in resolved"),
    (FlowRow, {"by": ()}, "by: there is none"),
    (FlowRow, {"by": ("king",)}, "by[0]: 'king' is not one of customer"),
    (FlowRow, {"action": "request_info", "by": ("customer",)}, "by[0]: no type has request_info by customer"),
    (FlowRow, {"action": "reopen_case"}, "action: no type adds reopen_case"),
    (FlowRow, {"action": "sing"}, "action: 'sing' is not one of"),
    (FlowRow, {"to": "closed"}, "to: cancel_case leads to cancelled; write 'cancelled'"),
    (FlowRow, {"action": "update_case", "to": "open"}, "to: update_case leads nowhere; leave it out"),
    (FlowRow, {"requires": ("opened_by",)}, "requires[0]: cancel_case cannot ask for 'opened_by'"),
    (FlowRow, {"roles": {"king"}}, "roles: unknown king"),
    (FlowCut, {"action": "close_case", "states": ("cancelled",)}, "states[0]: cancelled is an end"),
    (FlowDemand, {"action": "close_case"}, "requires: nothing is asked for"),
    (
        FlowDemand,
        {"action": "update_case", "requires": ("extra.a",)},
        "requires[0]: update_case cannot ask for 'extra.a'",
    ),
    (FlowDemand, {"action": "open_case", "requires": ("comment",)}, "requires[0]: open_case cannot ask for 'comment'"),
    (
        FlowDemand,
        {"action": "open_case", "requires": ("product",), "by": ("agent",)},
        "action: a case is opened from no",
    ),
    (FlowDemand, {"action": "follow_up", "requires": ("reason",)}, "requires[0]: follow_up cannot ask for 'reason'"),
    (CaseType, {"fields": {"a b": ExtraField()}}, "fields: 'a b' is no name of a field"),
    (
        CaseType,
        {"substates": {"closed": Substates(names=("a",))}},
        "substates.closed: 'closed' is no state that a type",
    ),
    (CaseType, {"substates": {"lost": Substates(names=("a",))}}, "substates.lost: 'lost' is no state that a type"),
    (CaseType, {"opened_by": {"king"}}, "opened_by: unknown king"),
    (CaseType, {"visible_to": {"king"}}, "visible_to: unknown king"),
    (SupportPolicy, {"name": "p", "version": "1", "case_types": {" ": CaseType()}}, "case_types: ' ' is no id"),
]
ROW: dict[str, Any] = {"states": ("new",), "action": "cancel_case", "by": ("customer",), "to": "cancelled"}


@pytest.mark.parametrize(("kind", "fields", "told"), WRONG, ids=[told for _, _, told in WRONG])
def test_what_cannot_be_is_told_with_its_place(kind: Maker, fields: dict[str, Any], told: str) -> None:
    """Each problem names the field, and what is wrong with it."""
    given = {**ROW, **fields} if kind is FlowRow else fields
    with pytest.raises(InvalidValue, match=r".") as caught:
        kind(**given)
    assert str(caught.value).startswith(told)


def test_a_flow_asks_only_for_fields_that_the_type_has() -> None:
    """Those that it names, in added rows and in demands."""
    asked = FlowOverlay(demand=(FlowDemand(action="close_case", requires=("category", "extra.proof")),))
    with pytest.raises(InvalidValue, match=r"\$\.flow\.demand\[0\]\.requires\[1\]: the type has no field 'proof'"):
        CaseType(flow=asked)
    row = FlowRow(**ROW, requires=("extra.proof",))
    with pytest.raises(InvalidValue, match=r"\$\.flow\.add\[0\]\.requires\[0\]: the type has no field 'proof'"):
        CaseType(flow=FlowOverlay(add=(row,)))
    assert CaseType(fields={"proof": ExtraField()}, flow=asked).flow == asked


KEPT: list[tuple[ExtraField, object, object]] = [
    (ExtraField(), "x" * 1_001, "x" * 1_001),
    (ExtraField(kind="integer"), 2**62, 2**62),
    (ExtraField(kind="decimal"), Decimal("1.50"), Decimal("1.5")),
    (ExtraField(kind="boolean"), False, False),
    (ExtraField(kind="date"), date(2026, 1, 1), date(2026, 1, 1)),
    (ExtraField(kind="instant"), datetime.fromisoformat("2026-05-04T14:00:00+02:00"), NOON),
    (ExtraField(kind="choice", choices=("a", "b")), "b", "b"),
    (ExtraField(kind="texts"), ["a", "b"], ("a", "b")),
    (ExtraField(kind="texts"), (), ()),
]
UNKEPT: list[tuple[ExtraField, object, str]] = [
    (ExtraField(), 1, "1 is not text"),
    (ExtraField(), "\ud800", "half of a surrogate pair"),
    (ExtraField(), "x" * 100_001, "more than 100,000 characters"),
    (ExtraField(kind="integer"), True, "True is not a whole number"),
    (ExtraField(kind="integer"), 1.5, "1.5 is not a whole number"),
    (ExtraField(kind="integer"), 2**64, "more than 64 bits"),
    (ExtraField(kind="decimal"), 1, "1 is not a decimal number"),
    (ExtraField(kind="decimal"), Decimal("NaN"), "is not a decimal number"),
    (ExtraField(kind="decimal"), Decimal("1E+99"), "is no decimal of 38 digits"),
    (ExtraField(kind="boolean"), 1, "1 is not True or False"),
    (ExtraField(kind="date"), NOON, "is not a date"),
    (ExtraField(kind="instant"), datetime(2026, 1, 1), "is not a datetime with an offset"),
    (ExtraField(kind="instant"), datetime(1969, 1, 1, tzinfo=UTC), "is outside 1970"),
    (ExtraField(kind="choice", choices=("a", "b")), "c", "'c' is not one of a, b"),
    (ExtraField(kind="texts"), "ab", "'ab' is not a tuple of texts"),
    (ExtraField(kind="texts"), ["a", 1], "1 is not text"),
    (ExtraField(kind="texts"), ["\ud800"], "half of a surrogate pair"),
    (ExtraField(kind="texts"), ["a"] * 1_001, "is not a tuple of texts"),
]


@pytest.mark.parametrize(("its", "value", "kept"), KEPT)
def test_a_value_is_kept_in_one_form(its: ExtraField, value: object, kept: object) -> None:
    """Instants in UTC, decimals in their shortest spelling, lists as tuples."""
    found = its.kept(value)
    assert (type(found), found, str(found)) == (type(kept), kept, str(kept))


@pytest.mark.parametrize(("its", "value", "told"), UNKEPT)
def test_a_value_of_another_kind_is_refused(its: ExtraField, value: object, told: str) -> None:
    """Nothing is coerced."""
    with pytest.raises(InvalidValue, match=r".") as caught:
        its.kept(value)
    assert told in caught.value.problem


def test_conditions_know_a_types_own_fields() -> None:
    """Their kinds and choices, and no others."""
    fields = {
        "colour": ExtraField(kind="choice", choices=("red", "blue")),
        "codes": ExtraField(kind="texts"),
        "count": ExtraField(kind="integer"),
    }
    schema = CaseType(fields=fields).schema
    assert schema.type_of("extra.colour") == FieldType("text", values=("red", "blue"))
    assert schema.type_of("extra.codes") == FieldType("text", many=True)
    assert schema.type_of("extra.count") == FieldType("integer")
    assert schema.type_of("extra.other") is None
    assert schema.type_of("state") is not None


def test_problems_of_conditions_have_their_places() -> None:
    """Of the type's own fields, too: a value of another kind, a choice that there is not, a field of another type."""
    kinds = {
        "count": ExtraField(kind="integer", required_at=("close_case",), required_when=field("extra.count") == "x"),
        "note": ExtraField(required_at=("close_case",), required_when=field("stat") == "x"),
        "fine": ExtraField(required_at=("close_case",), required_when=field("extra.note") == "x"),
    }
    found = CaseType(fields=kinds, visible_if=field("extra.other") == "x").problems()
    assert [problem.path for problem in found] == [
        "$.visible_if.field",
        "$.fields.count.required_when.value",
        "$.fields.note.required_when.field",
    ]


def test_what_may_be_added_is_what_effects_understand() -> None:
    """Each leads where its action leads somewhere in the base table, from a state that is no end."""
    for action, known in ADDABLE.items():
        leads = {row.to for cells in TABLE.values() for row in cells[action]}
        assert known.to in leads
        assert TERMINAL_STATES.isdisjoint(known.states)
        assert set(known.states) < set(CASE_STATES)
        assert set(known.requires) <= attrs.fields_dict(COMMANDS[action]).keys()


def test_a_policy_knows_its_types() -> None:
    """A case without one, or with one that the policy lacks, is as the base type: it alone follows its parent."""
    fault = CaseType(label="Fault", may_be_major=False)
    policy = SupportPolicy(name="p", version="1", case_types={"fault": fault})
    assert policy.type_of("fault") is fault
    assert policy.type_of(None) is policy.type_of("lost") is BASE_TYPE
    assert BASE_TYPE.is_synced
    assert not fault.is_synced
    assert hash(fault) == hash(CaseType(label="Fault"))
    assert SupportPolicy(name="p", version="1").digest == SupportPolicy(name="p", version="1", case_types={}).digest
    assert policy.digest != SupportPolicy(name="p", version="1").digest
