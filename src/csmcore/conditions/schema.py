"""What the fields of a record can be: the types that conditions are checked and reasoned against."""

from collections.abc import Iterable, Mapping
from typing import Final, Literal, TypeAlias

import attrs

from csmcore.conditions.names import field_name, nearest
from csmcore.conditions.values import KINDS, Kind, Scalar, constant, kind_of
from csmcore.errors import InvalidValue, shown

__all__ = ["FieldKind", "FieldType", "Schema"]

FieldKind: TypeAlias = Kind | Literal["any"]

_KINDS: Final[tuple[FieldKind, ...]] = (*KINDS.values(), "any")


def _listed(values: Iterable[Scalar] | None) -> tuple[Scalar, ...] | None:
    found = None if values is None else constant(tuple(values), "$.values")
    return found if isinstance(found, tuple) else None


@attrs.frozen
class FieldType:
    """What a field can be: of one type, or ``any``; one value, or a list of ``many``; perhaps only some ``values``.

    A field that is not ``nullable`` has a value in every record, except before the first revision. Raises InvalidValue.

    >>> FieldType("integer", values=(1, 2, 3, 4), nullable=False).values
    (1, 2, 3, 4)
    """

    kind: FieldKind
    many: bool = False
    values: tuple[Scalar, ...] | None = attrs.field(default=None, converter=_listed)
    nullable: bool = True

    def __attrs_post_init__(self) -> None:
        """Refuse a type that is none, and values of another."""
        if self.kind not in _KINDS:
            raise InvalidValue("$.kind", f"{shown(self.kind)} is no kind of field", nearest(self.kind, _KINDS))
        if self.values is not None and kind_of(self.values[0]) != self.kind:
            raise InvalidValue("$.values", f"they are not of the type {self.kind}", "list values of the field's type")


def _frozen(fields: Mapping[str, FieldType]) -> Mapping[str, FieldType]:
    for name in fields:
        field_name(name.removesuffix(".*"), "$.fields")
    return dict(fields)


@attrs.frozen
class Schema:
    """The fields of a record by name. A name such as ``extra.*`` stands for every other name that begins so.

    >>> schema = Schema({"state": FieldType("text"), "extra.*": FieldType("any")})
    >>> schema.type_of("extra.serial"), schema.type_of("stat")
    (FieldType(kind='any', many=False, values=None, nullable=True), None)
    """

    fields: Mapping[str, FieldType] = attrs.field(converter=_frozen)

    def type_of(self, name: str) -> FieldType | None:
        """The type of a field, from the nearest family that names it; None when nothing does."""
        found = self.fields.get(name)
        while found is None and "." in name:
            name = name.rpartition(".")[0]
            found = self.fields.get(f"{name}.*")
        return found
