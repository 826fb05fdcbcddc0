"""The addresses that take product events, for the API document: they are answered at the door, before Django."""

from typing import Any

_TEXT: dict[str, Any] = {"type": "string", "maxLength": 400}
_ID: dict[str, Any] = {"anyOf": [_TEXT, {"type": "integer"}, {"type": "null"}]}
_OBJECT: dict[str, Any] = {"type": "object", "additionalProperties": True}
_TIME: dict[str, Any] = {"anyOf": [{"type": "string", "format": "date-time"}, {"type": "null"}]}

SCHEMAS: dict[str, Any] = {
    "EventIn": {
        "title": "EventIn",
        "type": "object",
        "additionalProperties": False,
        "required": ["event"],
        "description": "Needed: `event`, and `person` or `anonymous_id`. Without `id` one is made from the content.",
        "properties": {
            "id": _ID, "event": _TEXT, "person": _ID, "anonymous_id": _ID, "account": _ID, "time": _TIME,
            "properties": _OBJECT, "person_properties": _OBJECT, "account_properties": _OBJECT,
        },
    },
    "EventsIn": {
        "title": "EventsIn",
        "type": "object",
        "additionalProperties": False,
        "required": ["events"],
        "properties": {
            "events": {"type": "array", "items": {"$ref": "#/components/schemas/EventIn"}},
            "sent_at": _TIME,
        },
    },
    "EventsOut": {
        "title": "EventsOut",
        "type": "object",
        "required": ["stored", "duplicates", "rejected"],
        "properties": {
            "stored": {"type": "integer"},
            "duplicates": {"type": "integer"},
            "rejected": {
                "type": "array",
                "items": {
                    "type": "object",
                    "required": ["index", "id", "reason"],
                    "properties": {"index": {"type": "integer"}, "id": {"type": "string"},
                                   "reason": {"type": "string"}},
                },
            },
        },
    },
}  # fmt: skip
# Path -> (dialect, what the body is, what 200 answers).
_DIALECTS = {
    "/in/posthog/batch": (
        "PostHog",
        "`{api_key, batch: [...]}`; single events go to /e, /i/v0/e and /capture",
    ),
    "/in/segment/v1/batch": (
        "Segment",
        "`{writeKey, batch: [...]}`, also at /v1/batch; single messages to /v1/track",
    ),
    "/in/mixpanel/track": (
        "Mixpanel",
        "a form with `data`, or JSON; profiles go to /engage and /groups",
    ),
    "/in/amplitude/2/httpapi": ("Amplitude", "`{api_key, events: [...]}`, also at /batch"),
}
_REFUSED = {
    "401": "Unauthorized", "403": "Forbidden", "413": "Content Too Large", "415": "Unsupported Media Type",
    "422": "Unprocessable Content", "429": "Too Many Requests", "503": "Service Unavailable",
}  # fmt: skip


def with_ingest(document: dict[str, Any]) -> dict[str, Any]:
    """The document with the event addresses added."""
    document["components"]["schemas"].update(SCHEMAS)
    document["components"]["securitySchemes"]["IngestKey"] = {
        "type": "http",
        "scheme": "bearer",
        "description": "An ingest key, or a token with the scope events:write.",
    }
    document["paths"]["/api/v1/events"] = {"post": _native()}
    for path, (name, body) in _DIALECTS.items():
        document["paths"][path] = {"post": _dialect(path, name, body)}
    return document


def _native() -> dict[str, Any]:
    responses: dict[str, Any] = {
        status: _answer(words, "ProblemOut", "application/problem+json")
        for status, words in _REFUSED.items()
    }
    for status in ("429", "503"):
        responses[status]["headers"] = {"Retry-After": {"schema": {"type": "integer"}}}
    return {
        "operationId": "ingest_events",
        "summary": "Send Events",
        "description": "Send product events. 200 means on disk; each event that is not taken is listed with its"
        " reason. The same id again is a duplicate for 30 days. gzip is taken; 5 MiB at most.",
        "tags": ["events"],
        "parameters": [],
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/EventsIn"}}},
        },
        "responses": {"200": _answer("OK", "EventsOut", "application/json"), **responses},
        "security": [{"IngestKey": []}],
    }


def _dialect(path: str, name: str, body: str) -> dict[str, Any]:
    said = {"content": {"application/json": {"schema": _OBJECT}}}
    words = {"200": "OK", "400": "Bad Request", **_REFUSED}
    words.pop("422")
    return {
        "operationId": "ingest_" + path.split("/")[2],
        "summary": f"Send Events As {name}",
        "description": f"What the SDKs of {name} send, unchanged: {body}. The key is where they put it. Answers"
        f" have the form those SDKs expect; see docs/guide/events.md.",
        "tags": ["events"],
        "parameters": [],
        "requestBody": {"required": True, **said},
        "responses": {status: {"description": text, **said} for status, text in words.items()},
        "security": [],
    }


def _answer(words: str, schema: str, kind: str) -> dict[str, Any]:
    content = {kind: {"schema": {"$ref": f"#/components/schemas/{schema}"}}}
    return {"description": words, "content": content}
