"""Worked histories as documents."""

from csmcore.model import WorkedBook
from csmcore.wire.converter import read_noun
from csmcore.wire.parsing import MEBIBYTE, Syntax, parse
from csmcore.wire.policies import without_format

__all__ = ["load_worked"]


def load_worked(document: bytes | str, *, syntax: Syntax | None = None, max_bytes: int = MEBIBYTE) -> WorkedBook:
    """The worked histories that a text in TOML or JSON tells. Raises DocumentError with every problem."""
    return read_noun(WorkedBook, without_format(parse(document, syntax, max_bytes)))
