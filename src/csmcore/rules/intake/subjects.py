"""What a message's subject says: which cases it names, and what a new case is called after it."""

import re
from collections.abc import Mapping
from types import MappingProxyType

from csmcore.model import Message, SubjectToken, says_something

__all__ = ["BRACKETS", "numbers_in", "short_description_of"]

BRACKETS = SubjectToken()
"""The number in square brackets."""

_READ = 1_000  # characters of a subject that are looked at
_MOST_NUMBERS = 10
_NUMBER = 200  # characters: the longest that a case's number can have
_SHORT = 160  # characters of a short description made from a message

_PREFIXES = re.compile(
    r"(?:\s*(?:re|aw|antw|antwort|sv|vs|ref|rif|res|odp|ynt|vá|bls|fw|fwd|wg|vb|vl|tr|rv|enc|doorst|pd|回复|转发)"
    r"(?:\s?[\[(]\d{1,3}[\])])?\s?[:\uff1a])+",
    re.IGNORECASE,
)
"""Words by which mail programs say that a subject is an answer's (``Re:``, ``AW:``) or was sent on (``Fwd:``)."""

_CONTROLS: Mapping[int, str] = MappingProxyType(dict.fromkeys((*range(32), 127), " "))


def numbers_in(subject: str, token: SubjectToken = BRACKETS) -> tuple[str, ...]:
    """The numbers of cases that a subject may name, in its order: what stands between the token's two ends.

    At most 10, of the first 1,000 characters.

    >>> numbers_in("Re: [CS0000007] Aw: No tone")
    ('CS0000007',)
    >>> numbers_in("No tone (case #7)", SubjectToken(prefix="case #", suffix=")"))
    ('7',)
    """
    read = subject[:_READ]
    found: list[str] = []
    start = read.find(token.prefix)
    while start >= 0 and len(found) < _MOST_NUMBERS:
        start += len(token.prefix)
        end = read.find(token.suffix, start, start + _NUMBER + len(token.suffix))
        if end > start:
            found.append(read[start:end].strip())
        start = read.find(token.prefix, start)
    return tuple(dict.fromkeys(number for number in found if number))


def short_description_of(message: Message) -> str:
    r"""What a case is called that a message opens: its subject, or the first line of its text, on one line.

    The subject is without its ``Re:`` and ``Fwd:``; over 160 characters are cut. "" where it says nothing.

    >>> short_description_of(Message(channel="email", message_id="1", subject="AW: Re: No  tone"))
    'No tone'
    >>> short_description_of(Message(channel="chat", message_id="2", text="  Hello?\nThe press stands still."))
    'Hello?'
    """
    read = message.subject[:_READ].translate(_CONTROLS)
    subject = read[found.end() :] if (found := _PREFIXES.match(read)) else read
    lines = (
        line
        for line in (subject, *message.text.splitlines(), *message.form.description.splitlines())
        if says_something(line)
    )
    line = " ".join(next(lines, "").translate(_CONTROLS).split())
    return line if len(line) <= _SHORT else line[: _SHORT - 1].rstrip() + "\u2026"
