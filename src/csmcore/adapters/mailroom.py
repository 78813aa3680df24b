"""A mailroom that keeps everything in the process."""

from collections.abc import Iterable, Mapping, Sequence
from threading import RLock

from csmcore.model import CaseId, Channel

__all__ = ["MemoryMailroom"]


class MemoryMailroom:
    """The port `csmcore.ports.Mailroom`, in memory. It may be shared by threads.

    ``blocked`` are addresses from which nothing is taken in, by channel: whole ones, or all of a domain
    (``@spam.example``).
    """

    def __init__(self, blocked: Iterable[tuple[Channel, str]] = ()) -> None:
        self._lock = RLock()
        self._threads: dict[tuple[Channel, str], tuple[CaseId, ...]] = {}
        self._own: set[tuple[Channel, str]] = set()
        self._blocked = frozenset((channel, address.casefold()) for channel, address in blocked)

    def threads(self, channel: Channel, message_ids: Sequence[str]) -> Mapping[str, Sequence[CaseId]]:
        """See `csmcore.ports.Mailroom`."""
        with self._lock:
            found = {name: self._threads.get((channel, name), ()) for name in message_ids}
        return {name: cases for name, cases in found.items() if cases}

    def remember(self, channel: Channel, message_ids: Sequence[str], case_id: CaseId) -> None:
        """See `csmcore.ports.Mailroom`."""
        with self._lock:
            for name in message_ids:
                known = self._threads.get((channel, name), ())
                self._threads[channel, name] = known if case_id in known else (*known, case_id)

    def sent(self, channel: Channel, message_id: str, case_id: CaseId) -> None:
        """Know a message that the desk sent about a case: what answers it is of that case."""
        with self._lock:
            self._own.add((channel, message_id))
            self.remember(channel, (message_id,), case_id)

    def is_own(self, channel: Channel, message_id: str) -> bool:
        """See `csmcore.ports.Mailroom`."""
        with self._lock:
            return (channel, message_id) in self._own

    def is_blocked(self, channel: Channel, sender_address: str) -> bool:
        """See `csmcore.ports.Mailroom`."""
        address = sender_address.casefold()
        _, at, domain = address.rpartition("@")
        return bool(address) and not self._blocked.isdisjoint({(channel, address), (channel, at + domain)})
