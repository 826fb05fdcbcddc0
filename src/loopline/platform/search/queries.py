"""Finding things. User words are quoted term by term; what an actor may not read is never in the query."""

import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate

import snowballstemmer
from django.db import connection

from loopline.core.text.tokens import STOP, fold
from loopline.platform.cards.registry import kinds
from loopline.platform.db import is_postgres, rows
from loopline.platform.identity.actor import Actor
from loopline.platform.identity.policy import may

_WORD = re.compile(r"\w+", re.UNICODE)
_PORTER = snowballstemmer.stemmer("porter")
_MOST_WORDS = 12
POOL = 400  # the best-matching rows that are looked at before ranking by kind and age


@dataclass(frozen=True, slots=True)
class Hit:
    type: str
    id: int
    key: str
    title: str
    excerpt: str
    score: float


def _readable(actor: Actor, only: str) -> list[str]:
    return [k.type for k in kinds().values() if may(actor, k.read) and only in ("", k.type)]


def fts_query(text: str, *, prefix: bool = True, any_word: bool = False) -> str:
    """An FTS5 expression from a person's words: each quoted, phrases kept, the last a prefix."""
    phrases = [p for p in re.findall(r'"([^"]+)"', text) if _WORD.search(p)]
    loose = _WORD.findall(re.sub(r'"[^"]*"', " ", text))[:_MOST_WORDS]
    terms = [f'"{" ".join(_WORD.findall(p))}"' for p in phrases[:_MOST_WORDS]] + [
        f'"{w}"' for w in loose
    ]
    if terms and loose and prefix and len(loose[-1]) > 1:
        terms[-1] += "*"
    return (" OR " if any_word else " AND ").join(terms)


def _ts_query(text: str) -> tuple[str, list[str]]:
    words = _WORD.findall(text)[:_MOST_WORDS]
    if '"' in text:
        return "websearch_to_tsquery('english', %s)", [text[:300]]
    head = [f"plainto_tsquery('english', '{w}')" for w in words[:-1] if w.isalnum()]
    last = "to_tsquery('english', %s)"
    return " && ".join([*head, last]), [f"{words[-1]}:*"]


def _sqlite(text: str, types: list[str], archived: bool, limit: int) -> list[tuple[object, ...]]:
    match = fts_query(text)
    marks = ",".join(["%s"] * len(types))
    hidden = "" if archived else "AND NOT r.archived"
    if len(types) == 1:  # the best of every type may hold none of this one
        return rows(
            f"""SELECT r.object_type, r.object_id, r.key, r.title, substr(r.body, 1, 140),
                bm25(search_fts, 8.0, 1.0, 3.0) AS rank
            FROM search_fts f JOIN search_searchrow r ON r.id = f.rowid
            WHERE search_fts MATCH %s AND r.object_type = %s {hidden} ORDER BY rank LIMIT %s""",
            [match, types[0], limit],
        )
    return rows(
        f"""SELECT r.object_type, r.object_id, r.key, r.title, substr(r.body, 1, 140), f.rank
        FROM (SELECT rowid, bm25(search_fts, 8.0, 1.0, 3.0) AS rank FROM search_fts
              WHERE search_fts MATCH %s ORDER BY rank LIMIT {POOL}) f
        JOIN search_searchrow r ON r.id = f.rowid
        WHERE r.object_type IN ({marks}) {hidden} ORDER BY f.rank LIMIT %s""",
        [match, *types, limit],
    )


def _postgres(text: str, types: list[str], archived: bool, limit: int) -> list[tuple[object, ...]]:
    query, params = _ts_query(text)
    hidden = "" if archived else "AND NOT archived"
    return rows(
        f"""SELECT object_type, object_id, key, title, left(body, 140), -ts_rank_cd(words, q)
        FROM search_searchrow, (SELECT {query} AS q) query
        WHERE words @@ q AND object_type = ANY(%s) {hidden}
        ORDER BY ts_rank_cd(words, q) DESC, at DESC LIMIT %s""",
        [*params, types, limit],
    )


