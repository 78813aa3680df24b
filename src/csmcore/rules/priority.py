"""Priority from impact and urgency: a table of the policy, unless someone said otherwise and why."""

from csmcore.model import SupportPolicy

__all__ = ["priority_of"]


def priority_of(impact: int | None, urgency: int | None, policy: SupportPolicy) -> int | None:
    """The priority that the policy's matrix gives; None while impact or urgency is blank, or the matrix leaves them out."""
    if impact is None or urgency is None:
        return None
    return policy.priority_matrix.get(f"{impact}/{urgency}")
