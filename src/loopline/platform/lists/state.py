"""The state of a list page: everything that is in its URL, and nothing that is not."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlencode

from loopline.core.problems import Invalid
from loopline.platform.lists.spec import ListSpec

OWN = {"q", "sort", "view", "cursor", "limit", "archived", "theme"}


@dataclass(frozen=True)
class State:
    """Parsed and checked: search text, sort (`-` first for descending), filters with their values."""

    spec: ListSpec = field(repr=False)
    q: str = ""
    sort: str = ""
    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    view: str = ""
    cursor: str = ""
    limit: int = 50
    archived: bool = False

    @classmethod
    def parse(
        cls, spec: ListSpec, query: Mapping[str, Sequence[str]], *, strict: bool = False
    ) -> "State":
        """From a query string's lists of values. `strict` refuses unknown names, as the API does."""
        one = {k: v[-1] for k, v in query.items() if v}
        unknown = [k for k in query if k not in OWN and spec.filter(k) is None]
        if unknown and strict:
            names = ", ".join(f.key for f in spec.filters)
            raise Invalid(**{unknown[0]: f"There is no filter {unknown[0]} here. Use: {names}."})
        sort = one.get("sort", "")
        if sort.lstrip("-") not in spec.sorts:
            if sort and strict:
                raise Invalid(sort=f"Sort by one of {', '.join(spec.sorts)}.")
            sort = spec.default_sort
        limit = one.get("limit", "50")
        if not (limit.isdecimal() and len(limit) < 4 and 1 <= int(limit) <= 200):
            if strict:
                raise Invalid(limit="limit lies between 1 and 200.")
            limit = "50"
        filters = {
            k: tuple(x for x in v if x != "")[:20]
            for k, v in query.items()
            if spec.filter(k) is not None and any(v)
        }
        return cls(
            spec, one.get("q", "").strip()[:200], sort, filters, one.get("view", "")[:80],
            one.get("cursor", "")[:400], int(limit), one.get("archived") in ("1", "true"),
        )  # fmt: skip

    def pairs(self) -> list[tuple[str, str]]:
        out = [("q", self.q)] if self.q else []
        out += [("sort", self.sort)] if self.sort != self.spec.default_sort else []
        out += [("archived", "1")] if self.archived else []
        return out + [(k, v) for k, values in self.filters.items() for v in values]

    def query(self) -> str:
        return urlencode(self.pairs())

    def url(self, **changes: str | None) -> str:
        """The page's address with some parts changed; None drops a part."""
        pairs = [(k, v) for k, v in self.pairs() if k not in changes]
        pairs += [(k, v) for k, v in changes.items() if v]
        return f"{self.spec.url}?{urlencode(pairs)}" if pairs else self.spec.url

    def without(self, key: str, value: str) -> str:
        pairs = [p for p in self.pairs() if p != (key, value)]
        return f"{self.spec.url}?{urlencode(pairs)}" if pairs else self.spec.url

    @property
    def narrowed(self) -> bool:
        return bool(self.q or self.filters)
