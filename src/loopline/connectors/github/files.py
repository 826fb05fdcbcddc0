"""Reading GitHub's objects from files: told apart by name, taken in batches, bad rows reported by line."""

import csv
import gzip
import io
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from loopline.connectors.github import translate
from loopline.core.delivery.containment import first_release
from loopline.core.problems import Invalid
from loopline.core.shapes import ReleaseRow, WorkItemRow
from loopline.platform.identity.actor import Actor
from loopline.slices.releases import services as releases
from loopline.slices.work import queries as work
from loopline.slices.work import services as work_services

BATCH = 400
LINE = 4_000_000  # characters of one line
Step = Callable[[int, int], None]


@dataclass
class Report:
    """What an import did or, on a dry run, would do; `bad` holds file, line and reason."""

    created: int = 0
    changed: int = 0
    same: int = 0
    releases: int = 0
    held: int = 0
    bad: list[tuple[str, int, str]] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        bad = [{"file": f, "line": n, "reason": r} for f, n, r in self.bad]
        return {
            "work_items": {"created": self.created, "changed": self.changed, "same": self.same},
            "releases": {"created": self.releases, "items": self.held}, "bad": bad,
        }  # fmt: skip


def kind_of(path: Path) -> str:
    """issues, pulls, releases or commits, by the file's name. Raises Invalid."""
    for kind in ("issues", "pulls", "releases", "commits"):
        if path.name.startswith(kind):
            return kind
    raise Invalid(file=f"{path.name}: name the file issues*, pulls*, releases* or commits*.")


def _opened(path: Path) -> io.TextIOWrapper:
    raw = gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb")  # noqa: SIM115  the wrapper closes it
    return io.TextIOWrapper(raw, encoding="utf-8", errors="replace")


def _objects(path: Path, report: Report) -> Iterator[tuple[int, dict[str, Any]]]:
    """Objects of a .json or .jsonl file, each with its line; what is not an object is reported."""
    with _opened(path) as lines:
        if ".jsonl" not in path.name:
            try:
                found = json.load(lines)
            except ValueError:
                raise Invalid(file=f"{path.name} is not JSON.") from None
            yield from enumerate((x for x in found if isinstance(x, dict)), 1)
            return
        for n, line in enumerate(lines, 1):
            try:
                item = json.loads(line) if len(line) <= LINE else None
            except ValueError:
                item = None
            if isinstance(item, dict):
                yield n, item
            elif line.strip():
                report.bad.append((path.name, n, "This line is not a JSON object."))


def _rows(path: Path, repo: str, pull: bool, report: Report) -> Iterator[WorkItemRow]:
    for n, item in _objects(path, report):
        try:
            yield translate.work_item(item, repo=repo, pull=pull)
        except Invalid as wrong:
            report.bad.append((path.name, n, wrong.sentence))


def read_commits(path: Path) -> dict[str, list[str]]:
    """sha -> parents. Raises Invalid where a column is missing."""
    with _opened(path) as lines:
        reader = csv.DictReader(lines)
        if not {"sha", "parents"} <= set(reader.fieldnames or ()):
            raise Invalid(file=f"{path.name} needs the columns sha and parents.")
        return {r["sha"]: (r["parents"] or "").split() for r in reader if r.get("sha")}


def _batches(rows: Iterator[WorkItemRow]) -> Iterator[list[WorkItemRow]]:
    batch: list[WorkItemRow] = []
    for row in rows:
        batch.append(row)
        if len(batch) >= BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _release_rows(
    path: Path, repo: str, commits: dict[str, list[str]], merged: dict[str, str], report: Report
) -> list[ReleaseRow]:
    """Releases in order of time, each with the pull requests whose merge commit it is the first to hold."""
    plain: list[ReleaseRow] = []
    items: dict[str, dict[str, Any]] = {}
    for n, item in _objects(path, report):
        try:
            row = translate.release(item, repo=repo)
        except Invalid as wrong:
            report.bad.append((path.name, n, wrong.sentence))
            continue
        plain.append(row)
        items[row.external_id] = item
    plain.sort(key=lambda r: str(r.shipped_at or ""))
    first = first_release(commits, [(r.external_id, r.commit_sha) for r in plain])
    held: dict[str, list[str]] = {}
    for sha, external in merged.items():
        if sha in first:
            held.setdefault(first[sha], []).append(external)
    return [
        translate.release(items[r.external_id], repo=repo, contains=held.get(r.external_id, ()))
        for r in plain
    ]


def import_files(
    *, actor: Actor, paths: Sequence[Path], repo: str, now: datetime, dry_run: bool = False,
    step: Step = lambda _done, _total: None,
) -> Report:  # fmt: skip
    """Import the files of one repository, issues and pulls before releases. Twice changes nothing."""
    report = Report()
    by_kind = sorted(
        ((kind_of(p), p) for p in paths),
        key=lambda x: ("issues", "pulls", "commits", "releases").index(x[0]),
    )
    commits: dict[str, list[str]] = {}
    merged: dict[str, str] = {}
    done = 0
    for kind, path in by_kind:
        if kind in ("issues", "pulls"):
            for batch in _batches(_rows(path, repo, kind == "pulls", report)):
                merged.update({r.merged_sha: r.external_id for r in batch if r.merged_sha})
                _take(actor, batch, now, dry_run, report)
                done += len(batch)
                step(done, 0)
        elif kind == "commits":
            commits = read_commits(path)
        else:
            merged = merged or _merged_before(repo)
            rows = _release_rows(path, repo, commits, merged, report)
            _take_releases(actor, rows, now, dry_run, report)
    return report


def _merged_before(repo: str) -> dict[str, str]:
    """Merge commits of pull requests that are here already."""
    found = work.with_commits(translate.SOURCE)
    external = work.external_ids(found.values())
    return {
        sha: external[i] for sha, i in found.items() if external.get(i, "").startswith(f"{repo}#")
    }


def _take(
    actor: Actor, batch: list[WorkItemRow], now: datetime, dry_run: bool, report: Report
) -> None:
    if dry_run:
        known = work.ids_by_external(translate.SOURCE, [r.external_id for r in batch])
        report.created += sum(r.external_id not in known for r in batch)
        report.same += len(known)
        return
    got = work_services.upsert_items(actor=actor, rows=batch, now=now)
    report.created += got.created
    report.changed += got.changed
    report.same += got.same


def _take_releases(
    actor: Actor, rows: list[ReleaseRow], now: datetime, dry_run: bool, report: Report
) -> None:
    if dry_run:
        report.releases += len(rows)
        report.held += sum(len(r.contains) for r in rows)
        return
    got = releases.draft_releases(actor=actor, rows=rows, now=now)
    report.releases += got.created
    report.held += got.items
