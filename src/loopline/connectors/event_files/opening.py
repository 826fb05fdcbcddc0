"""Which reader a file needs: by its kind, and for PostHog by what the file is."""

from collections.abc import Mapping
from pathlib import Path

from loopline.connectors.event_files.chunks import Reader
from loopline.connectors.event_files.csv_files import CsvFile
from loopline.connectors.event_files.line_files import LineFile
from loopline.connectors.event_files.parquet_files import ParquetFile
from loopline.connectors.event_files.sources import Source, is_parquet
from loopline.connectors.event_files.table_lines import CsvLines, ParquetLines


def opened(kind: str, source: Source, mapping: Mapping[str, str], work: Path) -> Reader:
    """A reader of the file. `work` is a folder for what must lie on disk meanwhile. Raises Invalid."""
    if kind == "events-csv":
        return CsvFile(source, mapping, work)
    if kind == "events-parquet":
        return ParquetFile(source.path, mapping, name=source.name)
    if kind == "posthog" and source.path.is_file() and is_parquet(source.path):
        return ParquetLines(source.path, kind, name=source.name)
    first = source.parts[0].name.lower().removesuffix(".gz")
    if kind == "posthog" and first.endswith((".csv", ".tsv")):
        return CsvLines(source, kind)
    return LineFile(source, kind)
