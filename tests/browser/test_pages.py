"""Every page of the product in both themes and on a phone: axe finds nothing, no script fails, nothing overflows."""

import pytest

PAGES = [
    "/",
    "/inbox",
    "/feedback",
    "/feedback/{feedback}",
    "/feedback/new",
    "/feedback/quality",
    "/opportunities",
    "/opportunities/{opp}",
    "/line/opportunity/{opp}",
    "/line/health",
    "/roadmap",
    "/bets",
    "/bets/{bet}",
    "/bets/new",
    "/priorities",
    "/priorities/scales",
    "/decisions",
    "/decisions/{decision}",
    "/decisions/new",
    "/measures",
    "/measures/{metric}",
    "/work",
    "/work/{item}",
    "/releases",
    "/releases/{release}",
    "/follow-ups",
    "/follow-ups/{followup}",
    "/accounts",
    "/accounts/{account}",
    "/contacts",
    "/contacts/{contact}",
    "/changelog",
    "/prepare",
    "/prepare/questions/3",
    "/prepare/questions/3/practise",
    "/prepare/skills",
    "/prepare/mock",
    "/prepare/questions/3/sheet",
    "/settings",
    "/settings/people",
    "/settings/tokens",
    "/settings/audit",
    "/settings/jobs",
    "/settings/account",
    "/imports",
    "/connect/github",
    "/connect/webhooks",
    "/notifications",
    "/search?q=swap",
    "/design",
]


@pytest.mark.slow
@pytest.mark.parametrize(("theme", "width"), [("light", 1280), ("dark", 1280), ("light", 390)])
def test_pages_hold_wcag_and_their_width(visit, axe, sample, cast, theme, width):
    page = visit(cast.olu, theme, width)
    wrong = []
    for path in PAGES:
        address = path.format(**sample)
        response = page.goto(address)
        if response.status != 200:
            wrong.append(f"{address}: {response.status}")
            continue
        wrong += [f"{address}: {v}" for v in axe(page)]
        over = page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        if over > 1:
            wrong.append(f"{address}: {over} px too wide")
    assert wrong + page.errors == [], "\n".join(wrong + page.errors)


def test_the_sign_in_page_is_ours(visit, axe, cast):
    page = visit(None, "light")
    page.goto("/")
    assert "/account/login" in page.url
    assert axe(page) == []
