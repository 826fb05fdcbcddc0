"""Programs that write over HTTP until cut off, and repeat what they had no answer for."""

import threading
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count

import httpx


class Clients[One](ABC):
    """Several at once. `One` is what a client sends in one go; `refused` holds answers that were no yes."""

    def __init__(self, secret: str, clients: int) -> None:
        self.secret, self.clients = secret, clients
        self.refused: list[str] = []
        self.repeated = 0
        self._open: dict[int, One] = {}
        self._numbers = count()

    @abstractmethod
    def fresh(self, number: int) -> One:
        """The next thing to send; no number comes twice."""

    @abstractmethod
    def send(self, http: httpx.Client, one: One) -> None:
        """Send it and note the answer. Raises httpx.HTTPError when none came."""

    @contextmanager
    def working(self, url: str) -> Iterator[None]:
        """Send while the body runs."""
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
        """Repeat everything without an answer, as a program does that was cut off."""
        with self._client(url) as http:
            for client, one in list(self._open.items()):
                self.send(http, one)
                self.repeated += 1
                del self._open[client]

    def refuse(self, answer: httpx.Response) -> None:
        self.refused.append(f"{answer.status_code} {answer.text[:200]}")

    def _client(self, url: str) -> httpx.Client:
        headers = {"Authorization": f"Bearer {self.secret}"}
        return httpx.Client(base_url=url, timeout=20, headers=headers)

    def _run(self, client: int, url: str, stop: threading.Event) -> None:
        with self._client(url) as http:
            while not stop.is_set():
                one = self._open.get(client)
                self.repeated += one is not None
                one = self._open[client] = one or self.fresh(next(self._numbers))
                try:
                    self.send(http, one)
                except httpx.HTTPError:
                    return  # cut off: it stays open for the next life
                del self._open[client]
