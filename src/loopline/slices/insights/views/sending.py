"""How events are sent here: what to change in each SDK, with this host."""

from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest


@dataclass(frozen=True, slots=True)
class Snippet:
    name: str
    says: str
    code: str


def host(request: HttpRequest) -> str:
    """The address SDKs are pointed at: the one the owner set, else the one this page came by."""
    local = settings.BASE_URL.startswith(("http://127.0.0.1", "http://localhost"))
    return f"{request.scheme}://{request.get_host()}" if local else str(settings.BASE_URL)


def snippets(base: str, key: str) -> list[Snippet]:
    """One for each SDK: its host and key change, nothing else."""
    return [
        Snippet("curl", "Any language; the answer counts what was stored.", f"""curl {base}/api/v1/events \\
  -H "Authorization: Bearer {key}" -H "Content-Type: application/json" \\
  -d '{{"events": [{{"event": "report exported", "person": "u-1", "properties": {{"rows": 12}}}}]}}'"""),
        Snippet("PostHog", "The host gets /in/posthog, the key is ours.", f"""from posthog import Posthog
posthog = Posthog("{key}", host="{base}/in/posthog")
posthog.capture("report exported", distinct_id="u-1", properties={{"rows": 12}})"""),
        Snippet("Segment", "The host gets /in/segment.", f"""from segment.analytics.client import Client
analytics = Client("{key}", host="{base}/in/segment")
analytics.track("u-1", "report exported", {{"rows": 12}})"""),
        Snippet("Mixpanel", "Every address gets /in/mixpanel.", f"""from mixpanel import Consumer, Mixpanel
at = "{base}/in/mixpanel"
mp = Mixpanel("{key}", consumer=Consumer(
    events_url=at + "/track", people_url=at + "/engage", groups_url=at + "/groups", import_url=at + "/import"))
mp.track("u-1", "report exported", {{"rows": 12}})"""),
        Snippet("Amplitude", "The server's address gets /in/amplitude.", f"""from amplitude import Amplitude, BaseEvent
client = Amplitude("{key}")
client.configuration.server_url = "{base}/in/amplitude/2/httpapi"
client.track(BaseEvent("report exported", user_id="u-1", event_properties={{"rows": 12}}))"""),
    ]  # fmt: skip
