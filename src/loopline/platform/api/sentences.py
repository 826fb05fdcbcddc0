"""What pydantic finds wrong, as a person is told it."""

from collections.abc import Mapping
from typing import Any

WORDS = {
    "missing": "This field is needed.",
    "too_short": "Give at least {min_length}.",
    "too_long": "Give at most {max_length}.",
    "string_too_short": "Write at least {min_length} characters.",
    "string_too_long": "Write at most {max_length} characters.",
    "greater_than": "This is more than {gt}.",
    "greater_than_equal": "This is at least {ge}.",
    "less_than": "This is less than {lt}.",
    "less_than_equal": "This is at most {le}.",
    "literal_error": "Use one of {expected}.",
    "list_type": "Give a list.",
}


def sentence(error: Mapping[str, Any]) -> str:
    """One error of pydantic's `errors()` in one sentence."""
    if error["type"] == "extra_forbidden":
        return f"There is no field called {error['loc'][-1]} here."
    if error["type"] in WORDS:
        return WORDS[error["type"]].format(**error.get("ctx") or {})
    text = str(error.get("msg") or "This value cannot be accepted.").removeprefix("Value error, ")
    return text[:1].upper() + text[1:] + ("" if text.endswith(".") else ".")
