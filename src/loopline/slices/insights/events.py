"""What insights publish."""

from dataclasses import dataclass
from hashlib import sha256
from typing import ClassVar

from loopline.platform.events.outbox import Event


@dataclass(frozen=True)
class PersonErased(Event):
    """A person was erased. `digests` are of their ids and e-mail addresses, as `digest(salt, each)` makes them.

    Nothing is said of who it was: whoever holds an address or id can tell whether it is one of these.
    """

    type: ClassVar[str] = "person.erased"
    salt: str
    digests: list[str]
    erasure: str = ""  # under which the audit counts what was taken away

    def names(self, each: str) -> bool:
        """Whether this id or address is one of theirs."""
        return digest(self.salt, each) in self.digests


def digest(salt: str, each: str) -> str:
    """What stands for an id or an e-mail address in PersonErased; upper and lower case are one."""
    return sha256((salt + each.strip().lower()).encode("utf-8", "replace")).hexdigest()


@dataclass(frozen=True)
class ReportDefinitionChanged(Event):
    """A report counts something else than before."""

    type: ClassVar[str] = "report.definition_changed"
    report_id: int
    definition_version: int
