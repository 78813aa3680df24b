"""Support policies as documents: TOML or JSON in, JSON out, exactly the same policy after both."""

import json
import re
from typing import Any

from csmcore.errors import DocumentError, InvalidValue, shown
from csmcore.model import SupportPolicy, plain
from csmcore.wire.content import check_content
from csmcore.wire.converter import read_noun
from csmcore.wire.parsing import MEBIBYTE, Syntax, parse
from csmcore.wire.problems import at_key
from csmcore.wire.scalars import read_mapping
