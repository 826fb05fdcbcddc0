from django.apps import AppConfig


class IdentityConfig(AppConfig):
    name = "loopline.platform.identity"
    label = "identity"

    def ready(self) -> None:
        from loopline.platform.identity import policy

        policy.declare(
            {
                "people.read": policy.Role.VIEWER,
                "people.invite": policy.Role.ADMIN,
                "people.change": policy.Role.ADMIN,
                "team.change": policy.Role.PRODUCT,
                "token.read": policy.Role.MEMBER,
                "token.create": policy.Role.MEMBER,
                "token.revoke": policy.Role.MEMBER,
                "events.write": policy.Role.MEMBER,
                "ingest-key.read": policy.Role.ADMIN,
                "ingest-key.create": policy.Role.ADMIN,
                "ingest-key.rotate": policy.Role.ADMIN,
                "ingest-key.revoke": policy.Role.ADMIN,
            }
        )
