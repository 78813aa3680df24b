"""Use cases: each gathers what a host knows, lets the rules decide, and commits what they decided."""

from csmcore.services.alerting import AlertDesk, Alerted
from csmcore.services.assigning import Assigned, AssignmentDesk
from csmcore.services.cases import CaseService
from csmcore.services.reads import CaseReading, CaseReads, Standing
from csmcore.services.receiving import Received
from csmcore.services.related import Related, RelatedHost, related

__all__ = [
    "AlertDesk",
    "Alerted",
    "Assigned",
    "AssignmentDesk",
    "CaseReading",
    "CaseReads",
    "CaseService",
    "Received",
    "Related",
    "RelatedHost",
    "Standing",
    "related",
]
