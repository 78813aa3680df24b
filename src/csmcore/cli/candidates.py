"""Which entitlement applies, and every candidate's part in it, as a table."""

from collections.abc import Iterator
from typing import Final

from csmcore.cli.sheets import Block, Cell, Column, Table, Text, row
from csmcore.cli.wording import Times
from csmcore.model import Candidate, Entitlement, EntitlementDecision

__all__ = ["candidate_blocks"]

_ASKED: Final = ("account", "consumer", "product", "asset", "sold_product", "install_base_item", "contract")
_RANKED: Final = (Column("", is_figure=True), Column(""), Column("weight"), Column("entitlement"), Column("why"))


def candidate_blocks(derivation: EntitlementDecision, times: Times) -> Iterator[Block]:
    """The question, what would have helped, and every candidate with what speaks for and against it."""
    question = derivation.question
    given = ((name, getattr(question, name)) for name in _ASKED)
    asked = [f"{name.replace('_', ' ')} {value}" for name, value in given if value is not None]
    yield Text(f"asked {times.whole(derivation.at)} for {', '.join(asked) or 'nobody'}, by {question.channel}")
    for helpful in derivation.would_have_helped[:1]:
        why = "; ".join(reason.text for reason in helpful.reasons)
        yield Text(f"{_named(helpful.entitlement)} would apply, but {why}")
    if derivation.candidates:
        ranked = enumerate(derivation.candidates, 1)
        yield Table(_RANKED, tuple(_ranked(rank, candidate) for rank, candidate in ranked))


def _ranked(rank: int, candidate: Candidate) -> tuple[Cell, ...]:
    matches = f"matches {', '.join(candidate.matched)}" if candidate.matched else "for anybody"
    why = "; ".join([matches, *(reason.text for reason in candidate.reasons)])
    return row(
        f"{rank}.",
        Cell(candidate.standing, "good" if candidate.standing == "chosen" else "quiet"),
        "+".join(map(str, candidate.weights)) or "0",
        _named(candidate.entitlement),
        why,
    )


def _named(entitlement: Entitlement) -> str:
    return f"{entitlement.number} ({entitlement.plan})" if entitlement.plan else entitlement.number
