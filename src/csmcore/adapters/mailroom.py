"""A mailroom that keeps everything in the process."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from threading import RLock

from csmcore.model import CaseId, Channel

__all__ = ["MemoryMailroom"]


class MemoryMailroom:
    """The port `csmcore.ports.Mailroom`, in memory. It may be shared by threads.

    ``blocked`` are addresses from which nothing is taken in, by channel: whole ones, or all of a domain
    (``@spam.example``). One message is taken in at a time, whatever its conversation.
    """

    def __init__(self, blocked: Iterable[tuple[Channel, str]] = ()) -> None:
        self._lock = RLock()
        self._taking = RLock()
        self._threads: dict[tuple[Channel, str], dict[CaseId, None]] = {}
        self._own: set[tuple[Channel, str]] = set()
        self._blocked = frozenset((channel, address.casefold()) for channel, address in blocked)

    @contextmanager
    def conversation(self, channel: Channel, message_ids: Sequence[str]) -> Iterator[None]:  # noqa: ARG002 - all wait
        """See `csmcore.ports.Mailroom`."""
        with self._taking:
            yield

    def threads(self, channel: Channel, message_ids: Sequence[str]) -> Mapping[str, Sequence[CaseId]]:
        """See `csmcore.ports.Mailroom`."""
        with self._lock:
            return {name: tuple(cases) for name in message_ids if (cases := self._threads.get((channel, name)))}

    def remember(self, channel: Channel, message_ids: Sequence[str], case_id: CaseId) -> None:
        """See `csmcore.ports.Mailroom`."""
        with self._lock:
            for name in message_ids:
                self._threads.setdefault((channel, name), {})[case_id] = None

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
