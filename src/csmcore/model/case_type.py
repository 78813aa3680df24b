"""Case types: what kinds of case a vendor has, with fields, flow, substates and readers of their own."""

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, Literal, TypeAlias, get_args

import attrs

from csmcore.conditions import Condition, Constant, FieldType, Kind, Schema, check, constant, kind_of
from csmcore.errors import InvalidValue, shown
from csmcore.model.case import CASE_STATES, TERMINAL_STATES, CaseState
from csmcore.model.case_actions import ACTIONS, Action
from csmcore.model.case_parties import Who
from csmcore.model.fields import is_ids, is_text, one_of
from csmcore.model.flow_overlay import OF_TYPE, FlowOverlay
from csmcore.model.frozen_mapping import FrozenMapping, frozen
from csmcore.model.schema import REVISION_SCHEMA

__all__ = ["BASE_TYPE", "EXTRA_KINDS", "CaseType", "ExtraField", "ExtraKind", "Substates"]

ExtraKind: TypeAlias = Literal["text", "integer", "decimal", "boolean", "date", "instant", "choice", "texts"]
EXTRA_KINDS: tuple[ExtraKind, ...] = get_args(ExtraKind)

_MOST_TEXTS = 1_000
_AS_IT_IS = FlowOverlay()
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,59}")
_IN_CONDITIONS: Mapping[ExtraKind, Kind] = MappingProxyType({"choice": "text", "texts": "text"})
_CALLED: Mapping[ExtraKind, str] = MappingProxyType(
    {
        "text": "text",
        "integer": "a whole number",
        "decimal": "a decimal number",
        "boolean": "True or False",
        "date": "a date",
        "instant": "a datetime with an offset",
        "choice": "one of its choices",
        "texts": "a tuple of texts",
    }
)


@attrs.frozen(kw_only=True)
class ExtraField:
    """A field that only cases of one type have; conditions call it ``extra.<name>``.

    A ``choice`` is one of ``choices``; ``texts`` are a list. ``required_at``: these actions are refused while it is
    blank, where ``required_when`` holds of the case; at ``update_case``: it may not be left blank. Customers see what
    ``customer_may_see``, and set, when they open a case, what ``customer_may_set``. Raises InvalidValue.
    """

    kind: ExtraKind = attrs.field(default="text", validator=one_of(EXTRA_KINDS))
    label: str = attrs.field(default="", validator=is_text)
    choices: tuple[str, ...] = attrs.field(default=(), validator=is_ids)
    default: Constant = None
    required_at: tuple[Action, ...] = attrs.field(default=())
    required_when: Condition | None = None
    customer_may_see: bool = True
    customer_may_set: bool = False

    @required_at.validator
    def _are_actions(self, field: "attrs.Attribute[Any]", actions: tuple[Action, ...]) -> None:
        for index, action in enumerate(actions):
            if action not in ACTIONS or action in actions[:index]:
                problem = "is listed twice" if action in ACTIONS else "is no action"
                raise InvalidValue(f"{field.name}[{index}]", f"{shown(action)} {problem}", "list actions, each once")

    def __attrs_post_init__(self) -> None:
        """Refuse choices of what is no choice, a condition of nothing, and a default that does not fit."""
        if (self.kind == "choice") != bool(self.choices):
            raise InvalidValue("choices", "only a choice has choices, and it needs some", "list them, or drop them")
        if self.required_when is not None and not self.required_at:
            raise InvalidValue("required_when", "it is required at no action", "say at which, in `required_at`")
        if self.default is not None:
            try:
                object.__setattr__(self, "default", self.kept(self.default))
            except InvalidValue as error:
                raise error.under("default") from None

    def kept(self, value: object) -> Constant:
        """The value as a case keeps it: instants in UTC, lists as tuples. Raises InvalidValue where it does not fit.

        >>> ExtraField(kind="choice", choices=("fibre", "copper")).kept("fibre")
        'fibre'
        """
        kind = self.kind
        if kind == "texts":
            return self._texts(value)
        if kind_of(value) != _IN_CONDITIONS.get(kind, kind):
            raise InvalidValue("$", f"{shown(value)} is not {_CALLED[kind]}", f"give {_CALLED[kind]}")
        if not isinstance(value, str):
            return constant(value, "$")
        is_text(self, attrs.fields(ExtraField).default, value)
        if kind == "choice" and value not in self.choices:
            raise InvalidValue("$", f"{shown(value)} is not one of {', '.join(self.choices)}", "choose one of them")
        return value

    def _texts(self, value: object) -> tuple[str, ...]:
        if not isinstance(value, list | tuple) or len(value) > _MOST_TEXTS:
            raise InvalidValue("$", f"{shown(value)} is not {_CALLED['texts']}", f"give at most {_MOST_TEXTS:,} texts")
        for each in value:
            if type(each) is not str:
                raise InvalidValue("$", f"{shown(each)} is not text", f"give {_CALLED['texts']}")
            is_text(self, attrs.fields(ExtraField).default, each)
        return tuple(value)

    @property
    def type(self) -> FieldType:
        """What conditions take it for."""
        kind = _IN_CONDITIONS.get(self.kind, self.kind)
        return FieldType(kind, many=self.kind == "texts", values=self.choices or None)  # type: ignore[arg-type]


