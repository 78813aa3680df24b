"""What a rule answers when it says yes: the new state of things, and why."""

from collections.abc import Mapping
from typing import Literal, TypeAlias, get_args

import attrs

from csmcore.model.activity import Activity
from csmcore.model.case import Case
from csmcore.model.derivation import Derivation
from csmcore.model.events import Event
from csmcore.model.fields import one_of
from csmcore.model.frozen_mapping import FrozenMapping, frozen
from csmcore.model.reasons import Reason
from csmcore.model.revision import Revision
from csmcore.model.sla import SlaState

__all__ = ["Decision", "Intent", "IntentKind"]

IntentKind: TypeAlias = Literal["send_survey", "notify_customer", "notify_assignee", "notify_informed_users"]


@attrs.frozen
class Intent:
    """Something for the host to do once the decision is kept: it never fails the command."""

    kind: IntentKind = attrs.field(validator=one_of(get_args(IntentKind)))
    details: Mapping[str, object] = attrs.field(default=FrozenMapping[str, object](), converter=frozen)


@attrs.frozen(kw_only=True)
class Decision:
    """One accepted command: the case one version on, its clocks, what was said and done, what is to do, and why.

    A service saves all of it in one unit of work, or none. ``revision`` is None for a tick, which changes no field.
    ``derivation`` is the answer about the entitlement, where the command asked that question.
    """

    case: Case
    sla: SlaState
    revision: Revision | None
    activity: tuple[Activity, ...] = ()
    events: tuple[Event, ...] = ()
    intents: tuple[Intent, ...] = ()
    reasons: tuple[Reason, ...] = ()
    derivation: Derivation | None = None
