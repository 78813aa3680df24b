"""Who was given a case and why: every agent's scores, and the reasons against all others."""

from collections.abc import Callable, Iterator
from datetime import datetime
from fractions import Fraction
from functools import cached_property
from itertools import islice
from typing import Any, Self

import attrs

from csmcore.model.fields import in_utc
from csmcore.model.ids import CaseId, GroupId, UserId
from csmcore.model.matching import Criterion
from csmcore.model.reasons import Reason
from csmcore.model.rendering import HtmlCell, escaped, html_table, instant_text, printable

__all__ = ["Assignment", "DroppedAgent", "NextCase", "RankedAgent", "Ranking", "Score", "SkippedCase"]

_SHOWN = 20  # agents of each kind that a printed answer lists
_TITLES = ("rank", "agent", "score", "criteria", "why not")


@attrs.frozen(kw_only=True)
class Score:
    """What one criterion says of an agent: so much was ``measured``, and the ``most`` of any agent is so much.

    Time is measured in microseconds.
    """

    criterion: Criterion
    measured: int
    most: int

    @property
    def value(self) -> Fraction:
        """From 0, the worst, to 1: the part of the most, or what is missing to it. Where nobody has any: 0, or 1."""
        part = Fraction(self.measured, self.most) if self.most else Fraction(0)
        return 1 - part if self.criterion.is_less_better else part

    def __str__(self) -> str:
        """Such as ``skills 2 of 3 (10 x 0.667)``."""
        criterion = self.criterion
        measured, most = criterion.spelled(self.measured), criterion.spelled(self.most)
        return f"{criterion.kind} {measured} of {most} ({criterion.weight} x {float(self.value):.3f})"


@attrs.frozen(kw_only=True, slots=False)
class RankedAgent:
    """An agent who may be given the case. The best has no ``reasons``, all others what puts them after the best."""

    user: UserId
    scores: tuple[Score, ...]
    assigned: int
    last_assigned_at: datetime | None
    reasons: tuple[Reason, ...] = ()

    @property
    def total(self) -> Fraction:
        """The values, each as often as its weight, by the sum of the weights; exactly. 0 where that sum is 0."""
        weights = sum(score.criterion.weight for score in self.scores)
        return sum((score.value * score.criterion.weight for score in self.scores), Fraction(0)) / (weights or 1)


@attrs.frozen
class DroppedAgent:
    """An agent who may not be given the case, with every reason."""

    user: UserId
    reasons: tuple[Reason, ...]


@attrs.frozen
class Ranking:
    """All agents of a roster: those who fit, best first, and the ``dropped``, by their ids."""

    agents: tuple[RankedAgent, ...] = ()
    dropped: tuple[DroppedAgent, ...] = ()


@attrs.frozen(kw_only=True, slots=False)
class Assignment:
    """The answer: the ``user`` and the ``group`` that a case is given at an instant, or neither, and why.

    ``rule`` is the one that applied, ``matching`` the rule that found the user, ``queue`` where the case waited.
    ``eligible`` is how many of the agents fit, ``considered`` how many the roster has. Its ``ranking`` says more of
    each of them. Printed it is text; a notebook shows a table; both show the first of many agents.
    """

    at: datetime
    user: UserId | None = None
    group: GroupId | None = None
    rule: str | None = None
    matching: str | None = None
    queue: str | None = None
    reasons: tuple[Reason, ...] = ()
    eligible: int = 0
    considered: int = 0
    _rank: Callable[[], Ranking] | None = attrs.field(default=None, init=False, eq=False, repr=False)

    def __attrs_post_init__(self) -> None:
        """Keep the instant in UTC."""
        in_utc(self, "at")

    def ranked_by(self, rank: Callable[[], Ranking]) -> Self:
        """The same answer, which asks a function of no arguments for its ranking when it is first wanted."""
        copy: Self = attrs.evolve(self)
        object.__setattr__(copy, "_rank", rank)
        return copy

    @cached_property
    def ranking(self) -> Ranking:
        """Every agent with their scores, or with the reasons why not; worked out when it is first asked for.

        Law: where a rule chose among agents, the user is the first of it (a host's own way may take another).
        """
        return Ranking() if self._rank is None else self._rank()

    def __getstate__(self) -> dict[str, Any]:
        """Its data and its ranking: an answer that was sent elsewhere has no roster to ask."""
        state = {**self.__dict__, "ranking": self.ranking}
        return state | {"_rank": None}

    @property
    def case_fields(self) -> dict[str, UserId | GroupId | None]:
        """What the case's ``assigned_to`` and ``assignment_group`` are then."""
        return {"assigned_to": self.user, "assignment_group": self.group}

    def __str__(self) -> str:
        """The answer, its reasons, and each agent with what speaks for them or against."""
        lines = [self._answer(), *(f"  - {reason.text}" for reason in self.reasons)]
        for rank, agent in enumerate(self.ranking.agents[:_SHOWN], 1):
            lines.append(f"{rank:3}. {float(agent.total):.3f}  {agent.user}")
            lines += [f"{'':12} {text}" for text in (*map(str, agent.scores), *_against(agent.reasons))]
        lines += self._more(len(self.ranking.agents), "fit")
        for dropped in self.ranking.dropped[:_SHOWN]:
            lines += [f"  -  dropped  {dropped.user}", *(f"{'':12} {text}" for text in _against(dropped.reasons))]
        lines += self._more(len(self.ranking.dropped), "do not")
        return "\n".join(map(printable, lines))

    def _repr_html_(self) -> str:
        above = "<br>".join(escaped(reason.text) for reason in self.reasons)
        below = "<br>".join(map(escaped, self._tails()))
        table = html_table(_TITLES, self._rows())
        return f"<p><b>{escaped(self._answer())}</b><br>{above}</p>{table}<p>{below}</p>"

    def _answer(self) -> str:
        parts = [f"user {self.user}"] * bool(self.user) + [f"group {self.group}"] * bool(self.group)
        return f"{' of '.join(parts) or 'nobody'}, at {instant_text(self.at)}"

    def _rows(self) -> Iterator[tuple[HtmlCell, ...]]:
        for rank, agent in enumerate(self.ranking.agents[:_SHOWN], 1):
            scores, why = tuple(map(str, agent.scores)), tuple(reason.text for reason in agent.reasons)
            yield str(rank), agent.user, f"{float(agent.total):.3f}", scores, why
        for dropped in islice(self.ranking.dropped, _SHOWN):
            yield "", dropped.user, "dropped", "", tuple(reason.text for reason in dropped.reasons)

    def _tails(self) -> list[str]:
        return [*self._more(len(self.ranking.agents), "fit"), *self._more(len(self.ranking.dropped), "do not")]

    @staticmethod
    def _more(count: int, what: str) -> list[str]:
        return [f"and {count - _SHOWN:,} more who {what}"] if count > _SHOWN else []


def _against(reasons: tuple[Reason, ...]) -> Iterator[str]:
    return (f"- {reason.text}" for reason in reasons)


@attrs.frozen
class SkippedCase:
    """A waiting case that comes before the one an agent gets, with every reason why it is not for them."""

    case: CaseId
    reasons: tuple[Reason, ...]


@attrs.frozen(kw_only=True)
class NextCase:
    """The waiting ``case`` that a ``user`` is to take next, from which ``queue``; None, with reasons, if none is.

    ``skipped`` are those that come before it, the most urgent first.
    """

    user: UserId
    case: CaseId | None = None
    queue: str | None = None
    reasons: tuple[Reason, ...] = ()
    skipped: tuple[SkippedCase, ...] = ()
