"""What is known of a bet or opportunity on a day, to be frozen into decisions about it."""

from django.utils import timezone

from loopline.core.scoring.models import MODELS
from loopline.platform.settings.options import workspace
from loopline.platform.ui.formats import money, written
from loopline.slices.decisions.queries import Fact, provide_facts
from loopline.slices.measures import queries as measures
from loopline.slices.roadmap.demand import demands
from loopline.slices.roadmap.models import Bet
from loopline.slices.roadmap.scores import spreads


def _opportunity(id_: int) -> list[Fact]:
    d = demands([id_], now=timezone.now())[id_]
    currency = workspace().currency
    return [
        ("Asks", str(d.feedback_count)), ("Accounts asking", str(len(d.accounts))),
        ("ARR asking", money(d.total, currency)), ("of it won", money(d.won, currency)),
        ("of it open", money(d.open, currency)), ("of it lost", money(d.lost, currency)),
        *(("ARR in another currency", money(amount, c)) for c, amount in d.apart),
        ("Asks in 30 days", str(d.recent)),
    ]  # fmt: skip


def _bet(id_: int) -> list[Fact]:
    bet = Bet.objects.select_related("metric").filter(pk=id_).first()
    if bet is None:
        return []
    out = _opportunity(bet.opportunity_id) if bet.opportunity_id else []
    for model, found in spreads([bet.pk]).get(bet.pk, {}).items():
        text = f"{found.middle:.1f}"
        if found.n > 1:
            text += f" ({found.low:.1f} to {found.high:.1f}, {found.n} teams)"
        out.append((MODELS[model].name, text))
    if bet.metric_id and bet.metric:
        value = measures.latest_values([bet.metric_id]).get(bet.metric_id)
        out.append((bet.metric.name, written(value.value if value else None, bet.metric.unit)))
    return out


def register() -> None:
    provide_facts("opportunity", _opportunity)
    provide_facts("bet", _bet)
