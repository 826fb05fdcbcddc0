"""The registry of options: each with its type, default and one sentence, read by code and shown on one page."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from django.db import transaction

from loopline.core.problems import Invalid
from loopline.platform.audit.record import Change, record
from loopline.platform.db.once import once
from loopline.platform.identity.actor import Actor
from loopline.platform.identity.policy import allow
from loopline.platform.settings.models import Workspace


@dataclass(frozen=True, slots=True)
class Option:
    """`kind` is flag, number, text or choice; `needs` the action that may change it."""

    key: str
    label: str
    says: str
    kind: str
    default: Any
    choices: tuple[tuple[str, str], ...] = ()
    least: float = 0
    most: float = 1_000_000
    needs: str = "settings.change"


_OPTIONS: dict[str, Option] = {}


def offer(*options: Option) -> None:
    """Register options; the settings page lists them in this order."""
    for option in options:
        _OPTIONS[option.key] = option


def options() -> Mapping[str, Option]:
    return dict(_OPTIONS)


offer(
    Option(
        "sending",
        "Send to the outside",
        "While off, nothing leaves: follow-ups and webhooks show what would have gone.",
        "flag",
        True,
        needs="sending.switch",
    )
)


@once
def workspace() -> Workspace:
    """The settings row, made with its defaults when first read."""
    return Workspace.objects.filter(pk=1).first() or Workspace.objects.get_or_create(pk=1)[0]


def value(key: str) -> Any:
    """The present value of an option, its default where nobody changed it."""
    return workspace().switches.get(key, _OPTIONS[key].default)


def zone() -> ZoneInfo:
    return ZoneInfo(workspace().zone)


def today(now: datetime) -> date:
    """The day it is where the company is; days are asked for and compared in its zone."""
    return now.astimezone(zone()).date()


def _checked(option: Option, raw: Any) -> Any:
    if option.kind == "flag":
        return raw in (True, "true", "on", "1", 1)
    if option.kind == "number":
        try:
            number = float(raw)
        except (TypeError, ValueError):
            raise Invalid(**{option.key: f"{option.label} is a number."}) from None
        if not option.least <= number <= option.most:
            raise Invalid(
                **{option.key: f"{option.label} lies between {option.least:g} and {option.most:g}."}
            )
        return int(number) if number.is_integer() else number
    text = str(raw or "").strip()
    if option.kind == "choice" and text not in dict(option.choices):
        raise Invalid(
            **{option.key: f"{option.label} is one of {', '.join(dict(option.choices))}."}
        )
    return text[:2000]


@transaction.atomic
def change(*, actor: Actor, values: Mapping[str, Any], now: datetime) -> None:
    """Set options and the company's name, currency and zone; unknown names are refused."""
    row = Workspace.objects.select_for_update().get(pk=workspace().pk)
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    for key, raw in values.items():
        if key in ("name", "currency", "zone"):
            allow(actor, "settings.change")
            old, new = getattr(row, key), _identity_field(key, str(raw).strip())
            setattr(row, key, new)
        elif key in _OPTIONS:
            allow(actor, _OPTIONS[key].needs)
            old, new = row.switches.get(key, _OPTIONS[key].default), _checked(_OPTIONS[key], raw)
            row.switches = {**row.switches, key: new}
        else:
            raise Invalid(**{key: f"There is no setting called {key}."})
        if old != new:
            before[key], after[key] = old, new
    if after:
        row.save()
        record(
            actor=actor, now=now, change=Change("settings.changed", "workspace", 1, before, after)
        )


def _identity_field(key: str, text: str) -> str:
    if key == "zone" and text not in available_timezones():
        raise Invalid(zone=f"{text} is not a time zone. Use a name such as Europe/Berlin.")
    if key == "currency" and not (len(text) == 3 and text.isalpha()):
        raise Invalid(currency="A currency has three letters, such as EUR.")
    if not text:
        raise Invalid(**{key: f"The {key} cannot be empty."})
    return text.upper() if key == "currency" else text[:120]
