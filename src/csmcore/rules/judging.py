"""What a policy says of a record, worked out once for each combination of the values that its conditions ask about."""

from collections.abc import Sequence

import attrs

from csmcore.conditions import Record
from csmcore.rules.candidates import Candidates
from csmcore.rules.compiled import CompiledDefinition, Verdict

__all__ = ["Judge", "Judgement"]

_EXACT = frozenset({str, int, bool, type(None)})  # types whose values are equal only to themselves, once their type is
_MOST_KNOWN = 4_096  # judgements that a plan keeps


@attrs.frozen(eq=False)
class Judgement:
    """Of one record: the definitions whose start may hold, as bits, and the verdicts that were asked for so far."""

    starting: int
    verdicts: dict[int, Verdict] = attrs.field(factory=dict)

    def verdict(self, compiled: CompiledDefinition, now: Record, before: Record | None) -> Verdict:
        """What the conditions of a definition say."""
        if compiled.asks is None:
            return compiled.verdict(now, before)
        found = self.verdicts.get(compiled.number)
        if found is None:
            found = self.verdicts[compiled.number] = compiled.verdict(now, before)
        return found


@attrs.frozen(eq=False)
class Judge:
    """Gives judgements, and keeps those of records whose values tell them apart: texts, whole numbers, booleans."""

    candidates: Candidates
    asks: Sequence[str]
    _known: dict[object, Judgement] = attrs.field(factory=dict, init=False, repr=False)

    @classmethod
    def of(cls, definitions: Sequence[CompiledDefinition], candidates: Candidates) -> "Judge":
        """The judge of these definitions."""
        asked = frozenset[str]().union(*(each.asks or () for each in definitions))
        return cls(candidates, sorted(asked.union(name for name, *_ in candidates.by_field)))

    def judgement(self, now: Record) -> Judgement:
        """What there is to say of the record."""
        values = tuple([now.get(name) for name in self.asks])
        key = (values, tuple(map(type, values)))  # for True is not 1
        try:
            found = self._known.get(key)
        except TypeError:  # a list is no key
            return Judgement(self.candidates.starting(now))
        if found is None:
            found = Judgement(self.candidates.starting(now))
            if _EXACT.issuperset(key[1]) and len(self._known) < _MOST_KNOWN:
                self._known[key] = found
        return found
