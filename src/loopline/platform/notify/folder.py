"""A mail server that is a folder: for trying things out, every mail becomes a file that can be opened."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.utils import timezone

from loopline.platform.egress.letter import Message, compose


@dataclass(frozen=True, slots=True)
class FolderMailer:
    """Same door as Mailer. `folder` is made when the first mail comes."""

    folder: Path
    sender: str = "Loopline <loopline@localhost.localdomain>"

    def send(self, message: Message, *, now: datetime | None = None) -> None:
        now = now or timezone.now()
        mail = compose(message, sender=self.sender, now=now)
        self.folder.mkdir(parents=True, exist_ok=True)
        name = f"{now:%Y%m%d-%H%M%S-%f}.eml"
        (self.folder / name).write_bytes(mail.as_bytes())
