"""Programs that write through the API until cut off, and repeat what they had no answer for."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count

import httpx


@dataclass(frozen=True, slots=True)
class Ask:
    """One write: its words are its mark, and its key lets it be repeated."""

    words: str
    key: str
    body: dict[str, str]


@dataclass
class Writers:
    """Several clients at once. What was answered is in `acknowledged`, words -> id."""

    token: str
    clients: int
    acknowledged: dict[str, str] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)
    repeated: int = 0
    _open: dict[int, Ask] = field(default_factory=dict)
    _numbers: Iterator[int] = field(default_factory=count)

    def _fresh(self) -> Ask:
        """Every other write has an id of its source; the rest have the Idempotency-Key alone."""
        n = next(self._numbers)
        words = f"Drill {n}: the export stops at page {n}."
        body = {"source": "drill", "verbatim": words}
        return Ask(words, f"drill-{n}", body | ({"external_id": f"d-{n}"} if n % 2 else {}))

    def _write(self, http: httpx.Client, ask: Ask) -> None:
        """Raises httpx.HTTPError when no answer came."""
        answer = http.post("/api/v1/feedback", json=ask.body, headers={"Idempotency-Key": ask.key})
        if answer.status_code in (200, 201):
            self.acknowledged[ask.words] = str(answer.json()["id"])
        else:
            self.refused.append(f"{answer.status_code} {answer.text[:200]}")

    def _client(self, url: str) -> httpx.Client:
        return httpx.Client(
            base_url=url, timeout=20, headers={"Authorization": f"Bearer {self.token}"}
        )

    def _run(self, client: int, url: str, stop: threading.Event) -> None:
        with self._client(url) as http:
            while not stop.is_set():
                ask = self._open.get(client)
                self.repeated += ask is not None
                ask = self._open[client] = ask or self._fresh()
                try:
                    self._write(http, ask)
                except httpx.HTTPError:
                    return  # cut off: the write stays open for the next life
                del self._open[client]

    @contextmanager
    def writing(self, url: str) -> Iterator[None]:
        """Write while the body runs."""
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
        """Repeat every write without an answer, as a program does that was cut off."""
        with self._client(url) as http:
            for client, ask in list(self._open.items()):
                self._write(http, ask)
                self.repeated += 1
                del self._open[client]
