"""Case types of every kind: whatever their constructors accept, whether or not it makes a flow that can be."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, get_args

from hypothesis import strategies as st

from csmcore.conditions import Condition, Constant, field
from csmcore.model import (
    ACTIONS,
    ADDABLE,
    CASE_STATES,
    PARTIES,
    TERMINAL_STATES,
    Action,
    CaseType,
    ExtraField,
    ExtraKind,
    FlowCut,
    FlowDemand,
    FlowOverlay,
    FlowRow,
    Substates,
    Who,
)

__all__ = ["DIVIDED", "VALUES", "case_types"]

DIVIDED = tuple(state for state in CASE_STATES if state not in TERMINAL_STATES)
VALUES: Mapping[ExtraKind, tuple[Constant, ...]] = {
    "text": ("a", "b c", "ü"),
    "integer": (0, -7, 1 << 40),
    "decimal": (Decimal(0), Decimal("1.5"), Decimal("-12.345")),
    "boolean": (True, False),
    "date": (date(2026, 12, 24), date(1, 1, 1)),
    "instant": (datetime(2026, 12, 24, 9, tzinfo=UTC), datetime(1970, 1, 1, tzinfo=UTC)),
    "choice": ("red", "blue"),
    "texts": (("a",), ("a", "b")),
}
"""What fields of each kind may hold."""

_CHOICES = ("red", "blue")
_ASKING: tuple[Action, ...] = (
    *("open_case", "update_case", "propose_solution", "close_case", "cancel_case", "request_info"),
    *("resume_work", "assign_case", "reopen_case", "follow_up"),
)
_FORM = ("category", "product", "assigned_to", "urgency")


def _some(words: tuple[Any, ...], least: int = 0) -> st.SearchStrategy[tuple[Any, ...]]:
    """Some of the words, in their order."""
    chosen = st.lists(st.sampled_from(words), unique=True, min_size=least, max_size=3)
    return chosen.map(lambda found: tuple(word for word in words if word in found))


def _places(words: tuple[Any, ...]) -> st.SearchStrategy[tuple[Any, ...]]:
    """Mostly all, which is to name none."""
    return st.one_of(st.just(()), st.just(()), _some(words))


def _conditions(name: str, kind: ExtraKind) -> st.SearchStrategy[Condition | None]:
    """None, or a condition about a case or about the field itself."""
    own = field(f"extra.{name}").is_empty() if kind == "texts" else field(f"extra.{name}") == VALUES[kind][0]
    others = (field("priority") <= 2, field("category") == "x", field("state") != "new", own)
    return st.sampled_from((None, None, *others))


@st.composite
def _fields(draw: st.DrawFn, name: str, kind: ExtraKind) -> ExtraField:
    """A field of a kind."""
    at = draw(st.one_of(st.just(()), _some(_ASKING[:7])))
    return ExtraField(
        kind=kind,
        label=draw(st.sampled_from(("", "Label"))),
        choices=_CHOICES if kind == "choice" else (),
        default=draw(st.sampled_from((None, *VALUES[kind]))),
        required_at=at,
        required_when=draw(_conditions(name, kind)) if at else None,
        customer_may_see=draw(st.booleans()),
        customer_may_set=draw(st.booleans()),
    )


@st.composite
def _added(draw: st.DrawFn, needs: tuple[str, ...]) -> FlowRow:
    """A row that may be added."""
    action = draw(st.sampled_from(tuple(ADDABLE)))
    known = ADDABLE[action]
    return FlowRow(
        states=draw(_some(known.states, 1)),
        action=action,
        by=draw(_some(known.by, 1)),
        to=known.to,
        requires=() if action == "update_case" else draw(_some(needs)),
        roles=frozenset(draw(_some(("manager", "contributor")))),
    )


@st.composite
def _asked(draw: st.DrawFn, needs: tuple[str, ...]) -> FlowDemand:
    """A demand of some rows, which may not be there."""
    action = draw(st.sampled_from(tuple(each for each in _ASKING if each != "update_case")))
    if action == "open_case":
        return FlowDemand(action=action, requires=draw(_some(needs, 1)))
    requires = draw(_some(needs))
    return FlowDemand(
        action=action,
        states=draw(_places(DIVIDED)),
        by=draw(_places(PARTIES)),
        requires=requires,
        roles=frozenset(draw(_some(("manager", "admin", "contributor"), 0 if requires else 1))),
    )


@st.composite
def _divisions(draw: st.DrawFn) -> Substates:
    """Up to three substates, now and then with moves between them."""
    names = draw(_some(("one", "two", "three"), 1))
    moves = {name: draw(_some(names)) for name in names}
    return Substates(names=names, moves=moves if draw(st.booleans()) else {})


_cuts = st.builds(FlowCut, action=st.sampled_from(ACTIONS[1:17]), states=_places(DIVIDED), by=_places(PARTIES))
_names = st.sampled_from(tuple(VALUES)).map(lambda kind: (f"my_{kind}", kind))


@st.composite
def case_types(draw: st.DrawFn) -> CaseType:
    """Any case type, mostly with a flow that is near the base one."""
    kinds = dict(draw(st.lists(_names, max_size=3, unique=True)))
    needs = (*_FORM, *(f"extra.{name}" for name in kinds))
    words = st.frozensets(st.sampled_from(get_args(Who)), max_size=3)
    return CaseType(
        label=draw(st.sampled_from(("", "Fault"))),
        fields={name: draw(_fields(name, kind)) for name, kind in kinds.items()},
        substates=draw(st.dictionaries(st.sampled_from(DIVIDED), _divisions(), max_size=3)),
        flow=FlowOverlay(
            remove=tuple(draw(st.lists(_cuts, max_size=1))),
            add=tuple(draw(st.lists(_added(needs), max_size=2))),
            demand=tuple(draw(st.lists(_asked(needs), max_size=2))),
        ),
        opened_by=draw(st.one_of(st.just(frozenset[Who]()), words)),
        visible_to=draw(st.one_of(st.just(frozenset[Who]()), words)),
        visible_if=draw(st.sampled_from((None, None, field("channel") != "machine"))),
        may_be_major=draw(st.booleans()),
        is_synced=draw(st.booleans()),
    )
