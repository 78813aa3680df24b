"""Why: the reasons that every answer carries, and the answer 'no' as data."""

from typing import ClassVar, TypeVar

import attrs

from csmcore.errors import CsmError

__all__ = ["Reason", "Refusal", "Refused", "accepted"]

_Answer = TypeVar("_Answer")


@attrs.frozen
class Reason:
    """One reason: a stable ``code`` to translate or count, a text for people, the fields it is about."""

    code: str
    text: str
    fields: tuple[str, ...] = ()

    def __str__(self) -> str:
        """The text."""
        return self.text


@attrs.frozen
class Refusal:
    """A rule's 'no', with every reason rather than the first."""

    reasons: tuple[Reason, ...]

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes of the reasons, in order."""
        return tuple(reason.code for reason in self.reasons)

    def __str__(self) -> str:
        """The reasons, each on a line."""
        return "\n".join(reason.text for reason in self.reasons)


class Refused(CsmError):
    """A service passes a `Refusal` on as an exception; nothing has changed."""

    code: ClassVar[str] = "refused"

    def __init__(self, refusal: Refusal) -> None:
        super().__init__("; ".join(reason.text for reason in refusal.reasons))
        self.refusal = refusal


def accepted(answer: _Answer | Refusal) -> _Answer:
    """What a rule answered, where that was no refusal. Raises Refused."""
    if isinstance(answer, Refusal):
        raise Refused(answer)
    return answer
