"""Who is who: one person for the distinct ids that facts join, for all history.

Events keep the distinct id they came with; joining and parting are a matter of this map alone. An anonymous id attaches
to one person only: a second identify with another user leaves the first attachment and starts a new person (shared
computers). Identify never joins two known users; alias does.
"""

from collections.abc import Iterable

import msgspec

from loopline.warehouse import profiles
from loopline.warehouse.profiles import Properties
from loopline.warehouse.records import Fact


class Identities:
    """Reads facts in order of `at`; those of one instant in the order given."""

    def __init__(self, facts: Iterable[Fact] = ()) -> None:
        self._parent: dict[str, str] = {}
        self._name: dict[str, str] = {}  # root -> the person's name
        self._seen: dict[str, int] = {}
        self._known: set[str] = set()
        self._attached: set[str] = set()
        self._properties: list[tuple[str, str, Properties]] = []
        self._members: list[tuple[str, str]] = []
        self.accounts: dict[str, Properties] = {}
        """Properties of each account, as of the last fact."""
        for fact in sorted(facts, key=lambda each: each.at):
            self._learn(fact)

    def person(self, distinct_id: str) -> str:
        """The person of a distinct id: the known user's id, or the first seen of the ids joined."""
        if distinct_id not in self._parent:
            return distinct_id
        return self._name[self._root(distinct_id)]

    def overrides(self) -> dict[str, str]:
        """Distinct id -> person, where the two differ."""
        found = {each: self.person(each) for each in self._parent}
        return {each: person for each, person in found.items() if each != person}

    def people(self) -> dict[str, Properties]:
        """Properties of each person, as of the last fact of any of their ids."""
        found: dict[str, Properties] = {}
        for subject, how, properties in self._properties:
            profiles.learn(found.setdefault(self.person(subject), {}), how, properties)
        return found

    def members(self) -> dict[str, str]:
        """Person -> the account they were last said to belong to."""
        return {self.person(subject): account for subject, account in self._members}

    def _learn(self, fact: Fact) -> None:
        match fact.kind:
            case "identify":
                self._identify(fact.subject, fact.object)
            case "alias":
                self._see(fact.subject, fact.object)
                self._join(fact.subject, fact.object)
            case "member":
                self._members.append((fact.subject, fact.object))
            case _:
                kind, _, how = fact.kind.partition("_")
                if kind == "person":
                    self._properties.append((fact.subject, how, _properties(fact)))
                elif kind == "account":
                    known = self.accounts.setdefault(fact.subject, {})
                    profiles.learn(known, how, _properties(fact))

    def _identify(self, anonymous: str, user: str) -> None:
        self._see(anonymous, user)
        self._known.add(user)
        if user in self._parent:
            root = self._root(user)
            self._name[root] = self._better(self._name[root], user)
        if anonymous in self._known or anonymous in self._attached:
            return
        self._attached.add(anonymous)
        self._join(anonymous, user)

    def _see(self, *ids: str) -> None:
        for each in ids:
            self._seen.setdefault(each, len(self._seen))

    def _join(self, one: str, other: str) -> None:
        if one == other:
            return
        for each in (one, other):
            if each not in self._parent:
                self._parent[each] = self._name[each] = each
        first, second = self._root(one), self._root(other)
        if first != second:
            self._parent[second] = first
            self._name[first] = self._better(self._name[first], self._name.pop(second))

    def _better(self, one: str, other: str) -> str:
        return min(one, other, key=lambda each: (each not in self._known, self._seen[each]))

    def _root(self, each: str) -> str:
        while (parent := self._parent[each]) != each:
            self._parent[each] = self._parent[parent]
            each = parent
        return each


def _properties(fact: Fact) -> Properties:
    try:
        found = msgspec.json.decode(fact.properties)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return {}
    return found if isinstance(found, dict) else {}
