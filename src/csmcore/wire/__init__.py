"""Documents: nouns as plain data, JSON and TOML, read strictly and written back exactly.

Nothing is coerced, no key goes unread, size and depth are bounded, and whatever is wrong with a document is one
`DocumentError` that lists every problem with its place.
"""

from csmcore.wire.agreements import AgreementSyntax, dump_agreements, load_agreements
from csmcore.wire.histories import read_history
from csmcore.wire.kinds import ACTIVITY, COMMAND, ENTRY, Entry, OneOf
from csmcore.wire.mappings import load_mapping
from csmcore.wire.nouns import from_json, from_plain, to_json, to_plain
from csmcore.wire.parsing import Syntax
from csmcore.wire.policies import dump_policy, load_policy
from csmcore.wire.stories import load_story
from csmcore.wire.worked import load_worked

__all__ = [
    "ACTIVITY",
    "COMMAND",
    "ENTRY",
    "AgreementSyntax",
    "Entry",
    "OneOf",
    "Syntax",
    "dump_agreements",
    "dump_policy",
    "from_json",
    "from_plain",
    "load_agreements",
    "load_mapping",
    "load_policy",
    "load_story",
    "load_worked",
    "read_history",
    "to_json",
    "to_plain",
]
