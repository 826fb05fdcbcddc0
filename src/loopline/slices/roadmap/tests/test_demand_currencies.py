"""Amounts in another currency than the company's are shown apart and never summed."""

from decimal import Decimal

from loopline.slices.customers.queries import AccountView, DealView
from loopline.slices.roadmap.demand import worth

ZERO = Decimal(0)


def _account(stage: str, arr: int | None, currency: str = "") -> AccountView:
    return AccountView(
        1,
        "Acme",
        "",
        None if arr is None else Decimal(arr),
        currency,
        stage,
        "",
        "",
        None,
        "",
        None,
    )


def _deal(amount: int, currency: str, state: str = "open") -> DealView:
    return DealView(1, 1, "Deal", Decimal(amount), currency, state, None)


def test_a_customer_counts_in_its_own_currency():
    assert worth(_account("customer", 10, "USD"), [], "EUR") == ("won", {"USD": Decimal(10)})
    assert worth(_account("churned", 10), [], "EUR") == ("lost", {"EUR": Decimal(10)})


def test_a_prospects_open_deals_are_added_by_currency_and_closed_ones_left_out():
    deals = [_deal(5, "EUR"), _deal(7, "USD"), _deal(2, ""), _deal(100, "EUR", "lost")]
    assert worth(_account("prospect", 50), deals, "EUR") == (
        "open",
        {"EUR": Decimal(7), "USD": Decimal(7)},
    )


def test_a_prospect_without_deals_counts_with_its_arr_or_nothing():
    assert worth(_account("prospect", 50, "USD"), [], "EUR") == ("open", {"USD": Decimal(50)})
    assert worth(_account("prospect", None), [], "EUR") == ("open", {})


def test_the_demand_says_them_apart(cast, now, token, client):
    from loopline.slices.customers import services as customers
    from loopline.slices.feedback import services as feedback
    from loopline.slices.roadmap import services as roadmap

    for name, currency in (("Euro GmbH", "EUR"), ("Dollar Inc", "USD")):
        customers.save_account(
            actor=cast.bo,
            changes={"name": name, "arr": Decimal(1000), "currency": currency, "stage": "customer"},
            now=now,
        )
    opportunity = roadmap.create_opportunity(
        actor=cast.bo, title="Swap shifts", problem="", now=now
    )
    for n, name in enumerate(("Euro GmbH", "Dollar Inc")):
        ask = feedback.NewFeedback("call", f"We want to swap {n}", f"s{n}", who=customers.Who(name))
        item = feedback.receive_feedback(actor=cast.bo, ask=ask, now=now)
        roadmap.link_feedback(
            actor=cast.bo, opportunity_id=opportunity, feedback_id=item.id, quote="", now=now
        )
    answer = client.get(
        f"/api/v1/opportunities/{opportunity}/demand", headers=token("product")
    ).json()
    assert Decimal(str(answer["arr"]["won"]["amount"])) == 1000
    assert [(Decimal(str(m["amount"])), m["currency"]) for m in answer["arr"]["apart"]] == [
        (1000, "USD")
    ]
