"""Ports played by something that is at hand: a process's own memory."""

from csmcore.adapters.clocks import SettableClock, SystemClock
from csmcore.adapters.mailroom import MemoryMailroom
from csmcore.adapters.memory import MemoryHost

__all__ = ["MemoryHost", "MemoryMailroom", "SettableClock", "SystemClock"]
