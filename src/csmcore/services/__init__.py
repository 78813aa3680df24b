"""Use cases: each gathers what a host knows, lets the rules decide, and commits what they decided."""

from csmcore.services.cases import CaseReading, CaseService

__all__ = ["CaseReading", "CaseService"]
