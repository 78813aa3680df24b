"""What a policy says of a record, worked out once for each combination of the values that its conditions ask about."""

from collections.abc import Sequence

import attrs

from csmcore.conditions import Record, same
from csmcore.rules.clocks.candidates import Candidates
from csmcore.rules.clocks.compiled import CONTRACT, CompiledDefinition, Verdict

__all__ = ["Judge", "Judgement"]

_EXACT = frozenset({str, int, bool, type(None)})  # types whose values are equal only to themselves, once their type is
_HOLLOW = frozenset({str, tuple, list, type(None)})  # types that have an empty value
_MOST_KNOWN = 4_096  # judgements that a plan keeps
_MOST_TURNS = 256  # judgements that may come before one


@attrs.frozen(eq=False)
class Judgement:
    """Of one record, by the values that matter.

    ``starting`` are the definitions whose start may hold, ``running`` those that the contract lets run, as bits;
    ``verdicts`` those that were asked for so far, ``turns`` what woke after which other judgement.
    """

    values: tuple[object, ...]
    starting: int
    running: int
    verdicts: dict[int, Verdict] = attrs.field(factory=dict)
    turns: dict["Judgement", int] = attrs.field(factory=dict)

    def verdict(self, compiled: CompiledDefinition, now: Record, before: Record | None) -> Verdict:
        """What the conditions of a definition say."""
        if not compiled.is_still:
            return compiled.verdict(now, before)
        found = self.verdicts.get(compiled.number)
        if found is None:
            found = self.verdicts[compiled.number] = compiled.verdict(now, before)
        return found

    def turned(self, before: "Judgement", readers: Sequence[int]) -> int:
        """The definitions to which the change from another record may matter."""
        found = self.turns.get(before)
        if found is None:
            found = 0
            for mask, value, was in zip(readers, self.values, before.values, strict=False):
                if value is not was and not same(value, was):
                    found |= mask
            if len(self.turns) < _MOST_TURNS:
                self.turns[before] = found
        return found


@attrs.frozen(eq=False)
class Judge:
    """Gives judgements, and keeps those of records whose values tell them apart: texts, whole numbers, booleans.

    Of the ``hollow`` fields it matters only whether they are empty; the ``dates`` that were agreed on matter to no
    verdict. ``readers`` are the definitions that each of the three sorts of fields matters to, in their order, as bits.
    """

    candidates: Candidates
    asks: tuple[str, ...]
    hollow: tuple[str, ...]
    dates: tuple[str, ...]
    readers: tuple[int, ...]
    _known: dict[object, Judgement] = attrs.field(factory=dict, init=False, repr=False)

    @classmethod
    def of(cls, definitions: Sequence[CompiledDefinition], candidates: Candidates) -> "Judge":
        """The judge of these definitions."""
        valued = {name for each in definitions for name in each.valued}
        exact = tuple(sorted(valued | CONTRACT | {name for name, *_ in candidates.by_field}))
        hollow = tuple(sorted({name for each in definitions for name in each.hollow} - set(exact)))
        dates = tuple(sorted({name for each in definitions for name in each.dates} - set(exact)))
        return cls(
            candidates, exact, hollow, dates, tuple(_readers(definitions, name) for name in exact + hollow + dates)
        )

    def woken(self, now: Record, before: Record, judgement: Judgement, was: Judgement) -> int:
        """The definitions to which the change from one record to another may matter, given what is said of both."""
        mask = 0 if judgement is was else judgement.turned(was, self.readers)
        if not self.dates:
            return mask
        for name, readers in zip(self.dates, self.readers[-len(self.dates) :], strict=False):
            if not same(now.get(name), before.get(name)):
                mask |= readers
        return mask

    def judgement(self, now: Record) -> Judgement:
        """What there is to say of the record."""
        values = tuple(map(now.get, self.asks))
        types = tuple(map(type, values))  # for True is not 1
        if tuple in types:
            types += tuple([type(item) for value in values if type(value) is tuple for item in value])
        empty = tuple([type(value) in _HOLLOW and not value for value in map(now.get, self.hollow)])
        key = (values, types, empty)
        try:
            found = self._known.get(key)
        except Exception:  # noqa: BLE001 - a list is no key, and a foreign value's hash may raise whatever it likes
            return self._judged(now, (*values, *empty))
        if found is None:
            found = self._judged(now, (*values, *empty))
            if len(self._known) < _MOST_KNOWN and all(map(_is_exact, values)):
                self._known[key] = found
        return found

    def _judged(self, now: Record, values: tuple[object, ...]) -> Judgement:
        return Judgement(values, self.candidates.starting(now), self.candidates.running(now))


def _readers(definitions: Sequence[CompiledDefinition], name: str) -> int:
    return sum(1 << each.number for each in definitions if each.reads is not None and name in each.reads)


def _is_exact(value: object) -> bool:
    """Whether a value is equal only to itself, given its type and those of its items; a list of texts is."""
    return type(value) in _EXACT or (type(value) is tuple and all(type(item) is str for item in value))
