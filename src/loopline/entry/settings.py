"""Settings of one home: one company, one data directory, one port. Everything comes from the environment."""

import os
from pathlib import Path

from django.utils.csp import CSP

from loopline.entry.home import Home, database
from loopline.entry.proxies import networks

HOME = Home.from_env(os.environ)
BASE_DIR = Path(__file__).resolve().parent.parent
TESTING = os.environ.get("LOOPLINE_TESTING") == "1"

SECRET_KEY = HOME.secret_key()
DEBUG = False
ALLOWED_HOSTS = ["*"]  # one home answers under any name its owner points at it; links use BASE_URL
BASE_URL = os.environ.get("LOOPLINE_BASE_URL", "http://127.0.0.1:8000").rstrip("/")
HTTPS = BASE_URL.startswith("https://")
CSRF_TRUSTED_ORIGINS = [BASE_URL]

_SLICES = [
    "customers", "decisions", "actions", "docs", "insights", "measures", "surveys", "dashboards", "feedback", "goals",
    "roadmap", "work", "releases", "told", "rituals", "playbook", "home",
]  # fmt: skip
_PLATFORM = [
    "identity", "audit", "jobs", "events", "schedule", "settings", "search", "thread", "lists", "progress",
    "discuss", "links", "notify", "undo", "api", "ui", "imports", "entrance", "shell", "blocks",
]  # fmt: skip
_CONNECTORS = ["github", "event_files"]


def _present(floor: str, names: list[str]) -> list[str]:
    return [f"loopline.{floor}.{n}" for n in names if (BASE_DIR / floor / n / "apps.py").exists()]


INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "django_htmx",
    *_present("platform", _PLATFORM),
    *_present("slices", _SLICES),
    *_present("connectors", _CONNECTORS),
]

MIDDLEWARE = [
    "loopline.entry.middleware.RequestFrame",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "loopline.entry.middleware.CurrentActor",
    "loopline.entry.middleware.ProblemPages",
]

ROOT_URLCONF = "loopline.entry.urls"
WSGI_APPLICATION = "loopline.entry.wsgi.application"
APPEND_SLASH = False

_TEMPLATE_DIRS = sorted(
    str(p)
    for floor in ("platform", "slices", "connectors")
    for p in (BASE_DIR / floor).glob("*/templates")
)
TEMPLATES = [
    {
        "NAME": "jinja2",
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "DIRS": _TEMPLATE_DIRS,
        "APP_DIRS": False,
        "OPTIONS": {"environment": "loopline.platform.ui.jinja.environment"},
    },
    {
        "NAME": "django",
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [str(BASE_DIR / "platform" / "entrance" / "allauth_templates")],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    },
]

DATABASES = {"default": database(HOME, testing=TESTING)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "identity.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = (
    ["django.contrib.auth.hashers.MD5PasswordHasher"]
    if TESTING
    else ["django.contrib.auth.hashers.Argon2PasswordHasher"]
)
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
LOGIN_URL = "/account/login/"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_LOGOUT_REDIRECT_URL = "/account/login/"
ACCOUNT_ADAPTER = "loopline.platform.entrance.adapter.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False  # or anybody could have us write to any address
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_RATE_LIMITS = {
    "login": "30/m/ip",
    "login_failed": "10/m/ip,5/5m/key,20/h/key",
    "reset_password": "20/m/ip,5/m/key",
    "reauthenticate": "10/m/user",
}
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not HTTPS
MFA_TOTP_ISSUER = "Loopline"

CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache"
        if TESTING
        else "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "loopline_cache",
        "OPTIONS": {"MAX_ENTRIES": 20_000},
    }
}

TASKS = {
    "default": {
        "BACKEND": "loopline.platform.jobs.backend.LeaseBackend",
        "QUEUES": ["default", "io", "bulk"],
    }
}

SESSION_COOKIE_NAME = "loopline"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 60 * 60 * 24 * 30
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
CSRF_COOKIE_NAME = "loopline_csrf"
CSRF_FAILURE_VIEW = "loopline.entry.problems.csrf_failure"
SECURE_SSL_REDIRECT = (
    False  # the proxy in front owns the redirect; /healthz must answer on plain HTTP
)
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
TRUSTED_PROXIES = networks(os.environ.get("LOOPLINE_TRUSTED_PROXIES", ""))
# RequestFrame drops this header unless one of these proxies sent it
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXIES else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SECURE_CSP = {
    "default-src": [CSP.SELF],
    "script-src": [CSP.SELF],
    "style-src": [CSP.SELF],
    "style-src-attr": [CSP.UNSAFE_INLINE],
    "img-src": [CSP.SELF, "data:"],
    "object-src": [CSP.NONE],
    "base-uri": [CSP.NONE],
    "form-action": [CSP.SELF],
    "frame-ancestors": [CSP.NONE],
}

USE_TZ = True
TIME_ZONE = "UTC"
USE_I18N = False
STATIC_URL = "/static/"
STATIC_ROOT = HOME.folder("static")
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = TESTING
WHITENOISE_MAX_AGE = 3600
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 20_000
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
FILE_UPLOAD_TEMP_DIR = str(HOME.folder("tmp"))

LOOPLINE_HOME = HOME
LOOPLINE_EVENTS = HOME.path / "events"
LOOPLINE_EVENTS_URL = os.environ.get("LOOPLINE_EVENTS_URL", "")
LOOPLINE_ENGINE = os.environ.get("LOOPLINE_ENGINE", "inline" if TESTING else "process")
LOOPLINE_ENGINE_HANDLERS = ["loopline.slices.feedback.similar"]

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": "loopline.entry.logs.JsonLines"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": os.environ.get("LOOPLINE_LOG", "WARNING")},
    "loggers": {"loopline": {"level": os.environ.get("LOOPLINE_LOG", "INFO")}},
}
