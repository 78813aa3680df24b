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
    Decision,
    Entitlement,
    EntitlementDecision,
    Household,
    InstallBaseItem,
    Reason,
    Refusal,
    ServiceContract,
    UserId,
)
from csmcore.rules import Plan

__all__ = ["CustomerKind", "CustomerStory", "StoryAnswer", "StoryChapter", "StoryStep", "Telling", "texts"]

CustomerKind: TypeAlias = Literal["B2B", "B2C", "partner"]
StoryAnswer: TypeAlias = Literal["accepted", "refused", "told"]

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
    """Something that was asked of the rules at an instant: accepted, refused, or only ``told`` what holds.

    ``said`` is what came of it, ``reasons`` are the answer's own; a refusal has nothing but reasons. ``derivation`` is
    there where a case was opened, and an entitlement asked for.
    """

    at: datetime
    asked: str
    answer: StoryAnswer
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

    def called(self, user: str) -> str:
        """The name of somebody who works for the vendor; their id, if the book says nothing of them."""
        known = self.book.users.get(UserId(user))
        return user if known is None else known.name

    @property
    def agreed(self) -> Agreed:
        """The book by customer."""
        return Agreed(self.book, self.plan)

    def tell(self, asked: str, *said: str, reasons: Iterable[Reason] = ()) -> None:
        """A step in which a rule tells what holds."""
        self._add("told", asked, said, reasons)

    def ask(
        self, asked: str, answer: _Answer | Refusal, said: Callable[[_Answer], str | Iterable[str]]
    ) -> _Answer | None:
        """A step with the rule's answer, which comes back if it is no refusal."""
        if isinstance(answer, Refusal):
            self._add("refused", asked, (), answer.reasons)
            return None
        told = said(answer)
        derivation = answer.derivation if isinstance(answer, Decision) else None
        self._add("accepted", asked, (told,) if isinstance(told, str) else told, (), derivation)
        return answer

    def _add(
        self,
        answer: StoryAnswer,
        asked: str,
        said: Iterable[str],
        reasons: Iterable[Reason],
        derivation: EntitlementDecision | None = None,
    ) -> None:
        step = StoryStep(
            at=self.at, asked=asked, answer=answer, said=tuple(said), reasons=tuple(reasons), derivation=derivation
        )
        self.steps.append(step)

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
