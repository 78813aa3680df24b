"""E-mail addresses: which texts are some, and which are the same one."""

import re

__all__ = ["email_key", "is_email"]

_EMAIL = re.compile(r"[^\s@\x00-\x1f\x7f]+@[^\s@.\x00-\x1f\x7f]+(?:\.[^\s@.\x00-\x1f\x7f]+)*")
_LONGEST = 254  # RFC 5321's bound for what a message can be sent to


def email_key(email: str) -> str:
    """What two spellings of one address have in common: no space around it, and no capitals. Hosts index by it.

    >>> email_key(" Eve@Acme.example")
    'eve@acme.example'
    """
    return email.strip().casefold()


def is_email(email: str) -> bool:
    """Whether mail could go there: a name, one ``@``, and a domain without empty parts; space around it is no harm.

    >>> [is_email(text) for text in ("eve@acme.example", "eve", "eve@", "eve@acme..example", "e ve@acme.example")]
    [True, False, False, False, False]
    """
    address = email.strip()
    return len(address) <= _LONGEST and _EMAIL.fullmatch(address) is not None
