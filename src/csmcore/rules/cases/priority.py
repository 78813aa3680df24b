"""Priority from impact and urgency: a table of the policy, unless someone said otherwise and why; and the way back."""

from csmcore.model import SupportPolicy

__all__ = ["grades_for", "priority_of"]


def priority_of(impact: int | None, urgency: int | None, policy: SupportPolicy) -> int | None:
    """The priority of the policy's matrix; None while impact or urgency is blank, or where the matrix has none."""
    if impact is None or urgency is None:
        return None
    return policy.priority_matrix.get(f"{impact}/{urgency}")


def grades_for(priority: int, policy: SupportPolicy) -> tuple[int, int] | None:
    """An impact and urgency that have this priority in the policy's matrix; None where it is in no cell.

    Where several have it, the most even pair, and of two as even the one with the higher impact. Law: where it is not
    None, `priority_of` it is the priority.

    >>> policy = SupportPolicy(name="support", version="1")
    >>> [grades_for(priority, policy) for priority in (1, 2, 3, 4, 5)]
    [(1, 1), (1, 2), (2, 2), (3, 3), None]
    """
    matrix = policy.priority_matrix
    pairs = ((int(grades[0]), int(grades[2])) for grades, given in matrix.items() if given == priority)
    return min(pairs, key=lambda pair: (abs(pair[0] - pair[1]), pair), default=None)
