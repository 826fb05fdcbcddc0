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
            }
        )
