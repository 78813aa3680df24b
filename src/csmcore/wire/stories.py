"""Stories as documents."""

from csmcore.model import CaseStory
from csmcore.wire.converter import read_noun
from csmcore.wire.parsing import MEBIBYTE, Syntax, parse
from csmcore.wire.policies import without_format

__all__ = ["load_story"]


def load_story(document: bytes | str, *, syntax: Syntax | None = None, max_bytes: int = MEBIBYTE) -> CaseStory:
    r"""The story that a text in TOML or JSON tells. Raises DocumentError with every problem.

    A command says its kind: ``command = { action = "add_comment", text = "..." }``. An actor's name is their id.

    >>> load_story('format = 1\ntitle = "A day"\npolicy = "desk.toml"\nchapters = [{ title = "One", scenes = [] }]')
    Traceback (most recent call last):
    csmcore.errors.DocumentError: $.chapters[0].scenes: there is none; tell at least one
    """
    return read_noun(CaseStory, without_format(parse(document, syntax, max_bytes)))
