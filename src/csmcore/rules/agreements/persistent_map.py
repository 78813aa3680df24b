"""A mapping that stays as it is, and of which a changed one is made cheaply, however large it is."""

from collections.abc import Callable, Iterator, Mapping
from typing import Generic, TypeVar

__all__ = ["PersistentMap"]

_Key = TypeVar("_Key")
_Value = TypeVar("_Value")

_GROWTH = 4


class PersistentMap(Generic[_Key, _Value]):
    """Layers of changes, the latest first. A new layer takes in those below it that are not much larger than it is.

    So there are few layers (the logarithm of the changes since a large one was laid), each entry is copied few times,
    and a mapping that was made at once is one dict.
    """

    __slots__ = ("_count", "_layers", "get")

    get: Callable[[_Key], _Value | None]
    """The value by a key; None where there is none."""

    def __init__(self, entries: Mapping[_Key, _Value] | None = None) -> None:
        self._count = len(entries or ())
        self._lay((dict(entries or ()),))

    def _lay(self, layers: tuple[dict[_Key, _Value | None], ...]) -> None:
        self._layers = layers
        self.get = layers[0].get if len(layers) == 1 else self._search

    def _search(self, key: _Key, /) -> _Value | None:
        for layer in self._layers:
            if key in layer:
                return layer[key]
        return None

    def values(self) -> Iterator[_Value]:
        """All values, in no order that means anything."""
        whole: dict[_Key, _Value | None] = {}
        for layer in reversed(self._layers):
            whole |= layer
        return (value for value in whole.values() if value is not None)

    def __len__(self) -> int:
        """How many entries there are."""
        return self._count

    def changed(self, changes: Mapping[_Key, _Value | None]) -> "PersistentMap[_Key, _Value]":
        """The mapping with these values in the place of others; None takes an entry away."""
        if not changes:
            return self
        made: PersistentMap[_Key, _Value] = object.__new__(type(self))
        made._count = self._count
        for key, value in changes.items():
            made._count += (value is not None) - (self.get(key) is not None)
        top, below = dict(changes), self._layers
        while below and len(below[0]) <= _GROWTH * len(top):
            top, below = below[0] | top, below[1:]
        if not below:
            top = {key: value for key, value in top.items() if value is not None}
        made._lay((top, *below))
        return made
