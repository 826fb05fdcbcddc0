from django.apps import AppConfig


class CustomersConfig(AppConfig):
    name = "loopline.slices.customers"
    label = "customers"

    def ready(self) -> None:
        from loopline.platform.cards.registry import Kind, register
        from loopline.platform.events import outbox
        from loopline.platform.identity.policy import declare
        from loopline.slices.customers import events, fields, importing, queries, rules, tables

        declare(rules.PERMISSIONS)
        tables.registered()
        outbox.register(events.AccountChanged, events.ContactUnsubscribed, events.ContactsErased)
        register(
            Kind("account", "Account", "ACC", "account.read", queries.account_cards, "account")
        )
        register(Kind("contact", "Contact", "CON", "contact.read", queries.contact_cards, "person"))
        register(Kind("deal", "Deal", "DEAL", "deal.read", queries.deal_cards, "target"))
        from loopline.platform.ui import create, nav

        fields.register()
        importing.register()
        nav.item("Hear", "Accounts", "accounts", 30, None, "account.read", icon="account", key="a")
        create.kind(
            "account", "Account", "account-new", 15, permission="account.change", icon="account"
        )
