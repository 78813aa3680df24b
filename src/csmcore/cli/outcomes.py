"""What came of a story that was played: of each scene, of each case, and of what was counted."""

from datetime import datetime
from typing import Final, Literal, TypeAlias

import attrs

from csmcore.model import (
    Activity,
    Assignment,
    Case,
    CaseId,
    CaseStory,
    Command,
    Decision,
    Entitlement,
    LogEntry,
    Message,
    MessageDecision,
    Notification,
    Order,
    Reason,
    Scene,
    SlaReading,
    StreamItem,
    SupportPolicy,
    SurfacedNote,
)

__all__ = ["Answer", "Kept", "Played", "PlayedCase", "PlayedScene", "Sent"]

Answer: TypeAlias = Literal["accepted", "refused", "nothing", "impossible"]

_TO_CUSTOMERS: Final = frozenset({"notify_customer", "send_survey"})


@attrs.frozen
class Kept:
    """What one accepted command left behind: the case after it, what was said with it, and its entry in the log."""

    case: Case
    entry: LogEntry
    activity: tuple[Activity, ...]


@attrs.frozen
class Sent:
    """A notification that went out, by its key, and about which case."""

    key: str
    case: CaseId
    notification: Notification

    @property
    def is_mail(self) -> bool:
        """Whether it goes to a customer, who can answer it."""
        return self.notification.kind in _TO_CUSTOMERS


@attrs.frozen(kw_only=True)
class PlayedScene:
    """What came of one scene. ``deviations`` say where that is not what the story expects.

    ``asked`` is the message or command, with the cases that it names; ``case`` is the one that it is about, as it
    stands afterwards, with its ``clocks`` and the handling ``notes`` that
    show on it; ``orders`` are the system's, each with whether it was carried out.
    """

    chapter: int
    scene: Scene
    at: datetime
    asked: Message | Command | None = None
    answer: Answer
    reasons: tuple[Reason, ...] = ()
    message: MessageDecision | None = None
    decision: Decision | None = None
    assignment: Assignment | None = None
    case: Case | None = None
    clocks: tuple[SlaReading, ...] = ()
    notes: tuple[SurfacedNote, ...] = ()
    kept: tuple[Kept, ...] = ()
    sent: tuple[Sent, ...] = ()
    orders: tuple[tuple[Order, bool], ...] = ()
    deviations: tuple[str, ...] = ()


@attrs.frozen(kw_only=True)
class PlayedCase:
    """A case at the end of a story, by the name that it has there, and its stream as each side reads it."""

    name: str
    case: Case
    clocks: tuple[SlaReading, ...]
    for_agents: tuple[StreamItem, ...]
    for_customer: tuple[StreamItem, ...]


@attrs.frozen(kw_only=True)
class Played:
    """A story with what came of it, scene by scene, and how things stand at its end.

    ``entitlements`` are those that are counted, as they were at the beginning and at the end.
    """

    story: CaseStory
    policy: SupportPolicy
    scenes: tuple[PlayedScene, ...]
    cases: tuple[PlayedCase, ...]
    entitlements: tuple[tuple[Entitlement, Entitlement], ...]

    @property
    def agrees(self) -> bool:
        """Whether everything came as the story expects it."""
        return not any(scene.deviations for scene in self.scenes)
