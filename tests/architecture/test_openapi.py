"""The API as committed is the API as served; a change shows in review."""

import json
from pathlib import Path

import pytest

FILE = Path(__file__).parents[2] / "docs" / "openapi.json"


@pytest.mark.django_db
def test_the_committed_document_is_what_is_served(client):
    served = json.loads(json.dumps(client.get("/api/openapi.json").json(), sort_keys=True))
    served["info"].pop("version")
    kept = json.loads(FILE.read_text())
    kept["info"].pop("version", None)
    assert served == kept, (
        "The API changed: run tests/architecture/write_openapi.py, look at the diff and commit it."
    )


def test_every_operation_has_a_stable_id_and_documents_its_problems():
    paths = json.loads(FILE.read_text())["paths"]
    ids = [op["operationId"] for verbs in paths.values() for op in verbs.values()]
    assert len(ids) == len(set(ids))
    for path, verbs in paths.items():
        for op in verbs.values():
            assert not path.startswith("/api/") or "422" in op["responses"], op["operationId"]
