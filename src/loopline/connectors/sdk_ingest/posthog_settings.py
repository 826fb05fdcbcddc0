"""What PostHog's SDKs ask before they send: settings, flags, surveys. Answered alike for every key, from nothing kept.

What Loopline does not keep (recordings, heat maps, its surveys and site apps) is said to be off, so that the SDK
neither asks again nor loads scripts for it.
"""

import uuid
from typing import Any

import msgspec

from loopline.connectors.sdk_ingest.wire import Answer, Request, answer

# `surveys` is left out: told false, posthog-js loads the script for them all the same.
_OFF = (
    "sessionRecording", "heatmaps", "capturePerformance", "captureDeadClicks", "autocaptureExceptions",
    "autocapture_opt_out", "hasFeatureFlags", "isAuthenticated", "conversations", "logs", "productTours",
)  # fmt: skip
_SETTINGS: dict[str, Any] = {
    "supportedCompression": ["gzip", "gzip-js"],
    "analytics": {"endpoint": "/i/v0/e/"},
    "elementsChainAsString": True,
    "defaultIdentifiedOnly": True,
    "errorTracking": {"autocaptureExceptions": False},
    "toolbarParams": {},
    "siteApps": [],
    "siteAppsJS": [],
    **dict.fromkeys(_OFF, False),
}
_FLAGS: dict[str, Any] = {
    "flags": {},
    "featureFlags": {},
    "featureFlagPayloads": {},
    "errorsWhileComputingFlags": False,
}
_EMPTY = {
    "/api/surveys": {"surveys": [], "survey_config": None},
    "/api/early_access_features": {"earlyAccessFeatures": []},
    "/api/web_experiments": {"experiments": []},
    "/flags/definitions": {"flags": [], "group_type_mapping": {}, "cohorts": {}},
    "/api/feature_flag/local_evaluation": {"flags": [], "group_type_mapping": {}, "cohorts": {}},
}
_KEPT = ("Cache-Control", "public, max-age=300")


def settings(request: Request) -> Answer | None:
    """The answer to a question that sends no events; None where it is none."""
    if request.path in ("/flags", "/decide"):
        document = _FLAGS | {"requestId": str(uuid.uuid4()), "quotaLimited": None}
        asked = request.path == "/decide" or request.asked("config") == "true"
        return answer(200, document | _SETTINGS if asked else document)
    if request.path in _EMPTY:
        return answer(200, _EMPTY[request.path])
    folder, _, rest = request.path.removeprefix("/").partition("/")
    key, _, kind = rest.partition("/")
    if folder == "array" and kind in ("config", "config.js"):
        return _config(key, kind)
    return None


def _config(key: str, kind: str) -> Answer:
    document = {"token": key, **_SETTINGS}
    if kind == "config":
        return Answer(200, msgspec.json.encode(document), (_KEPT,))
    # JSON, but for `<`, is JavaScript; the key comes from the address.
    name = msgspec.json.encode(key).replace(b"<", b"\\u003c")
    body = msgspec.json.encode({"config": document, "siteApps": []}).replace(b"<", b"\\u003c")
    script = (
        b"(function(){var all=window._POSTHOG_REMOTE_CONFIG=window._POSTHOG_REMOTE_CONFIG||{};"
        b"all[" + name + b"]=" + body + b"})();"
    )
    return Answer(200, script, (("Content-Type", "text/javascript; charset=utf-8"), _KEPT))
