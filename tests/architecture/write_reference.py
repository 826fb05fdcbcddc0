"""Writes docs/guide/reference.md from the code: commands, settings, options, events, permissions."""

import os
import re
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[2]
FILE = ROOT / "docs" / "guide" / "reference.md"
SAYS = {
    "LOOPLINE_HOME": "the data directory, `./var` unless told",
    "LOOPLINE_DATABASE_URL": "`postgresql://user:password@host/name`; SQLite in the home unless told",
    "LOOPLINE_BASE_URL": "the address people use; links in mails and cookies follow it",
    "LOOPLINE_SECRET_KEY": "signs sessions and opens credentials; made once and kept in the home unless told",
    "LOOPLINE_EVENTS_URL": "who answers, if not this process: `clickhouse://`, `postgresql://` or `chdb:///folder`",
    "LOOPLINE_SMTP_URL": "the mail server, `smtps://user:password@host`; `file:///folder` writes mails to a folder",
    "LOOPLINE_SUPERVISOR": "set by `serve`: the process whose end ends what was started on demand",
    "LOOPLINE_EGRESS_ALLOW": "addresses (CIDR) that outgoing requests may reach although they are internal",
    "LOOPLINE_TRUSTED_PROXIES": "addresses (CIDR) of your proxies; only their X-Forwarded headers count",
    "LOOPLINE_LOG": "the log level, INFO unless told",
}


def reference() -> str:
    """The page as it has to be."""
    from loopline.entry.cli.main import COMMANDS, _known
    from loopline.platform.events.outbox import known_types
    from loopline.platform.identity.policy import actions
    from loopline.platform.settings.options import options

    out = [
        "# Reference",
        "",
        "Written from the code by tests/architecture/write_reference.py; a test compares.",
        "",
        "## Commands",
        "",
    ]
    out += [f"- `loopline {name}`: {says}" for name, says in COMMANDS.items() if _known(name)]
    out += ["", "## Settings of the environment", ""]
    out += [f"- `{name}`: {says}" for name, says in SAYS.items()]
    out += ["", "## Options of the workspace", ""]
    out += [f"- `{o.key}` ({o.kind}): {o.says}" for o in options().values()]
    out += ["", "## Events", "", "Names that webhooks take; the data holds ids only.", ""]
    for name, kind in known_types().items():
        fields = ", ".join(f"`{f}`" for f in kind.__dataclass_fields__ if f != "type")
        out.append(f"- `{name}` {fields}: {(kind.__doc__ or '').strip().splitlines()[0]}")
    out += ["", "## Permissions", "", "The least role for each action.", ""]
    out += [
        f"- `{a}`: {role}"
        for a, role in sorted(actions().items())
        if a.split(".")[0] not in ("uitest", "test")
    ]
    return "\n".join(out) + "\n"


def used() -> set[str]:
    """Settings that the code reads, but for those of tests and of the command line's own children."""
    own = {
        "LOOPLINE_TESTING",
        "LOOPLINE_CI",
        "LOOPLINE_DEBUG",
        "LOOPLINE_DEMO",
        "LOOPLINE_DEMO_PEOPLE",
        "LOOPLINE_ENGINE",
        "LOOPLINE_ENGINE_HANDLERS",
        "LOOPLINE_CHROMIUM",
        "LOOPLINE_TEST_DATABASE",
    }
    found: set[str] = set()
    for file in (ROOT / "src").rglob("*.py"):
        found |= set(re.findall(r"[\"'](LOOPLINE_[A-Z_]+)[\"']", file.read_text()))
    return found - own


if __name__ == "__main__":
    os.environ["LOOPLINE_HOME"] = tempfile.mkdtemp()
    os.environ["DJANGO_SETTINGS_MODULE"] = "loopline.entry.settings"
    import django

    django.setup()
    FILE.write_text(reference())
    print(FILE)  # noqa: T201
