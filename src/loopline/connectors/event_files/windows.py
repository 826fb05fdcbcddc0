"""A bounded piece of a file at hand: from a position on, the same bytes however often it is asked."""

from contextlib import ExitStack

from loopline.connectors.event_files.chunks import BYTES, Position
from loopline.connectors.event_files.sources import Source, Stream


class Window:
    """Holds at most BYTES of one part. Going on reads only what is new; going elsewhere opens the part anew."""

    def __init__(self, source: Source) -> None:
        self.source, self.done = source, 0
        self._open = ExitStack()
        self._stream: Stream | None = None
        self._part, self._start = -1, 0
        self._data, self._final = b"", False

    def at(self, place: Position) -> tuple[bytes, bool]:
        """The bytes from a place on, and whether they are the part's last. Raises Invalid for damage."""
        held = self._start <= place.offset <= self._start + len(self._data)
        if self._stream is None or place.part != self._part or not held:
            self.close()
            self._stream = self._open.enter_context(self.source.opened(place.part, place.offset))
            self._part, self._data, self._final = place.part, b"", False
        else:
            self._data = self._data[place.offset - self._start :]
        self._start = place.offset
        wanted = BYTES - len(self._data)
        if wanted > 0 and not self._final:
            more = self._read(self._stream, wanted)
            self._data, self._final = self._data + more, len(more) < wanted
            self.done = self._stream.done()
        return self._data, self._final

    def after(
        self, place: Position, used: int, newlines: int, *, skipping: bool = False
    ) -> Position | None:
        """The position behind `used` bytes of what `at(place)` gave; None behind the last part."""
        if not (self._final and used >= len(self._data)):
            return Position(place.part, place.offset + used, place.line + newlines, skipping)
        return Position(place.part + 1) if place.part + 1 < len(self.source.parts) else None

    def close(self) -> None:
        self._open.close()
        self._open, self._stream = ExitStack(), None

    def _read(self, stream: Stream, wanted: int) -> bytes:
        with self.source.said(self._part):
            return stream.read(wanted)