def search(
    *, actor: Actor, text: str, only: str = "", archived: bool = False, limit: int = 20
) -> list[Hit]:
    """Ranked hits the actor may see. An exact key wins, then an exact title, then relevance."""
    text = text.strip()[:300]
    types = _readable(actor, only)
    if not types or not _WORD.search(text):
        return []
    marks = ",".join(["%s"] * len(types))
    exact = rows(
        f"""SELECT object_type, object_id, key, title, substr(body, 1, 140), -1000 FROM search_searchrow
        WHERE key = %s AND object_type IN ({marks}) LIMIT 3""",
        [text.upper(), *types],
    )
    found = (_postgres if is_postgres() else _sqlite)(text, types, archived, limit + len(exact))
    hits: dict[tuple[str, int], Hit] = {}
    for type_, id_, key, title, excerpt, rank in [*exact, *found]:
        bonus = 50.0 if str(title).casefold() == text.casefold() else 0.0
        hit = Hit(
            str(type_),
            int(str(id_)),
            str(key),
            str(title),
            str(excerpt or ""),
            bonus - float(str(rank)),
        )
        hits.setdefault((hit.type, hit.id), hit)
    return sorted(hits.values(), key=lambda h: -h.score)[:limit]


def matching_ids(*, object_type: str, text: str, limit: int = 5000) -> list[int]:
    """Ids of one type that match, best first; the text filter of list pages whose rows are readable."""
    if not _WORD.search(text):
        return []
    if is_postgres():
        query, params = _ts_query(text)
        found = rows(
            f"""SELECT object_id FROM search_searchrow, (SELECT {query} AS q) query
            WHERE words @@ q AND object_type = %s ORDER BY ts_rank_cd(words, q) DESC LIMIT %s""",
            [*params, object_type, limit],
        )
    else:
        found = rows(
            """SELECT r.object_id FROM search_fts f JOIN search_searchrow r ON r.id = f.rowid
            WHERE search_fts MATCH %s AND r.object_type = %s ORDER BY f.rank LIMIT %s""",
            [fts_query(text), object_type, limit],
        )
    return [int(i) for (i,) in found]


TELLING = 14  # words asked for: the rarest ones of a text, which tell most and cost least
LEAST_WORDS = 3  # asked for whatever they cost
POSTINGS = (
    12_000  # rows the asked-for words may hold together; what ranking them costs grows with it
)


@lru_cache(maxsize=20_000)
def _stem(word: str) -> str:
    """As FTS5's porter tokenizer stems it (99.7 % of the words of 10,000 app reviews)."""
    return str(_PORTER.stemWord(word))


def _rarest(words: list[str]) -> list[str]:
    """The words of a text that fewest rows hold, rarest first, as many as POSTINGS allows.

    Words that no row holds are left out.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE VIRTUAL TABLE IF NOT EXISTS temp.search_terms USING fts5vocab(main, search_fts, row)"
        )
    by_stem = {_stem(fold(w)): w for w in words}
    marks = ",".join(["%s"] * len(by_stem))
    counts = {
        str(t): int(str(n))
        for t, n in rows(
            f"SELECT term, doc FROM temp.search_terms WHERE term IN ({marks})", list(by_stem)
        )
    }
    ordered = sorted(counts, key=lambda t: (counts[t], t))[:TELLING]
    together = accumulate(counts[t] for t in ordered)
    return [
        by_stem[t]
        for n, (t, total) in enumerate(zip(ordered, together, strict=True))
        if n < LEAST_WORDS or total <= POSTINGS
    ]


def likely_similar(*, object_type: str, text: str, limit: int = 60) -> list[int]:
    """Candidates for likeness: any of the text's rarer words may match. For tier 1 of duplicates."""
    words = sorted(set(_WORD.findall(text.lower())), key=lambda w: (-len(w), w))
    words = [w for w in words if 2 < len(w) < 40 and w not in STOP][:60]
    if words and not is_postgres():
        words = _rarest(words)
    words = words[:24]
    if not words:
        return []
    if is_postgres():
        query = " | ".join(words)
        found = rows(
            """SELECT object_id FROM search_searchrow, to_tsquery('english', %s) q
            WHERE words @@ q AND object_type = %s AND NOT archived
            ORDER BY ts_rank(words, q, 1) DESC LIMIT %s""",
            [query, object_type, limit],
        )
    else:
        match = " OR ".join(f'"{w}"' for w in words)
        found = rows(
            """SELECT r.object_id FROM (SELECT rowid, rank FROM search_fts WHERE search_fts MATCH %s
            ORDER BY rank LIMIT %s) f JOIN search_searchrow r ON r.id = f.rowid
            WHERE r.object_type = %s AND NOT r.archived ORDER BY f.rank""",
            [match, limit * 2, object_type],
        )
    return [int(i) for (i,) in found[:limit]]
