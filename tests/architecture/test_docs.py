"""The documentation says what the code does, or this fails."""

import re
import subprocess
import sys

import pytest

from tests.architecture.write_reference import FILE, ROOT, SAYS, used

PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]


def test_the_reference_is_written_from_the_code(tmp_path):
    code = (
        "import django; django.setup(); from tests.architecture.write_reference import reference; "
        "print(reference(), end='')"
    )
    env = {
        "LOOPLINE_HOME": str(tmp_path),
        "DJANGO_SETTINGS_MODULE": "loopline.entry.settings",
        "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}",
        "PATH": "/usr/bin:/bin",
    }
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=env, capture_output=True, text=True, check=True
    )
    assert FILE.read_text() == done.stdout, (
        "Run tests/architecture/write_reference.py, look at the diff and commit it."
    )


def test_every_setting_of_the_environment_is_documented():
    assert used() <= set(SAYS), sorted(used() - set(SAYS))


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_links_between_pages_lead_somewhere(page):
    for target in re.findall(r"\]\(([^)#]+)\)", page.read_text()):
        if not target.startswith(("http", "mailto:")):
            assert (page.parent / target).exists(), target
