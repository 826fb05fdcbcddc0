"""Writes docs/openapi.json anew: .venv/bin/python tests/architecture/write_openapi.py."""

import json
import os
import tempfile
from pathlib import Path

if __name__ == "__main__":
    os.environ["LOOPLINE_HOME"] = tempfile.mkdtemp()
    os.environ["DJANGO_SETTINGS_MODULE"] = "loopline.entry.settings"
    import django

    django.setup()
    from loopline.entry.api import api

    found = json.loads(json.dumps(api.get_openapi_schema(path_prefix="/api/v1/"), default=str))
    file = Path(__file__).parents[2] / "docs" / "openapi.json"
    file.write_text(json.dumps(found, indent=1, sort_keys=True) + "\n")
    print(file)  # noqa: T201
