"""Common properties as numbers: a segment keeps the values of up to a dozen properties as codes beside the JSON.

Which ones is decided when the segment is written, from a sample: properties that some events carry and that take few
values, those of SDKs (`$os`) behind the company's own. `coded` has (place, property), `coded_values` (place, code,
object), where `object` is JSON that carries the one value, so that any condition on the property is decided once a
value instead of once a row. Column `c<place>` of a table of events is the code, null where the event has no value.
"""

import duckdb

MANY = 60_000  # values in the segment: more are not kept as codes
TABLES = ("coded", "coded_values")
CHOSEN = """with sampled as (select properties from raw using sample reservoir(10000 rows) repeatable (7)),
  kept as (select properties from sampled where json_valid(properties) and json_type(properties) = 'OBJECT'),
  keys as (select unnest(json_keys(properties)) as key, properties from kept),
  pairs as (select key, json_extract(properties, '/' || replace(replace(key, '~', '~0'), '/', '~1')) as value from keys)
  select key from pairs where json_type(value) <> 'NULL' and key <> '' and strlen(key) <= 200 group by key
  having count(*) > 2 and count(*) * 200 >= (select count(*) from kept) and count(distinct value::varchar) <= 200
  order by starts_with(key, '$'), count(*) desc, key limit 12"""


def choose(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Properties of `raw` worth a column, the most useful first."""
    found = connection.execute(CHOSEN).fetchall()
    return [key for (key,) in found]


def build(connection: duckdb.DuckDBPyConnection, prefix: str, properties: list[str]) -> list[str]:
    """Replace `raw` by one that also has the codes, and fill the tables of values; the names of the columns."""
    connection.execute(f"create table {prefix}coded (place utinyint, property varchar)")
    connection.execute(
        f"create table {prefix}coded_values (place utinyint, code usmallint, object varchar)"
    )
    if not properties:
        return []
    pointers = ["/" + each.replace("~", "~0").replace("/", "~1") for each in properties]
    connection.execute(
        "create temp table valued as select *, case when json_valid(properties)"
        " then json_extract(properties, ?::varchar[])::varchar[] end as found from raw",
        [pointers],
    )
    connection.execute("drop table raw")
    places = [
        place for place, name in enumerate(properties) if _values(connection, prefix, place, name)
    ]
    columns = "".join(f", v{place}.code as c{place}" for place in places)
    joins = " ".join(
        f"left join values{place} v{place} on v{place}.value = found[{place + 1}]"
        for place in places
    )
    connection.execute(
        f"create temp table raw as select valued.* exclude (found){columns} from valued {joins}"
    )
    connection.execute("drop table valued")
    for place in places:
        connection.execute(f"drop table values{place}")
    return [f"c{place}" for place in places]


def _values(connection: duckdb.DuckDBPyConnection, prefix: str, place: int, property: str) -> bool:
    """Number the values of one property; false where there are too many."""
    connection.execute(
        f"create temp table values{place} as select (row_number() over (order by value) - 1)::usmallint as code, value"
        f" from (select distinct found[{place + 1}] as value from valued) where value <> 'null' limit {MANY + 1}"
    )
    row = connection.execute(f"select count(*) from values{place}").fetchone()
    if not row or not 0 < row[0] <= MANY:
        connection.execute(f"drop table values{place}")
        return False
    connection.execute(f"insert into {prefix}coded values (?, ?)", [place, property])
    connection.execute(
        f"insert into {prefix}coded_values select {place}, code, json_object(?, value::json)::varchar"
        f" from values{place} order by code",
        [property],
    )
    return True