@attrs.frozen(kw_only=True)
class Substates:
    """What a state is divided into; the first is entered with the state.

    ``moves`` say which may follow which, and then nothing else may; without it any follows any. Raises InvalidValue.
    """

    names: tuple[str, ...] = attrs.field(validator=is_ids)
    moves: Mapping[str, tuple[str, ...]] = attrs.field(default=FrozenMapping(), converter=frozen)

    def __attrs_post_init__(self) -> None:
        """Refuse none at all, and moves from or to what there is not."""
        if not self.names:
            raise InvalidValue("names", "there is none", "name at least one")
        for name, others in self.moves.items():
            for other in (name, *others):
                if other not in self.names:
                    raise InvalidValue(f"moves.{name}", f"no substate {shown(other)}", "declare it in `names`")

    def leads(self, name: str | None, other: str) -> bool:
        """Whether one may follow another."""
        return not self.moves or name is None or other in self.moves.get(name, ())


def _are_names(_: object, field: "attrs.Attribute[Any]", names: Mapping[str, object]) -> None:
    for name in names:
        if not _NAME.fullmatch(name):
            hint = "use up to 60 letters, digits and underscores, no digit first"
            raise InvalidValue(field.name, f"{shown(name)} is no name of a field", hint)


def _are_live(_: object, field: "attrs.Attribute[Any]", substates: Mapping[CaseState, Substates]) -> None:
    for state in substates:
        if state not in CASE_STATES or state in TERMINAL_STATES:
            problem = f"{shown(state)} is no state that a type divides"
            raise InvalidValue(f"{field.name}.{state}", problem, "write new, open, awaiting_info, resolved")


@attrs.frozen(kw_only=True, slots=False, hash=False)
class CaseType:
    """A kind of case: what it has and does otherwise than the base case (ServiceNow's case types).

    ``fields`` are its own, by name; ``substates`` by state; ``flow`` changes the base table. ``opened_by`` and
    ``visible_to`` name parties or roles, one of which suffices; nobody is kept out where they name none, and machines
    always see. Where ``visible_if`` does not hold of a case, nobody opens one, and its customer's side has no part in
    it. ``may_be_major``: whether one can become a major case; ``is_synced``: whether a child follows its parent's
    fields, which otherwise only base cases do. Raises InvalidValue.
    """

    label: str = attrs.field(default="", validator=is_text)
    fields: Mapping[str, ExtraField] = attrs.field(default=FrozenMapping(), converter=frozen, validator=_are_names)
    substates: Mapping[CaseState, Substates] = attrs.field(
        default=FrozenMapping(), converter=frozen, validator=_are_live
    )
    flow: FlowOverlay = attrs.field(default=_AS_IT_IS)
    opened_by: frozenset[Who] = attrs.field(default=frozenset[Who]())
    visible_to: frozenset[Who] = attrs.field(default=frozenset[Who]())
    visible_if: Condition | None = None
    may_be_major: bool = True
    is_synced: bool = False

    @opened_by.validator
    @visible_to.validator
    def _are_known(self, field: "attrs.Attribute[Any]", words: frozenset[Who]) -> None:
        unknown = sorted(words - set(get_args(Who)))
        if unknown:
            raise InvalidValue(field.name, f"unknown {', '.join(unknown)}", f"known are {', '.join(get_args(Who))}")

    def __attrs_post_init__(self) -> None:
        """Refuse a flow that asks for fields which the type does not have."""
        for place, name in self.flow.own_fields():
            if name not in self.fields:
                raise InvalidValue(f"$.flow.{place}", f"the type has no field {shown(name)}", "declare it in `fields`")

    def __hash__(self) -> int:
        """By its label and the names of its fields: types that are equal have the same."""
        return hash((self.label, self.fields))

    @property
    def schema(self) -> Schema:
        """What conditions may ask of a case of this type: of its own fields, those that it has."""
        known = {name: of for name, of in REVISION_SCHEMA.fields.items() if not name.startswith(OF_TYPE)}
        return Schema({**known, **{f"{OF_TYPE}{name}": field.type for name, field in self.fields.items()}})

    def problems(self) -> Iterator[InvalidValue]:
        """What is wrong with its conditions, each with its place."""
        placed = [("visible_if", self.visible_if)]
        placed += [(f"fields.{name}.required_when", field.required_when) for name, field in self.fields.items()]
        for place, condition in placed:
            if condition is not None:
                for found in check(condition, self.schema):
                    yield InvalidValue(f"$.{place}{found.path[1:]}", found.problem, found.hint)


BASE_TYPE = CaseType(is_synced=True)
"""What a case without a type is."""
