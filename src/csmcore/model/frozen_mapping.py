"""A mapping that stays as it is."""

from collections.abc import Callable, Mapping
from typing import Any, NoReturn, TypeVar

__all__ = ["FrozenMapping", "frozen"]

_Key = TypeVar("_Key")
_Value = TypeVar("_Value")


def _refuse(*_: Any, **__: Any) -> NoReturn:
    raise TypeError("it cannot be changed; make a new one")


class FrozenMapping(dict[_Key, _Value]):
    """A dict that refuses to change: as fast to read, and unlike a mapping proxy it pickles and copies."""

    __slots__ = ()

    __setitem__: Any = _refuse
    __delitem__: Any = _refuse
    __ior__: Any = _refuse
    update: Any = _refuse
    setdefault: Any = _refuse
    pop: Any = _refuse
    popitem: Any = _refuse
    clear: Any = _refuse

    def __hash__(self) -> int:  # type: ignore[override]
        """By its keys, since values may be lists."""
        return hash(frozenset(self))

    def __reduce__(self) -> tuple[Callable[[Mapping[_Key, _Value]], "FrozenMapping[_Key, _Value]"], tuple[object]]:
        """Made anew from a plain dict, since it cannot be filled."""
        return (type(self), (dict(self),))


def frozen(mapping: Mapping[Any, Any]) -> Mapping[Any, Any]:
    """The mapping as one that stays as it is; itself, if it is one."""
    return mapping if isinstance(mapping, FrozenMapping) else FrozenMapping(mapping)
