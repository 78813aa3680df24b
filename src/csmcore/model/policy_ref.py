"""Which policy, exactly: name, version and digest."""

import attrs

from csmcore.model.fields import is_id

__all__ = ["PolicyRef"]


@attrs.frozen
class PolicyRef:
    """What a case pins at its opening and results name. ``digest`` is the SHA-256 of the policy's canonical form."""

    name: str = attrs.field(validator=is_id)
    version: str = attrs.field(validator=is_id)
    digest: str = attrs.field(validator=is_id)
