"""What a company keeps of what comes in: properties that are left out, persons who were erased, bots, its own people.

Applied before anything is stored. Most bodies hold nothing of it, so each rule first looks for its words in the
bytes and reads JSON only where they are there.
"""

import hashlib
import re
from collections.abc import Callable, Collection, Iterable, Mapping
from fnmatch import translate
from typing import Any

import msgspec

from loopline.connectors.sdk_ingest.wire import Request
from loopline.warehouse.dialects.collect import Batch, splice
from loopline.warehouse.records import Event, Fact

_BOT = re.compile(
    r"(?<!cu)bot(?![a-z])|crawler|spider(?![a-z])|slurp|headlesschrome|phantomjs|lighthouse|facebookexternalhit"
    r"|mediapartners-google|feedfetcher|pingdom|uptimerobot",
    re.IGNORECASE,
)
_AGENTS = ("$raw_user_agent", "$user_agent", "user_agent", "userAgent")
_SAYS_BOT = ("$is_bot", "is_bot", "isBot", "$bot", "bot")
_HINTS_BOT = (
    b'user_agent"',
    b'useragent"',
    b'is_bot"',
    b'isbot"',
    b'"$bot"',
    b'"bot"',
    b'"$browser_type"',
)
_YES = (True, 1, "true", "1")
_INNER = ("$set", "$set_once", "$context", "traits")


def mark(id: str) -> int:
    """64 bits that stand for an id: enough to know one of our own people again, and no name."""
    return int.from_bytes(hashlib.blake2b(id.encode(), digest_size=8).digest(), "big", signed=True)


