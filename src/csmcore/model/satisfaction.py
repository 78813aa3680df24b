"""What a customer answered when they were asked how it went."""

from datetime import datetime

import attrs

from csmcore.model.fields import in_utc, is_id, is_text, within

__all__ = ["Satisfaction"]


@attrs.frozen(kw_only=True)
class Satisfaction:
    """The answer to a case's survey: a score from 1, the worst, to 5. Raises InvalidValue, NaiveDatetime."""

    score: int = attrs.field(validator=within(1, 5))
    comment: str = attrs.field(default="", validator=is_text, repr=False)
    by: str = attrs.field(validator=is_id)
    at: datetime

    def __attrs_post_init__(self) -> None:
        """Keep the instant in UTC."""
        in_utc(self, "at")
