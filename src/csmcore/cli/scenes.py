"""A played story as people read it: each scene with its answer and all that came of it, then the streams and the sums."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final

import attrs

from csmcore.calendars import time_zone_database
from csmcore.cli.candidates import candidate_blocks
from csmcore.cli.sheets import Block, Cell, Column, Heading, Sheet, Table, Text, row
from csmcore.cli.stage import Answer, Kept, Played, PlayedCase, PlayedScene
from csmcore.cli.wording import Times, brief, counted, exact
from csmcore.model import Assignment, Case, Command, Entitlement, Event, Message, SlaReading, StreamItem, tag_of_command
