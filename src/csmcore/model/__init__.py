"""The nouns: frozen values that check themselves and decide nothing."""

from csmcore.model.account import Account
from csmcore.model.activity import Activity, Comment, WorkNote
from csmcore.model.actor import SYSTEM, Actor, ActorKind, Role
from csmcore.model.asset import Asset
from csmcore.model.case import CASE_STATES, CHANNELS, TERMINAL_STATES, Case, CaseState, Channel, Resolution
from csmcore.model.consumer import Consumer
from csmcore.model.contact import Contact
from csmcore.model.contract import CONTRACT_STATES, ContractState, CoveredAsset, CoveredProduct, ServiceContract
from csmcore.model.decisions import Decision, Intent, IntentKind
from csmcore.model.derivation import DERIVED_FROM, Candidate, Derivation, Dimension, EntitlementQuestion, Standing
from csmcore.model.durations import parse_duration, write_duration
from csmcore.model.entitlement import Entitlement, EntitlementUnit
from csmcore.model.events import EVENT_KINDS, Event, EventKind
from csmcore.model.facts import CaseFacts
from csmcore.model.fields import revised
from csmcore.model.ids import (
    AccountId,
    ActivityId,
    AssetId,
    CaseId,
    CommandId,
    ConsumerId,
    ContactId,
    ContractId,
    DefinitionId,
    EntitlementId,
    EventId,
    GroupId,
    HouseholdId,
    InstallBaseItemId,
    ProductModelId,
    SoldProductId,
    UserId,
)
from csmcore.model.plain import canonical, digest_of, plain
from csmcore.model.policy import (
    DEFAULT_MATRIX,
    EntitlementPolicy,
    EntitlementStrategy,
    PriorityMatrix,
    SupportPolicy,
)
from csmcore.model.policy_ref import PolicyRef
from csmcore.model.product import ProductModel
from csmcore.model.readings import Explanation, Segment, SegmentKind, SlaReading
from csmcore.model.reasons import Reason, Refusal, Refused
from csmcore.model.revision import Revision
from csmcore.model.sla import (
    CancelMode,
    DefinitionKind,
    Goal,
    GoalChange,
    Measure,
    Pause,
    ResetAction,
    ResumeMode,
    SlaClock,
    SlaDefinition,
    SlaState,
    Stage,
)

__all__ = [
    "CASE_STATES",
    "CHANNELS",
    "CONTRACT_STATES",
    "DEFAULT_MATRIX",
    "DERIVED_FROM",
    "EVENT_KINDS",
    "SYSTEM",
    "TERMINAL_STATES",
    "Account",
    "AccountId",
    "Activity",
    "ActivityId",
    "Actor",
    "ActorKind",
    "Asset",
    "AssetId",
    "CancelMode",
    "Candidate",
    "Case",
    "CaseFacts",
    "CaseId",
    "CaseState",
    "Channel",
    "CommandId",
    "Comment",
    "Consumer",
    "ConsumerId",
    "Contact",
    "ContactId",
    "ContractId",
    "ContractState",
    "CoveredAsset",
    "CoveredProduct",
    "Decision",
    "DefinitionId",
    "DefinitionKind",
    "Derivation",
    "Dimension",
    "Entitlement",
    "EntitlementId",
    "EntitlementPolicy",
    "EntitlementQuestion",
    "EntitlementStrategy",
    "EntitlementUnit",
    "Event",
    "EventId",
    "EventKind",
    "Explanation",
    "Goal",
    "GoalChange",
    "GroupId",
    "HouseholdId",
    "InstallBaseItemId",
    "Intent",
    "IntentKind",
    "Measure",
    "Pause",
    "PolicyRef",
    "PriorityMatrix",
    "ProductModel",
    "ProductModelId",
    "Reason",
    "Refusal",
    "Refused",
    "ResetAction",
    "Resolution",
    "ResumeMode",
    "Revision",
    "Role",
    "Segment",
    "SegmentKind",
    "ServiceContract",
    "SlaClock",
    "SlaDefinition",
    "SlaReading",
    "SlaState",
    "SoldProductId",
    "Stage",
    "Standing",
    "SupportPolicy",
    "UserId",
    "WorkNote",
    "canonical",
    "digest_of",
    "parse_duration",
    "plain",
    "revised",
    "write_duration",
]
