"""Laws of documents: what is written reads as the same, and nothing that is read does harm."""

import copy
import json
from collections.abc import Iterator
from typing import Any, get_args

import attrs
import pytest
from hypothesis import given, settings

from csmcore.errors import CsmError, DocumentError
from csmcore.model import (
    COMMANDS,
    Account,
    Actor,
    AgreementBook,
    Asset,
    Case,
    CommandReceipt,
    Comment,
    Consumer,
    Contact,
    Derivation,
    Entitlement,
    Event,
    Intent,
    LogEntry,
    PolicyRef,
    ProductModel,
    Reason,
    Resolution,
    Revision,
    ServiceContract,
    SlaClock,
    SlaDefinition,
    SlaState,
    SupportPolicy,
    WorkNote,
)
from csmcore.wire import (
    ACTIVITY,
    COMMAND,
    ENTRY,
    dump_agreements,
    dump_policy,
    from_json,
    from_plain,
    load_agreements,
    load_policy,
    to_json,
    to_plain,
)
from tests.property.wire_scenes import agreement_books, nouns, policies
from tests.tally import Tally

KINDS = (Actor, Case, CommandReceipt, Derivation, Event, Intent, LogEntry, PolicyRef, Reason, Resolution, Revision, SlaClock, SlaDefinition, SlaState)
TAGGED = {
    ACTIVITY: (Comment, WorkNote),
    COMMAND: tuple(COMMANDS.values()),
    ENTRY: (Account, Asset, Consumer, Contact, Entitlement, ProductModel, ServiceContract),
}
