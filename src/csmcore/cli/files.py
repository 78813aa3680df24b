"""The files that a command names: on disk or shipped with csmcore, plain or packed."""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from io import BufferedReader, BytesIO, RawIOBase
from pathlib import Path
from typing import Any, BinaryIO, Final, Literal, TypeAlias, cast

import attrs

from csmcore.cli.arguments import CustomersRequest, ReplayRequest
from csmcore.cli.faults import BadInput, printable, reading
from csmcore.errors import shown
from csmcore.presets import preset, presets

__all__ = [
    "Chosen",
    "File",
    "Watcher",
    "beside",
    "choose",
    "chosen_books",
    "chosen_customers",
    "named_file",
    "opened",
    "read_whole",
]

Role: TypeAlias = Literal["policy", "agreements", "mapping", "history", "worked", "story"]
Watcher: TypeAlias = Callable[[int], None]

_BUFFER: Final = 1 << 18
_STANDARD_INPUT: Final = "-"
_SUFFIXES: Final = (".toml", ".json", ".jsonl", ".csv")
_POLICY: Final = "-policy.toml"
_WORKED: Final = "-worked.toml"
_STORY: Final = "-story.toml"


@attrs.frozen
class File:
    """A file by the name that people gave it; ``path`` is None where it is shipped, or standard input."""

    name: str
    path: Path | None = None

    @property
    def bare_name(self) -> str:
        """The name in small letters, without what says that it is packed."""
        return self.name.lower().removesuffix(".gz").removesuffix(".xz")

    @property
    def size(self) -> int | None:
        """How many bytes there are to read, where that is known."""
        return self.path.stat().st_size if self.path and self.path.is_file() else None


@attrs.frozen
class Chosen:
    """The files of one replay."""

    policy: File
    history: File
    agreements: File | None
    mapping: File | None


def choose(request: ReplayRequest) -> Chosen:
    """The files that a request names; a short name brings those that belong to it. Raises BadInput."""
    is_short = not Path(request.policy).is_file() and f"{request.policy}{_POLICY}" in presets()

    def named(name: str | None, role: Role) -> File | None:
        if name is not None:
            return _find(name, role)
        return _shipped(request.policy, role) if is_short else None

    policy, history = _find(request.policy, "policy"), named(request.history, "history")
    if history is None:
        raise BadInput("csmcore replay: HISTORY is missing; name the file that says what happened to the cases")
    return Chosen(
        policy=policy,
        history=history,
        agreements=named(request.agreements, "agreements"),
        mapping=named(request.mapping, "mapping"),
    )


def chosen_customers(request: CustomersRequest) -> tuple[File, File]:
    """The policy and the agreements that a request names; a short name brings its own. Raises BadInput."""
    policy = _find(request.policy, "policy")
    own = None if policy.path is not None else _shipped(request.policy, "agreements")
    agreements = own if request.agreements is None else _find(request.agreements, "agreements")
    if agreements is None:
        raise BadInput("csmcore customers: --agreements is missing; name the file that says who the customers are")
    return policy, agreements


def chosen_books(names: Sequence[str]) -> tuple[File, ...]:
    """The books of worked histories with these names; all that are shipped, if there are none. Raises BadInput."""
    shipped = (document for document in presets() if document.endswith(_WORKED))
    return tuple(_find(name, "worked") for name in names or shipped)


def named_file(name: str, role: Role) -> File:
    """The file of that name; for a document that csmcore ships, its short name will do. Raises BadInput."""
    return _find(name, role)


def beside(file: File, name: str) -> File:
    """The file of a name that a document gives: beside it on disk, else as people name files. Raises BadInput."""
    path = None if file.path is None else file.path.parent / name
    return File(str(path), path) if path is not None and path.is_file() else _find(name, "policy")


@contextmanager
def opened(file: File, watch: Watcher | None = None) -> Iterator[BinaryIO]:
    """The content as a stream, unpacked; ``watch`` is told how many bytes were read. Raises BadInput."""
    with reading(file.name), _raw(file) as raw:
        source = BufferedReader(_Watched(raw, watch), _BUFFER) if watch else raw
        yield _unpacked(source, file.name.lower())


def read_whole(file: File, most: int) -> bytes:
    """The content, or one byte more than may be read of it. Raises BadInput."""
    with opened(file) as source:
        return source.read(most + 1)


class _Watched(RawIOBase):
    """A stream that tells how much of it was read."""

    def __init__(self, source: BinaryIO, watch: Watcher) -> None:
        super().__init__()
        self._source = source
        self._watch = watch

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self._source.read(len(buffer))
        buffer[: len(data)] = data
        self._watch(len(data))
        return len(data)


@contextmanager
def _raw(file: File) -> Iterator[BinaryIO]:
    if file.path is not None:
        with file.path.open("rb") as source:
            yield source
    elif file.name == _STANDARD_INPUT:
        yield sys.stdin.buffer
    else:
        yield BytesIO(preset(file.name))


def _unpacked(source: BinaryIO, name: str) -> BinaryIO:
    """The stream as its name says that it is packed."""
    if name.endswith(".gz"):
        import gzip  # noqa: PLC0415 - only for those who read packed files

        return cast(BinaryIO, gzip.GzipFile(fileobj=source))
    if name.endswith(".xz"):
        import lzma  # noqa: PLC0415 - likewise

        return BufferedReader(cast(RawIOBase, lzma.LZMAFile(source)), _BUFFER)
    return source


def _find(name: str, role: Role) -> File:
    """The file of that name on disk; or the document that csmcore ships, by its name or a short one."""
    path = Path(name)
    if role == "history" and name == _STANDARD_INPUT:
        return File(name)
    if path.is_dir():
        raise BadInput(printable(f"{shown(name)}: it is a folder; name a file"))
    if path.exists():
        return File(name, path)
    if name in presets():
        return File(name)
    found = _shipped(name, role)
    if found is None:
        ending = {"worked": _WORKED, "story": _STORY}.get(role, _POLICY)
        known = ", ".join(document.removesuffix(ending) for document in presets() if document.endswith(ending))
        raise BadInput(printable(f"{shown(name)}: no such file; csmcore itself has {known}"))
    return found


def _shipped(name: str, role: Role) -> File | None:
    documents = presets()
    return next((File(found) for suffix in _SUFFIXES if (found := f"{name}-{role}{suffix}") in documents), None)
