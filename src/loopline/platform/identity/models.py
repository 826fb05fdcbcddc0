"""People, teams, tokens, invitations and sign-in links. Secrets are stored as SHA-256 only."""

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower

from loopline.platform.identity.actor import Role

ROLES = [(r.value, r.value.capitalize()) for r in Role]


class UserManager(BaseUserManager["User"]):
    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email__iexact=username)


class User(AbstractBaseUser):
    email = models.EmailField(max_length=254, unique=True)
    name = models.CharField(max_length=120)
    role = models.CharField(max_length=10, choices=ROLES, default=Role.MEMBER)
    title = models.CharField(max_length=120, blank=True)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField()
    seen_at = models.DateTimeField(null=True)
    sample = models.BooleanField(default=False)
    preferences = models.JSONField(default=dict)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects = UserManager()

    class Meta:
        constraints = [models.UniqueConstraint(Lower("email"), name="one_person_per_email")]

    @property
    def initials(self) -> str:
        return "".join(w[0] for w in self.name.split()[:2]).upper() or self.email[:1].upper()


class Team(models.Model):
    name = models.CharField(max_length=80, unique=True)
    members = models.ManyToManyField(User, related_name="teams")
    sample = models.BooleanField(default=False)


class Token(models.Model):
    name = models.CharField(max_length=120)
    user = models.ForeignKey(User, null=True, on_delete=models.CASCADE, related_name="tokens")
    role = models.CharField(max_length=10, choices=ROLES)
    scopes = models.JSONField(null=True)
    prefix = models.CharField(max_length=12)
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)


class IngestKey(models.Model):
    """A write-only key that SDKs send events with. Rotating makes a new row; the old one ends by its expiry."""

    name = models.CharField(max_length=120)
    prefix = models.CharField(max_length=12)
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "name",
                condition=models.Q(revoked_at=None, expires_at=None),
                name="one_lasting_ingest_key_per_name",
            )
        ]


class Invitation(models.Model):
    email = models.EmailField(max_length=254)
    role = models.CharField(max_length=10, choices=ROLES)
    digest = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)


class SignInLink(models.Model):
    user = models.ForeignKey(User, on_delete=models.CASCADE)
    digest = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
