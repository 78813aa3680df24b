"""How a customer's story is told: what was asked of the rules, what they answered, and the book as it is by then."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from types import MappingProxyType
from typing import Final, Literal, TypeAlias, TypeVar

import attrs

from csmcore.analysis.agreed import Agreed
from csmcore.calendars import WallClock
from csmcore.model import (
    Account,
    AgreementBook,
    Asset,
    BookEntry,
    Consumer,
    Contact,
    Entitlement,
    EntitlementDecision,
    Household,
    InstallBaseItem,
    Reason,
    Refusal,
    ServiceContract,
)
from csmcore.rules import Plan

__all__ = ["CustomerKind", "CustomerStory", "StoryChapter", "StoryStep", "Telling", "texts"]

CustomerKind: TypeAlias = Literal["B2B", "B2C", "partner"]

_Answer = TypeVar("_Answer")

_SECTIONS: Final[Mapping[type[BookEntry], str]] = MappingProxyType(
    {
        Account: "accounts",
        Asset: "assets",
        Consumer: "consumers",
        Contact: "contacts",
        Entitlement: "entitlements",
        Household: "households",
        InstallBaseItem: "install_base_items",
        ServiceContract: "contracts",
    }
)
"""Where the book has what a story changes."""


@attrs.frozen(kw_only=True)
class StoryStep:
    """Something that was asked of the rules at an instant, and their answer: a refusal, or what was ``said``.

    ``reasons`` are the answer's. ``derivation`` is there where an entitlement was asked for.
    """

    at: datetime
    asked: str
    is_refused: bool = False
    said: tuple[str, ...] = ()
    reasons: tuple[Reason, ...] = ()
    derivation: EntitlementDecision | None = None


@attrs.frozen(kw_only=True)
class StoryChapter:
    """A part of a story under its title."""

    title: str
    steps: tuple[StoryStep, ...]


@attrs.frozen(kw_only=True)
class CustomerStory:
    """What a customer asked, from their registration to what is left of their entitlement."""

    kind: CustomerKind
    name: str
    chapters: tuple[StoryChapter, ...]


@attrs.define
class Telling:
    """A story on its way: the book and the instant as they are by now, and the chapters so far."""

    book: AgreementBook
    plan: Plan
    at: datetime
    chapters: list[StoryChapter] = attrs.field(factory=list)
    steps: list[StoryStep] = attrs.field(factory=list)

    @property
    def day(self) -> date:
        """The day in the policy's time zone."""
        return WallClock(self.plan.policy.timezone).reading(self.at).date()

    @property
    def agreed(self) -> Agreed:
        """The book by customer."""
        return Agreed(self.book, self.plan)

    def tell(
        self,
        asked: str,
        *said: str,
        reasons: Iterable[Reason] = (),
        derivation: EntitlementDecision | None = None,
    ) -> None:
        """A step that was not refused."""
        step = StoryStep(at=self.at, asked=asked, said=said, reasons=tuple(reasons), derivation=derivation)
        self.steps.append(step)

    def ask(
        self, asked: str, answer: _Answer | Refusal, said: Callable[[_Answer], str | Iterable[str]]
    ) -> _Answer | None:
        """A step with the rule's answer, which comes back if it is no refusal."""
        if isinstance(answer, Refusal):
            self.steps.append(StoryStep(at=self.at, asked=asked, is_refused=True, reasons=answer.reasons))
            return None
        told = said(answer)
        self.tell(asked, *((told,) if isinstance(told, str) else told))
        return answer

    def keep(self, *entries: BookEntry) -> None:
        """Put nouns into the book, in place of those with their ids."""
        for entry in entries:
            section = _SECTIONS[type(entry)]
            known = {**getattr(self.book, section), entry.id: entry}
            self.book = attrs.evolve(self.book, **{section: known})

    def close(self, title: str) -> None:
        """End a chapter; one in which nothing was asked is left out."""
        if self.steps:
            self.chapters.append(StoryChapter(title=title, steps=tuple(self.steps)))
        self.steps = []


def texts(reasons: Iterable[Reason]) -> str:
    """Reasons on one line."""
    return "; ".join(reason.text for reason in reasons)