class Rules:
    """One reading of a company's rules; read again as they change.

    `denied`: names of properties, with * and ? as wildcards, whatever their case and wherever they nest.
    `domains`: of the e-mail addresses of its own people; `insiders`: marks of ids that were seen with such an
    address. `erased`: whether a person's event of that time (UTC microseconds) may not be taken; `erased_last`:
    the latest time for which that may be so.
    """

    def __init__(
        self, denied: Iterable[str] = (), domains: Iterable[str] = (), insiders: Collection[int] = (),
        erased: Callable[[str, int], bool] = lambda who, at: False, erased_last: int = -1,
    ) -> None:  # fmt: skip
        names = [name.strip().lower() for name in denied if name.strip()]
        self._plain = frozenset(n for n in names if not re.search(r"[*?\[]", n))
        globs = [n for n in names if n not in self._plain]
        self._globs = re.compile("|".join(translate(n) for n in globs)) if globs else None
        self._needles = [b'"' + n.encode() + b'"' for n in self._plain] + [
            _needle(n) for n in globs
        ]
        # A name may hide behind escapes.
        self._escape = b"\\u00" if all(n.isascii() for n in names) else b"\\u"
        self._domains = tuple(d.strip().lower().removeprefix("@") for d in domains if d.strip())
        self._insiders, self._erased, self._erased_last = insiders, erased, erased_last

    def apply(self, batch: Batch, request: Request, body: bytes | None) -> dict[int, str]:
        """Change a batch; answers marks of ids that turned out to be the company's own, with their domain.

        `body` is the JSON the batch was made of, or None where it is not at hand.
        """
        low = None if body is None else body.lower()
        found: dict[int, str] = {}
        if self._erased_last >= 0:
            self._leave_out_erased(batch)
        if self._domains:
            found = self._flag_insiders(batch, low)
        robot = bool(_BOT.search(request.header("user-agent")))
        if robot or low is None or any(hint in low for hint in _HINTS_BOT):
            _flag(batch, "$bot", lambda event: robot or _is_bot(event))
        if self._needles and (low is None or self._may_hold(low)):
            self._scrub(batch)
        return found

    def without(self, text: bytes) -> bytes:
        """A JSON object without denied properties; as it was where there are none or it is no JSON."""
        if not self._needles or not self._may_hold(text.lower()):
            return text
        try:
            value = msgspec.json.decode(text)
        except (msgspec.DecodeError, UnicodeDecodeError):
            return text
        kept = self._kept(value)
        return text if kept == value else msgspec.json.encode(kept)

    def may_hold(self, text: bytes) -> bool:
        """Whether a denied name may stand in there."""
        return bool(self._needles) and self._may_hold(text.lower())

    def _may_hold(self, low: bytes) -> bool:
        return self._escape in low or any(needle in low for needle in self._needles)

    def _denied(self, name: str) -> bool:
        low = name.lower()
        return low in self._plain or bool(self._globs and self._globs.match(low))

    def _kept(self, value: Any) -> Any:
        if isinstance(value, dict):
            return {k: self._kept(v) for k, v in value.items() if not self._denied(k)}
        return [self._kept(each) for each in value] if isinstance(value, list) else value

    def _scrub(self, batch: Batch) -> None:
        for place, event in enumerate(batch.events):
            kept = self.without(event.properties)
            if kept is not event.properties:
                batch.events[place] = _with(event, kept)
        facts: list[Fact] = []
        for fact in batch.facts:
            kept = self.without(fact.properties)
            changed = kept is not fact.properties
            if not changed or kept != b"{}":
                facts.append(msgspec.structs.replace(fact, properties=kept) if changed else fact)
        batch.facts = facts

    def _leave_out_erased(self, batch: Batch) -> None:
        """What an erased person did before then is not taken again; what comes later is somebody who came back."""
        erased, gone = self._erased, list[int]()
        for place, event in enumerate(batch.events):
            if event.ts <= self._erased_last and any(
                erased(who, event.ts) for who in (event.distinct_id, event.anonymous_id) if who
            ):
                gone.append(place)
        for place in reversed(gone):
            event = batch.events.pop(place)
            batch.refuse(
                batch.places.pop(place), "erased: this person was erased later than that", event.id
            )
        batch.facts = [
            fact for fact in batch.facts
            if fact.at > self._erased_last
            or not any(erased(who, fact.at) for who in (fact.subject, fact.object) if who)
        ]  # fmt: skip

    def _flag_insiders(self, batch: Batch, low: bytes | None) -> dict[int, str]:
        found: dict[str, str] = {}
        if low is None or any(b"@" + d.encode() in low for d in self._domains):
            for event in batch.events:
                ids = event.distinct_id, event.anonymous_id
                if domain := self._domain_of(event.distinct_id, event.properties):
                    found.update(dict.fromkeys(ids, domain))
            for fact in batch.facts:
                about = fact.kind.startswith("person") or fact.kind in ("identify", "alias")
                who = fact.object or fact.subject
                if about and (domain := self._domain_of(who, fact.properties)):
                    found.update(dict.fromkeys((fact.subject, fact.object), domain))
            found.pop("", None)
        if found or self._insiders:
            known = self._insiders
            _flag(
                batch, "$internal", lambda e: e.distinct_id in found or mark(e.distinct_id) in known
            )
        return {mark(w): d for w, d in found.items() if mark(w) not in self._insiders}

    def _domain_of(self, who: str, properties: bytes) -> str:
        """The domain of ours in an id or an address; empty where there is none."""
        addresses = [who] if "@" in who else []
        if b"mail" in properties:
            value = _table(properties)
            tables = [value, *(value[name] for name in _INNER if isinstance(value.get(name), dict))]
            tables += [t["traits"] for t in tables[1:] if isinstance(t.get("traits"), dict)]
            addresses += [str(t.get(name) or "") for t in tables for name in ("email", "$email")]
        for address in addresses:
            _, at, domain = address.lower().rpartition("@")
            if at and domain in self._domains:
                return domain
        return ""


def _needle(glob: str) -> bytes:
    """The longest text a glob's names hold for sure."""
    return max(re.split(r"\[.*?\]|[*?]", glob), key=len).encode()


def _table(text: bytes) -> Mapping[str, Any]:
    try:
        value = msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return {}
    return value if isinstance(value, dict) else {}


def _with(event: Event, properties: bytes) -> Event:
    return msgspec.structs.replace(event, properties=properties)


def _flag(batch: Batch, name: str, holds: Callable[[Event], bool]) -> None:
    for place, event in enumerate(batch.events):
        if holds(event):
            batch.events[place] = _with(event, splice(event.properties, {name: b"true"}))


def _is_bot(event: Event) -> bool:
    low = event.properties.lower()
    if not any(hint in low for hint in _HINTS_BOT):
        return False
    value = _table(event.properties)
    inner = value.get("$context")
    both = (value, inner) if isinstance(inner, dict) else (value,)
    if any(_BOT.search(str(t.get(name) or "")) for t in both for name in _AGENTS):
        return True
    return value.get("$browser_type") == "bot" or any(value.get(n) in _YES for n in _SAYS_BOT)
