"""Programs that write feedback through the API."""

from dataclasses import dataclass

import httpx

from loopline.entry.drills.clients import Clients


@dataclass(frozen=True, slots=True)
class Ask:
    """One write: its words are its mark, and its key lets it be repeated."""

    words: str
    key: str
    body: dict[str, str]


class Writers(Clients[Ask]):
    """What was answered is in `acknowledged`, words -> id."""

    def __init__(self, token: str, clients: int) -> None:
        super().__init__(token, clients)
        self.acknowledged: dict[str, str] = {}

    def fresh(self, number: int) -> Ask:
        """Every other write has an id of its source; the rest have the Idempotency-Key alone."""
        words = f"Drill {number}: the export stops at page {number}."
        body = {"source": "drill", "verbatim": words}
        external = {"external_id": f"d-{number}"} if number % 2 else {}
        return Ask(words, f"drill-{number}", body | external)

    def send(self, http: httpx.Client, one: Ask) -> None:
        answer = http.post("/api/v1/feedback", json=one.body, headers={"Idempotency-Key": one.key})
        if answer.status_code in (200, 201):
            self.acknowledged[one.words] = str(answer.json()["id"])
        else:
            self.refuse(answer)
