"""Conditions as people write them: ``(field("state") == "open") & field("priority").is_in(1, 2)``.

The builder only builds: what it gives are the nodes of ``csmcore.conditions.nodes``, which know nothing of it.
"""

from collections.abc import Sequence
from typing import Any, ClassVar, NoReturn, TypeAlias

from csmcore.conditions.names import field_name
from csmcore.conditions.nodes import Atom, Operator
from csmcore.conditions.values import Scalar
from csmcore.errors import InvalidValue

__all__ = ["FieldBuilder", "field"]


class FieldBuilder:
    """A field about to be tested: a comparison or a method gives the condition."""

    __slots__ = ("name",)
    __hash__: ClassVar[None] = None  # type: ignore[assignment]  # its == builds a condition

    name: str

    def __init__(self, name: str) -> None:
        self.name = field_name(name, "name")

    def __repr__(self) -> str:
        return f"field({self.name!r})"

    def __bool__(self) -> NoReturn:
        raise InvalidValue("$", "it is no condition yet", f"such as {self!r}.is_not_empty()")

    def __eq__(self, value: "Comparable") -> Atom:  # type: ignore[override]
        return self._compared("eq", value)

    def __ne__(self, value: "Comparable") -> Atom:  # type: ignore[override]
        return self._compared("ne", value)

    def __lt__(self, value: "Comparable") -> Atom:
        return self._compared("lt", value)

    def __le__(self, value: "Comparable") -> Atom:
        return self._compared("le", value)

    def __gt__(self, value: "Comparable") -> Atom:
        return self._compared("gt", value)

    def __ge__(self, value: "Comparable") -> Atom:
        return self._compared("ge", value)

    def _compared(self, op: Operator, value: "Comparable") -> Atom:
        if isinstance(value, FieldBuilder):
            return Atom(self.name, op, other=value.name)
        return Atom(self.name, op, value)

    def is_in(self, *values: Scalar | Sequence[Scalar]) -> Atom:
        """The field is one of some values, given one by one or as one list."""
        return Atom(self.name, "in", _listed(values))

    def not_in(self, *values: Scalar | Sequence[Scalar]) -> Atom:
        """The field is none of some values, or null."""
        return Atom(self.name, "not_in", _listed(values))

    def is_empty(self) -> Atom:
        """The field is null, ``""`` or ``()``."""
        return Atom(self.name, "is_empty")

    def is_not_empty(self) -> Atom:
        """The field has a value other than ``""`` and ``()``."""
        return Atom(self.name, "is_not_empty")

    def contains(self, value: Scalar) -> Atom:
        """The field is a list with a value among its elements."""
        return Atom(self.name, "contains", value)

    def contains_any(self, *values: Scalar | Sequence[Scalar]) -> Atom:
        """The field is a list with at least one of some values among its elements."""
        return Atom(self.name, "contains_any", _listed(values))

    def changes(self) -> Atom:
        """The field is not what it was before."""
        return Atom(self.name, "changes")

    def changes_from(self, value: Scalar | None) -> Atom:
        """The field changes, and was a value before; None asks for null."""
        return Atom(self.name, "changes_from", value)

    def changes_to(self, value: Scalar | None) -> Atom:
        """The field changes, and is a value now; None asks for null."""
        return Atom(self.name, "changes_to", value)


Comparable: TypeAlias = Scalar | FieldBuilder


def field(name: str) -> FieldBuilder:
    """The field of that name, to be tested. Raises InvalidValue.

    >>> field("state") == "awaiting_info"
    Atom(field='state', op='eq', value='awaiting_info', other=None)
    >>> from csmcore.conditions.sentences import sentence
    >>> sentence((field("state").changes_to("open")) & ~(field("extra.tier").is_in("gold", "silver")))
    'state changes to open and not (extra.tier is one of gold, silver)'
    """
    return FieldBuilder(name)


def _listed(values: tuple[Any, ...]) -> Any:
    return values[0] if len(values) == 1 and isinstance(values[0], tuple | list) else values
