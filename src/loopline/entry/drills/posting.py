"""Programs that post batches of events until cut off, and repeat the batch they had no answer for."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count

import httpx

SIZE = 20  # events a batch


@dataclass
class Posters:
    """Several clients at once. `acknowledged` holds the ids of every event whose batch was answered 200."""

    key: str
    clients: int
    acknowledged: set[str] = field(default_factory=set)
    refused: list[str] = field(default_factory=list)
    batches: int = 0
    repeated: int = 0
    told_again: int = 0  # events the server said it had already, when a batch was repeated
    _open: dict[int, list[str]] = field(default_factory=dict)
    _numbers: Iterator[int] = field(default_factory=count)

    def _fresh(self) -> list[str]:
        n = next(self._numbers)
        return [f"drill-{n}-{i}" for i in range(SIZE)]

    def _post(self, http: httpx.Client, ids: list[str]) -> None:
        """Raises httpx.HTTPError when no answer came."""
        events = [{"id": i, "event": "drilled", "person": i.rpartition("-")[0]} for i in ids]
        answer = http.post("/api/v1/events", json={"events": events})
        said = answer.json() if answer.status_code == 200 else {}
        if said and said["stored"] + said["duplicates"] == len(ids):
            self.acknowledged.update(ids)
            self.batches += 1
            self.told_again += said["duplicates"]
        else:
            self.refused.append(f"{answer.status_code} {answer.text[:200]}")

    def _client(self, url: str) -> httpx.Client:
        headers = {"Authorization": f"Bearer {self.key}"}
        return httpx.Client(base_url=url, timeout=20, headers=headers)

    def _run(self, client: int, url: str, stop: threading.Event) -> None:
        with self._client(url) as http:
            while not stop.is_set():
                ids = self._open.get(client)
                self.repeated += ids is not None
                ids = self._open[client] = ids or self._fresh()
                try:
                    self._post(http, ids)
                except httpx.HTTPError:
                    return  # cut off: the batch stays open for the next life
                del self._open[client]

    @contextmanager
    def posting(self, url: str) -> Iterator[None]:
        """Post while the body runs."""
        stop = threading.Event()
        threads = [
            threading.Thread(target=self._run, args=(n, url, stop)) for n in range(self.clients)
        ]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            stop.set()
            for thread in threads:
                thread.join()

    def repeat_all(self, url: str) -> None:
        """Repeat every batch without an answer, as a program does that was cut off."""
        with self._client(url) as http:
            for client, ids in list(self._open.items()):
                self._post(http, ids)
                self.repeated += 1
                del self._open[client]
