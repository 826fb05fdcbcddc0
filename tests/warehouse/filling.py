"""Run by the tests of the tail: fills one file from a process of its own and prints what was acknowledged."""

import os
import sys
import threading
from pathlib import Path

from loopline.warehouse.records import Event
from loopline.warehouse.tail import Tail, batch
from loopline.warehouse.tail_writer import Writer, now_us


def events(name: str, number: int, size: int = 20) -> list[Event]:
    now = now_us()
    return [Event(f"{name}-{number}-{i}", "paid", f"p{i}", now, now) for i in range(size)]


def fill(writer: Writer, name: str, batches: int) -> None:
    for number in range(batches):
        kept = writer.submit(batch(events(name, number), received_at=now_us()))
        assert kept.stored == 20
        os.write(1, f"{name}-{number}\n".encode())  # one write: lines of threads do not mix


def main() -> None:
    folder, name, batches = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
    writer = Writer(Tail(folder))
    threads = [
        threading.Thread(target=fill, args=(writer, f"{name}{n}", batches)) for n in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    writer.close()


if __name__ == "__main__":
    main()
