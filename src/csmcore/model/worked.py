"""Worked histories: what happened to a case, and what its clocks must read, with the arithmetic beside it."""

import re
from datetime import datetime, timedelta
from typing import Any

import attrs

from csmcore.conditions import Record
from csmcore.errors import InvalidValue, OutOfRange, shown
from csmcore.model.fields import in_utc, is_id, is_text, is_written, one_of, within
from csmcore.model.frozen_mapping import frozen
from csmcore.model.history import check_value, row_field
from csmcore.model.ids import DefinitionId
from csmcore.model.rendering import names_alone
from csmcore.model.sla_clock import Stage

__all__ = ["WorkedBook", "WorkedClock", "WorkedHistory", "WorkedRow"]

_NUMBER = re.compile(r"\d{1,9}(\.\d{1,9}|/[1-9]\d{0,8})?", re.ASCII)
_STAGES = ("in_progress", "paused", "completed", "cancelled")


@attrs.frozen(kw_only=True)
class WorkedRow:
    """What changes at an instant. A field stays until another row changes it; ``event.*`` is true of this row alone."""

    at: datetime
    fields: Record = attrs.field(converter=frozen, repr=names_alone, hash=False)

    def __attrs_post_init__(self) -> None:
        """Keep the instant in UTC."""
        in_utc(self, "at")
        for name, value in self.fields.items():
            place = f"fields.{name}"
            check_value(value, row_field(name, place), None, place)


@attrs.frozen(kw_only=True)
class WorkedClock:
    """What one cycle must read: the fields and figures of `SlaReading` that are given; ``absent`` ones must be None.

    ``percent`` is exact, as text (``18.75`` or ``50/3``); ``fired`` are the labels of thresholds.
    """

    definition: DefinitionId = attrs.field(validator=is_id)
    cycle: int = attrs.field(default=1, validator=within(1, 1 << 53))
    stage: Stage = attrs.field(validator=one_of(_STAGES))
    started_at: datetime | None = None
    stopped_at: datetime | None = None
    due_at: datetime | None = None
    original_due_at: datetime | None = None
    derived_end_at: datetime | None = None
    due_if_resumed_now: datetime | None = None
    next_at: datetime | None = None
    breached_at: datetime | None = None
    goal: timedelta | None = None
    elapsed: timedelta | None = None
    paused: timedelta | None = None
    remaining: timedelta | None = None
    overdue: timedelta | None = None
    time_left: timedelta | None = None
    wall_elapsed: timedelta | None = None
    wall_paused: timedelta | None = None
    wall_remaining: timedelta | None = None
    has_breached: bool | None = None
    percent: str | None = attrs.field(default=None)
    fired: tuple[str, ...] | None = None
    absent: tuple[str, ...] = attrs.field(default=())

    @percent.validator
    def _is_number(self, _: "attrs.Attribute[Any]", percent: str | None) -> None:
        if percent is not None and not _NUMBER.fullmatch(percent):
            raise InvalidValue("percent", f"{shown(percent)} is no number", "write '18.75' or '50/3'")

    @absent.validator
    def _are_figures(self, _: "attrs.Attribute[Any]", absent: tuple[str, ...]) -> None:
        for index, name in enumerate(absent):
            one_of(_FIGURES)(None, attrs.fields(WorkedClock).absent, name)
            if getattr(self, name) is not None:
                raise InvalidValue(f"absent[{index}]", f"{name} is given, too", "leave one of them out")

    def __attrs_post_init__(self) -> None:
        """Keep instants in UTC."""
        in_utc(self, *(name for name in _FIGURES if isinstance(getattr(self, name), datetime)))

    @property
    def figures(self) -> dict[str, object]:
        """What is expected, by name; None where there must be none."""
        given = {name: value for name in ("stage", *_FIGURES) if (value := getattr(self, name)) is not None}
        return {**given, **dict.fromkeys(self.absent)}


_FIGURES = tuple(
    field.name for field in attrs.fields(WorkedClock) if field.name not in {"definition", "cycle", "stage", "absent"}
)


@attrs.frozen(kw_only=True)
class WorkedHistory:
    """A case's history and its clocks as of an instant: all cycles, in the order of the definitions.

    ``note`` has the arithmetic, ``source`` where the figures come from.
    """

    id: str = attrs.field(validator=is_id)
    about: str = attrs.field(validator=is_written)
    source: str = attrs.field(default="worked out", validator=is_written)
    note: str = attrs.field(validator=is_text)
    as_of: datetime
    revisions: tuple[WorkedRow, ...]
    clocks: tuple[WorkedClock, ...] = ()

    def __attrs_post_init__(self) -> None:
        """Keep the instant in UTC; refuse revisions that are out of order."""
        in_utc(self, "as_of")
        for index, (one, two) in enumerate(zip(self.revisions, self.revisions[1:], strict=False), 1):
            if two.at < one.at:
                raise OutOfRange(f"revisions[{index}].at", "it is before the one before", "give them in order")


@attrs.frozen(kw_only=True)
class WorkedBook:
    """Worked histories under one policy, which is named as its document is. Raises InvalidValue."""

    policy: str = attrs.field(validator=is_written)
    histories: tuple[WorkedHistory, ...]

    def __attrs_post_init__(self) -> None:
        """Refuse two histories of one name."""
        ids = [history.id for history in self.histories]
        for index, identity in enumerate(ids):
            if identity in ids[:index]:
                raise InvalidValue(f"histories[{index}].id", f"'{identity}' is given twice", "rename one")
