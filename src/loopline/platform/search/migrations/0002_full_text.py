"""The full-text index beside the rows: an external-content FTS5 table on SQLite, a stored tsvector on PostgreSQL."""

from django.db import migrations

SQLITE = [
    "CREATE VIRTUAL TABLE search_fts USING fts5(title, body, tags, content='search_searchrow', "
    "content_rowid='id', tokenize='porter unicode61 remove_diacritics 2')",
    "CREATE TRIGGER search_fts_in AFTER INSERT ON search_searchrow BEGIN "
    "INSERT INTO search_fts(rowid, title, body, tags) VALUES (new.id, new.title, new.body, new.tags); END",
    "CREATE TRIGGER search_fts_out AFTER DELETE ON search_searchrow BEGIN "
    "INSERT INTO search_fts(search_fts, rowid, title, body, tags) "
    "VALUES ('delete', old.id, old.title, old.body, old.tags); END",
    "CREATE TRIGGER search_fts_change AFTER UPDATE OF title, body, tags ON search_searchrow BEGIN "
    "INSERT INTO search_fts(search_fts, rowid, title, body, tags) "
    "VALUES ('delete', old.id, old.title, old.body, old.tags); "
    "INSERT INTO search_fts(rowid, title, body, tags) VALUES (new.id, new.title, new.body, new.tags); END",
]
POSTGRES = [
    "ALTER TABLE search_searchrow ADD COLUMN words tsvector GENERATED ALWAYS AS ("
    "setweight(to_tsvector('english', left(title, 2000)), 'A') || "
    "setweight(to_tsvector('english', left(tags, 2000)), 'B') || "
    "setweight(to_tsvector('english', left(body, 20000)), 'C')) STORED",
    "CREATE INDEX search_words ON search_searchrow USING gin(words)",
]


def forwards(apps, schema_editor):
    for statement in POSTGRES if schema_editor.connection.vendor == "postgresql" else SQLITE:
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("search", "0001_initial")]
    operations = [migrations.RunPython(forwards, migrations.RunPython.noop)]
