"""Django's settings, all from the environment. Tables are migrated with these; the desk runs with them.

| variable | for |
|---|---|
| `DATABASE_URL` | the server; without it a command starts the embedded one |
| `AVENANT_BOOK_URL` | the database of books a desk shows (`avenant serve` sets it) |
| `AVENANT_SECRET_KEY` | signs sessions and pseudonyms; demanded where the desk runs in earnest |
| `AVENANT_HOSTS` | names under which the desk is reached, separated by commas |
| `AVENANT_DEMO` | 1: a desk on this machine alone, without TLS, on a simulated book |
| `AVENANT_BEHIND_PROXY` | 1: TLS ends at a proxy that sets X-Forwarded-Proto |
| `AVENANT_REQUIRE_MFA` | 0: people may work without a second factor (default 1 in earnest, 0 in the demo) |
| `AVENANT_SESSION_HOURS` | how long a session lasts (default 8) |
| `AVENANT_OIDC_URL`, `AVENANT_OIDC_CLIENT`, `AVENANT_OIDC_SECRET`, `AVENANT_OIDC_NAME` | sign-in by OpenID Connect |
"""

import os
import secrets

import dj_database_url

from avenant.settings.logs import LOGGING as LOGGING

DEMO = os.environ.get("AVENANT_DEMO") == "1"
SECRET_KEY = os.environ.get("AVENANT_SECRET_KEY") or secrets.token_urlsafe(48)
DEBUG = False
USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("fr", "Français")]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "pgtrigger",
    "avenant.store",
    "avenant.desk",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
]

BOOK_URL = os.environ.get("AVENANT_BOOK_URL") or os.environ.get("DATABASE_URL", "postgresql:///avenant")
DATABASES = {"default": dj_database_url.parse(BOOK_URL, conn_max_age=600, conn_health_checks=True)}

ROOT_URLCONF = "avenant.settings.urls"
WSGI_APPLICATION = "avenant.settings.wsgi.application"
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "avenant.desk.languages.LanguageOfPerson",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "avenant.desk.middleware.SecondFactor",
    "avenant.desk.middleware.Refusals",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
                "avenant.desk.context.common",
            ],
            "builtins": ["avenant.desk.templatetags.desk"],
        },
    }
]

ALLOWED_HOSTS = [name for name in os.environ.get("AVENANT_HOSTS", "").split(",") if name] or (
    ["localhost", "127.0.0.1", "[::1]"] if DEMO else []
)
CSRF_TRUSTED_ORIGINS = [f"https://{name}" for name in ALLOWED_HOSTS if not DEMO and "*" not in name]
SECURE_SSL_REDIRECT = not DEMO
SECURE_REDIRECT_EXEMPT = [r"^health(/desk)?$", r"^metrics$"]
SECURE_HSTS_SECONDS = 0 if DEMO else 31_536_000
SECURE_PROXY_SSL_HEADER = (
    ("HTTP_X_FORWARDED_PROTO", "https") if os.environ.get("AVENANT_BEHIND_PROXY") == "1" else None
)
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = not DEMO
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_AGE = int(float(os.environ.get("AVENANT_SESSION_HOURS", "8")) * 3600)
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "avenant.desk.pages.failures.form_expired"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        # The one style element that Cytoscape adds by itself, known by its content.
        "style-src": ["'self'", "'sha256-pgvDUBa4IjFA2yuSJ2cqcyxmNYJMborsd0ORcRv9vw8='"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
        "base-uri": ["'none'"],
    }
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2_000

STATIC_URL = "/static/"
WHITENOISE_USE_FINDERS = True
WHITENOISE_MAX_AGE = 0 if DEMO else 3600

AUTH_USER_MODEL = "desk.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
LOGIN_URL = "/account/login/"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_ADAPTER = "avenant.desk.accounts.NoSignUp"
SOCIALACCOUNT_ADAPTER = "avenant.desk.accounts.KnownPeopleOnly"
ACCOUNT_LOGOUT_REDIRECT_URL = "/account/login/"
ACCOUNT_RATE_LIMITS = {"login": "30/m/ip", "login_failed": "10/m/ip,5/5m/key"}
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_PREVENT_ENUMERATION = True
SOCIALACCOUNT_ONLY = False
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "avenant"
REQUIRE_MFA = os.environ.get("AVENANT_REQUIRE_MFA", "0" if DEMO else "1") == "1"
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "desk_cache"},
}

if os.environ.get("AVENANT_OIDC_URL"):
    SOCIALACCOUNT_PROVIDERS = {
        "openid_connect": {
            "OAUTH_PKCE_ENABLED": True,
            "APPS": [
                {
                    "provider_id": "oidc",
                    "name": os.environ.get("AVENANT_OIDC_NAME", "OpenID Connect"),
                    "client_id": os.environ.get("AVENANT_OIDC_CLIENT", ""),
                    "secret": os.environ.get("AVENANT_OIDC_SECRET", ""),
                    "settings": {"server_url": os.environ["AVENANT_OIDC_URL"]},
                }
            ],
        }
    }
