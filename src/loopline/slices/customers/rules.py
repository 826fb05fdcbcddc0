"""Small rules of customers: what each action needs, and how names and domains are compared."""

from loopline.platform.identity.actor import Role

PERMISSIONS = {
    "account.read": Role.VIEWER,
    "account.change": Role.PRODUCT,
    "account.find_or_create": Role.MEMBER,
    "contact.read": Role.VIEWER,
    "contact.change": Role.PRODUCT,
    "contact.erase": Role.ADMIN,
    "deal.read": Role.VIEWER,
    "deal.change": Role.PRODUCT,
}

_MAIL_PROVIDERS = {
    "gmail.com", "googlemail.com", "outlook.com", "hotmail.com", "yahoo.com", "icloud.com", "gmx.de",
    "web.de", "proton.me", "protonmail.com", "aol.com", "live.com", "me.com",
}  # fmt: skip


def clean_domain(text: str) -> str:
    """`https://www.Tarn.example/x` -> `tarn.example`."""
    text = text.strip().lower()
    text = text.split("//", 1)[-1].split("/", 1)[0].split(":", 1)[0]
    return text.removeprefix("www.")


def company_domain(email: str) -> str:
    """The domain of a work address; empty for public mail providers."""
    domain = email.rpartition("@")[2].strip().lower()
    return "" if domain in _MAIL_PROVIDERS else domain
