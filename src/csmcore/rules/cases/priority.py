"""Priority from impact and urgency: a table of the policy, unless someone said otherwise and why."""

from csmcore.model import SupportPolicy

__all__ = ["priority_of"]


def priority_of(impact: int | None, urgency: int | None, policy: SupportPolicy) -> int | None:
    """The priority of the policy's matrix; None while impact or urgency is blank, or where the matrix has none."""
    if impact is None or urgency is None:
        return None
    return policy.priority_matrix.get(f"{impact}/{urgency}")
