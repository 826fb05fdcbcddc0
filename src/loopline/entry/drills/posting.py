"""Programs that post batches of events."""

import httpx

from loopline.entry.drills.clients import Clients

SIZE = 20  # events a batch


class Posters(Clients[list[str]]):
    """`acknowledged` holds the ids of every event whose batch was answered 200."""

    def __init__(self, key: str, clients: int) -> None:
        super().__init__(key, clients)
        self.acknowledged: set[str] = set()
        self.batches = 0
        self.told_again = 0  # events the server said it had already, when a batch was repeated

    def fresh(self, number: int) -> list[str]:
        return [f"drill-{number}-{i}" for i in range(SIZE)]

    def send(self, http: httpx.Client, one: list[str]) -> None:
        events = [{"id": i, "event": "drilled", "person": i.rpartition("-")[0]} for i in one]
        answer = http.post("/api/v1/events", json={"events": events})
        said = answer.json() if answer.status_code == 200 else {}
        if said and said["stored"] + said["duplicates"] == len(one):
            self.acknowledged.update(one)
            self.batches += 1
            self.told_again += said["duplicates"]
        else:
            self.refuse(answer)
