"""Ask the engine and the brute force the same thing; they must say the same."""

from datetime import datetime
from zoneinfo import ZoneInfo

from loopline.core.insights import ir
from loopline.warehouse.duck import DuckEngine
from loopline.warehouse.identity import Identities
from loopline.warehouse.records import Event
from tests.warehouse.asking import cells, rounded
from tests.warehouse.brute_periods import Reference

HOUR = 3600 * ir.MICROSECONDS


def at(text, zone="UTC"):
    """Microseconds of a local time such as 2024-03-31T02:30."""
    local = datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))
    return int(local.timestamp()) * ir.MICROSECONDS + local.microsecond


def events(*rows, zone="UTC"):
    """Events from (who, name, local time or microseconds[, properties as bytes])."""
    return [
        Event(f"e{n}", name, who, when if isinstance(when, int) else at(when, zone), n, *more)
        for n, (who, name, when, *more) in enumerate(rows)
    ]


def steps(names, **more):
    return {"steps": tuple(ir.Match(name) for name in names), **more}


def both(history, question, facts=()):
    plain = Reference(history, facts)
    with DuckEngine(tail=history, identities=Identities(facts)) as engine:
        answer = engine.answer(question)
        assert rounded(answer) == rounded(plain.answer(question))
        for cell, count in [each for each in cells(answer) if each[1]][:8]:
            assert len(engine.people(question, cell)) == count
    return answer


def counts(answer):
    return [step.count for step in answer.steps]
