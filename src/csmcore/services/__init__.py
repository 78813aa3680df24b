"""Use cases: each gathers what a host knows, lets the rules decide, and commits what they decided."""

from csmcore.services.cases import CaseReading, CaseService
from csmcore.services.receiving import Received
from csmcore.services.related import Related, RelatedHost, related

__all__ = ["CaseReading", "CaseService", "Received", "Related", "RelatedHost", "related"]
