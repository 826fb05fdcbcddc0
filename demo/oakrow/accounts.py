"""Accounts of Oakrow: thirteen that people talk about, and the rest by segment."""

import random
from dataclasses import dataclass


@dataclass(frozen=True)
class SampleAccount:
    name: str
    segment: str
    stage: str
    arr: int | None
    plan: str
    health: str
    deal: tuple[str, int, str, int] | None  # title, amount, state, days until it closes


KNOWN = (
    SampleAccount("Tarn Valley Hospitals", "Health", "customer", 184_000, "Enterprise", "At risk", ("Expansion, two sites", 62_000, "open", 70)),
    SampleAccount("Lindqvist Hotels", "Hotels", "customer", 212_000, "Enterprise", "Good", None),
    SampleAccount("Northmere Council", "Public", "prospect", None, "", "", ("Council rota tender", 168_000, "open", 8)),
    SampleAccount("Brennick Clinics", "Health", "customer", 141_000, "Enterprise", "Good", None),
    SampleAccount("Harborview Care", "Health", "customer", 118_000, "Business", "Good", None),
    SampleAccount("Calder & Rowe Facilities", "Facilities", "churned", 96_000, "Business", "Left in August", ("Renewal", 96_000, "lost", -102)),
    SampleAccount("Quayside Catering", "Catering", "customer", 46_000, "Team", "Good", None),
    SampleAccount("Penhall Leisure", "Leisure", "customer", 74_000, "Business", "Good", None),
    SampleAccount("Sundby Bakeries", "Retail", "customer", 52_000, "Team", "Good", None),
    SampleAccount("Redfern Security", "Security", "customer", 88_000, "Business", "Good", None),
    SampleAccount("Aldermoor Schools", "Public", "customer", 67_000, "Business", "Good", None),
    SampleAccount("Kittiwake Ferries", "Transport", "customer", 131_000, "Enterprise", "Watch", ("Second line", 44_000, "open", 46)),
    SampleAccount("Montrose Dental", "Health", "customer", 31_000, "Team", "Good", None),
)  # fmt: skip

_PLACES = (
    "Ashby", "Barrow", "Caldbeck", "Dunmore", "Eskdale", "Fallow", "Granby", "Hexton", "Ivel", "Jarrow", "Kelso",
    "Larkhill", "Melbury", "Norby", "Ormsby", "Pentland", "Quarrington", "Ryder", "Selby", "Thornham", "Ulverton",
    "Venn", "Wexcombe", "Yarrow", "Alder", "Birk", "Cray", "Dell", "Elmet", "Fenwick", "Gorse", "Holt",
)  # fmt: skip
_KINDS = {
    "Health": ("Hospice", "Nursing Homes", "Physio", "Dental Group", "Care Trust"),
    "Hotels": ("Hotels", "Inns", "Resorts"),
    "Catering": ("Catering", "Kitchens", "Canteens"),
    "Retail": ("Stores", "Bakeries", "Garden Centres"),
    "Leisure": ("Leisure", "Cinemas", "Pools"),
    "Security": ("Security", "Guards"),
    "Transport": ("Buses", "Logistics", "Couriers"),
    "Facilities": ("Facilities", "Cleaning"),
    "Public": ("Council", "Schools", "Library Service"),
}
PLANS = (("Team", 8, 40), ("Business", 36, 95), ("Enterprise", 90, 190))


def accounts(rng: random.Random, total: int = 150) -> list[SampleAccount]:
    """The known ones first, then others until there are `total`."""
    out = list(KNOWN)
    names = {a.name for a in out}
    segments = list(_KINDS)
    while len(out) < total:
        segment = rng.choice(segments)
        name = f"{rng.choice(_PLACES)} {rng.choice(_KINDS[segment])}"
        if name in names:
            continue
        names.add(name)
        stage = rng.choices(("customer", "prospect", "churned"), (78, 15, 7))[0]
        plan, low, high = rng.choices(PLANS, (55, 33, 12))[0]
        arr = rng.randrange(low, high) * 1000 if stage != "prospect" else None
        deal = None
        if stage == "prospect":
            deal = ("New customer", rng.randrange(9, 120) * 1000, "open", rng.randrange(5, 150))
        elif stage == "customer" and rng.random() < 0.18:
            deal = (
                "Expansion",
                rng.randrange(5, 40) * 1000,
                rng.choice(("open", "won")),
                rng.randrange(-60, 120),
            )
        health = (
            rng.choices(("Good", "Watch", "At risk"), (80, 13, 7))[0] if stage == "customer" else ""
        )
        out.append(SampleAccount(name, segment, stage, arr, plan if arr else "", health, deal))
    return out


FIRST = (
    "Greta", "Moses", "Ilse", "Peter", "Henrik", "Danilo", "Ann", "Sam", "Ruth", "Omar", "Lena", "Hugo", "Mira",
    "Paul", "Aisha", "Tom", "Ewa", "Karl", "Nadia", "Joel", "Signe", "Marc", "Fiona", "Ali", "Vera", "Dario",
    "Helen", "Igor", "Jana", "Leon", "Zoe", "Rolf", "Tess", "Nils", "Olga", "Ben", "Cara", "Emil", "Gwen", "Ivo",
)  # fmt: skip
LAST = (
    "Halvorsen", "Ilunga", "Brandvold", "Lund", "Ferraz", "Whitlock", "Baker", "Moreau", "Kaya", "Jensen", "Novák",
    "Okoye", "Marsh", "Costa", "Weiss", "Dunn", "Sato", "Lopez", "Berg", "Quinn", "Roth", "Silva", "Vogel", "Young",
    "Zeller", "Adeyemi", "Blom", "Craig", "Dahl", "Eriksen", "Fox", "Gill", "Hart", "Ivers", "Joyce", "Klein",
)  # fmt: skip
PERSONAS = (
    ("Site manager", "Site manager"), ("Ward manager", "Site manager"), ("Regional director", "Regional director"),
    ("Roster co-ordinator", "Planner"), ("Planner", "Planner"), ("Payroll officer", "Payroll officer"),
    ("Team lead", "Site manager"), ("Crew member", "Staff member"), ("IT administrator", "Administrator"),
)  # fmt: skip


def domain(account: SampleAccount) -> str:
    """Its domain: what its people's addresses end in, and its key in product events."""
    return f"{account.name.lower().replace(' & ', '-').replace(' ', '-')}.example"


@dataclass(frozen=True)
class Contact:
    name: str
    email: str
    title: str
    persona: str


@dataclass(frozen=True)
class Customer:
    """An account with its people, and in how many days it renews where it is a customer."""

    account: SampleAccount
    contacts: tuple[Contact, ...]
    renews_in: int | None


def customers(rng: random.Random) -> list[Customer]:
    """All accounts with one to four contacts each, the same for the same dice."""
    out = []
    for account in accounts(rng):
        renews_in = rng.randrange(10, 360) if account.stage == "customer" else None
        out.append(Customer(account, _contacts(rng, domain(account)), renews_in))
    return out


def _contacts(rng: random.Random, at: str) -> tuple[Contact, ...]:
    found: dict[str, Contact] = {}
    for _ in range(rng.choice((1, 2, 2, 3, 4))):
        name = f"{rng.choice(FIRST)} {rng.choice(LAST)}"
        title, persona = rng.choice(PERSONAS)
        email = f"{mailbox(name)}@{at}"
        found.setdefault(email, Contact(name, email, title, persona))
    return tuple(found.values())


def mailbox(name: str) -> str:
    """What stands before the @: "Ann Novák" is ann.novak."""
    first, last = name.lower().replace("á", "a").split()
    return f"{first}.{last}"
