"""Who is given a case: rules in their order, how agents are matched, and queues, as one part of a policy."""

from collections.abc import Iterable
from typing import Any

import attrs

from csmcore.conditions import Condition
from csmcore.errors import InvalidValue, LimitExceeded, shown
from csmcore.model.fields import is_id, is_text, optional, within
from csmcore.model.ids import GroupId, UserId
from csmcore.model.matching import MatchingRule
from csmcore.model.queue import Queue

__all__ = ["AssignmentPolicy", "AssignmentRule"]

_MOST = 1_000  # rules, matching rules, queues


@attrs.frozen(kw_only=True)
class AssignmentRule:
    """Who gets the cases that ``when`` describes (None: all): a ``group``, a ``user``, or whom ``matching`` finds.

    ``matching`` names a matching rule, which applies where its own condition holds too.

    The lowest ``order`` first, then the lower id; the first that applies decides. With a group the user must be of it.
    Raises InvalidValue.
    """

    id: str = attrs.field(validator=is_id)
    name: str = attrs.field(default="", validator=is_text)
    order: int = attrs.field(default=100, validator=within(0, 1_000_000))
    when: Condition | None = None
    group: GroupId | None = attrs.field(default=None, validator=optional(is_id))
    user: UserId | None = attrs.field(default=None, validator=optional(is_id))
    matching: str | None = attrs.field(default=None, validator=optional(is_id))

    def __attrs_post_init__(self) -> None:
        """Refuse a rule that gives the case to nobody, or to two."""
        if self.group is None and self.user is None and self.matching is None:
            raise InvalidValue("group", "it gives the case to nobody", "name a group, a user or a matching rule")
        if self.user is not None and self.matching is not None:
            raise InvalidValue("matching", "the user is named already", "leave one of the two out")


def _each_once(
    _: object, field: "attrs.Attribute[Any]", nouns: Iterable[AssignmentRule | MatchingRule | Queue]
) -> None:
    ids: set[str] = set()
    for index, noun in enumerate(nouns):
        if index == _MOST:
            raise LimitExceeded(field.name, field.name, _MOST)
        if noun.id in ids:
            raise InvalidValue(f"{field.name}[{index}].id", f"{shown(noun.id)} is given twice", "rename one")
        ids.add(noun.id)


@attrs.frozen(kw_only=True)
class AssignmentPolicy:
    """How cases find their agents. Raises InvalidValue for a name that leads nowhere, and for an id given twice."""

    rules: tuple[AssignmentRule, ...] = attrs.field(default=(), validator=_each_once)
    matching: tuple[MatchingRule, ...] = attrs.field(default=(), validator=_each_once)
    queues: tuple[Queue, ...] = attrs.field(default=(), validator=_each_once)

    def __attrs_post_init__(self) -> None:
        """Refuse rules and queues that name no matching rule there is."""
        known = [rule.id for rule in self.matching]
        for field in ("rules", "queues"):
            for index, noun in enumerate(getattr(self, field)):
                if noun.matching is not None and noun.matching not in known:
                    problem = f"no matching rule {shown(noun.matching)}"
                    hint = f"known are {', '.join(known)}" if known else "declare it under `matching`"
                    raise InvalidValue(f"{field}[{index}].matching", problem, hint)

    @property
    def conditions(self) -> tuple[tuple[str, Condition], ...]:
        """Its conditions, each after its place."""
        return tuple(
            (f"{field}[{index}].when", noun.when)
            for field in ("rules", "matching", "queues")
            for index, noun in enumerate(getattr(self, field))
            if noun.when is not None
        )

    @property
    def calendars(self) -> tuple[tuple[str, str], ...]:
        """The calendars that it names, each after its place."""
        return tuple(
            (f"queues[{index}].calendar", queue.calendar)
            for index, queue in enumerate(self.queues)
            if queue.calendar is not None
        )
