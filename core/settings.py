"""All settings, in one file. Every value that a deployment may change comes from the environment."""

import base64
import hashlib
from datetime import timedelta
from pathlib import Path

import dj_database_url
from django.core.exceptions import ImproperlyConfigured
from dotenv import load_dotenv

from core import env

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = BASE_DIR / "var"
load_dotenv(BASE_DIR / ".env")

DEBUG = env.boolean("DEBUG", default=False)

# Secrets and hosts: outside DEBUG nothing has a default.
SECRET_KEY = env.text(
    "SECRET_KEY",
    example="a-long-random-text-of-50-characters-or-more",
    **({"default": "development-only-" + "0" * 40} if DEBUG else {}),
)
if not DEBUG and (len(SECRET_KEY) < 40 or SECRET_KEY.startswith("development-only-")):
    raise ImproperlyConfigured("SECRET_KEY is too weak. Make one: python -c 'import secrets; print(secrets.token_urlsafe(50))'")

_derived_key = base64.urlsafe_b64encode(hashlib.sha256(f"{SECRET_KEY}:at-rest".encode()).digest()).decode()
ENCRYPTION_KEYS = env.words(
    "ENCRYPTION_KEYS",
    example="newest-fernet-key,older-fernet-key",
    **({"default": [_derived_key]} if DEBUG else {}),
)

ALLOWED_HOSTS = env.words(
    "ALLOWED_HOSTS",
    example="booking.example.org,www.example.org",
    **({"default": ["localhost", "127.0.0.1", "[::1]"]} if DEBUG else {}),
)
PORT = env.integer("PORT", example="8000", default=8000, least=1)
PUBLIC_URL = env.text(
    "PUBLIC_URL",
    example="https://booking.example.org",
    **({"default": f"http://127.0.0.1:{PORT}"} if DEBUG else {}),
).rstrip("/")
FRONTEND_URL = env.text("FRONTEND_URL", example="https://www.example.org", default="").rstrip("/")

# Cross-origin requests: an allow-list, and for development a pattern.
CORS_ALLOWED_ORIGINS = env.words(
    "CORS_ALLOWED_ORIGINS",
    example="https://www.example.org",
    **({"default": []} if DEBUG else {}),
)
CORS_ALLOWED_ORIGIN_REGEXES = (
    env.words(
        "CORS_ALLOWED_ORIGIN_PATTERNS",
        example=r"^http://localhost:\d+$",
        default=[r"^http://(localhost|127\.0\.0\.1)(:\d+)?$"],
    )
    if DEBUG
    else []
)
CORS_ALLOW_HEADERS = [
    "accept",
    "apollo-require-preflight",
    "authorization",
    "content-type",
    "idempotency-key",
    "x-apollo-operation-name",
    "x-booking-token",
    "x-request-id",
]
CORS_EXPOSE_HEADERS = ["retry-after", "x-request-id"]
CSRF_TRUSTED_ORIGINS = env.words("CSRF_TRUSTED_ORIGINS", example="https://booking.example.org", default=[])

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "corsheaders",
    "strawberry_django",
    "anymail",
    "django_q",
    "bookings",
    "schema.apps.SchemaConfig",
]

MIDDLEWARE = [
    "core.middleware.request_id",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "corsheaders.middleware.CorsMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "core.urls"
WSGI_APPLICATION = "core.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]

# Database: DATABASE_URL chooses; SQLite outside DEBUG only where somebody asks for it.
DATABASE_URL = env.text(
    "DATABASE_URL",
    example="postgres://user:password@localhost:5432/slotwell",
    **({"default": f"sqlite:///{VAR_DIR / 'slotwell.sqlite3'}"} if DEBUG else {}),
)
ALLOW_SQLITE = env.boolean("ALLOW_SQLITE", default=DEBUG)
DATABASES = {"default": dict(dj_database_url.parse(DATABASE_URL, conn_max_age=600, conn_health_checks=True))}
_database = DATABASES["default"]
if _database["ENGINE"] == "django.db.backends.sqlite3":
    if not ALLOW_SQLITE:
        raise ImproperlyConfigured(
            "DATABASE_URL names SQLite, which is meant for development. Use PostgreSQL, or set ALLOW_SQLITE=true"
        )
    VAR_DIR.mkdir(exist_ok=True)
    _database["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA busy_timeout=20000;",
    }
elif _database["ENGINE"] == "django.db.backends.postgresql":
    _database["OPTIONS"] = {**_database.get("OPTIONS", {}), "options": "-c jit=off"}
else:
    raise ImproperlyConfigured(
        "DATABASE_URL must name PostgreSQL or SQLite, for example postgres://user:password@localhost:5432/slotwell"
    )
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Accounts.
AUTH_USER_MODEL = "bookings.User"
AUTHENTICATION_BACKENDS = ["bookings.accounts.backends.EmailBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
ACCESS_TOKEN_LIFETIME = timedelta(
    minutes=env.integer("ACCESS_TOKEN_MINUTES", example="60", default=60, least=1)
)
GRAPHQL_JWT = {
    "JWT_ALGORITHM": "HS256",
    "JWT_VERIFY_EXPIRATION": True,
    "JWT_EXPIRATION_DELTA": ACCESS_TOKEN_LIFETIME,
    "JWT_ISSUER": "slotwell",
    "JWT_AUDIENCE": "slotwell",
}
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
LOGIN_URL = "/admin/login/"

# HTTPS outside DEBUG; the proxy in front says what the client used.
if not DEBUG:
    SECURE_SSL_REDIRECT = env.boolean("SECURE_SSL_REDIRECT", default=True)
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    SECURE_HSTS_SECONDS = env.integer("SECURE_HSTS_SECONDS", example="31536000", default=31_536_000)
    SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = True
    if env.boolean("BEHIND_HTTPS_PROXY", default=False):
        SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_REDIRECT_EXEMPT = [r"^health/"]
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

# Mail, through Anymail: files that /mailbox/ shows, the console, SMTP, or a provider.
MAIL = env.one_of(
    "MAIL", "smtp", "console", "file", "mailgun", "postmark", "amazon_ses", "brevo", "resend", "mailjet",
    **({"default": "file"} if DEBUG else {}),
)
MAIL_DIR = Path(env.text("MAIL_DIR", example="/var/slotwell/mail", default=str(VAR_DIR / "mail")))
_BACKENDS = {
    "smtp": "django.core.mail.backends.smtp.EmailBackend",
    "console": "anymail.backends.console.EmailBackend",
    "file": "django.core.mail.backends.filebased.EmailBackend",
}
EMAIL_BACKEND = _BACKENDS.get(MAIL, f"anymail.backends.{MAIL}.EmailBackend")
EMAIL_FILE_PATH = str(MAIL_DIR)
EMAIL_HOST = env.text("SMTP_HOST", example="smtp.example.org", default="localhost")
EMAIL_PORT = env.integer("SMTP_PORT", example="587", default=25, least=1)
EMAIL_HOST_USER = env.text("SMTP_USER", example="slotwell", default="")
EMAIL_HOST_PASSWORD = env.text("SMTP_PASSWORD", example="secret", default="")
EMAIL_USE_TLS = env.boolean("SMTP_STARTTLS", default=False)
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.text(
    "MAIL_FROM",
    example="Slotwell <bookings@example.org>",
    **({"default": "Slotwell <bookings@localhost>"} if DEBUG else {}),
)
ANYMAIL: dict[str, object] = {"REQUESTS_TIMEOUT": 10}
if MAIL not in _BACKENDS and MAIL != "amazon_ses":
    _key = {"mailgun": "API_KEY", "postmark": "SERVER_TOKEN", "mailjet": "API_KEY"}.get(MAIL, "API_KEY")
    ANYMAIL[f"{MAIL.upper()}_{_key}"] = env.text("MAIL_PROVIDER_KEY", example="key-of-the-mail-provider")

# The worker. The lock on a task starts when it leaves the queue, hence queue_limit 1.
Q_CLUSTER = {
    "name": "slotwell",
    "orm": "default",
    "workers": env.integer("WORKER_PROCESSES", example="2", default=2, least=1),
    "timeout": 60,
    "retry": 90,
    "max_attempts": 5,
    "queue_limit": 1,
    "poll": 0.2,
    "catch_up": False,
    "save_limit": 1000,
    "ack_failures": True,
    "label": "Tasks",
    "scheduler": False,
}

# Payments.
PAYMENT_PROVIDER = env.one_of("PAYMENT_PROVIDER", "sandbox", "none", default="sandbox" if DEBUG else "none")
SANDBOX_SECRET = env.text(
    "SANDBOX_SECRET", example="any-long-random-text", default="sandbox-" + SECRET_KEY if DEBUG else ""
)
if PAYMENT_PROVIDER == "sandbox" and not SANDBOX_SECRET:
    raise ImproperlyConfigured(
        "PAYMENT_PROVIDER=sandbox takes no real money. Where that is meant, set SANDBOX_SECRET=any-long-random-text"
    )

# Bookings.
ACKNOWLEDGEMENT_PREFIX = env.text("ACKNOWLEDGEMENT_PREFIX", example="MS-", default="MS-")
ACKNOWLEDGEMENT_LENGTH = env.integer("ACKNOWLEDGEMENT_LENGTH", example="6", default=6, least=6)

# GraphQL over HTTP. The document limits are api.md's table.
GRAPHIQL = env.boolean("GRAPHIQL", default=DEBUG)
GRAPHQL_LIMITS = {
    "body_bytes": 256 * 1024,
    "json_depth": 32,
    "tokens": 1000,
    "depth": 10,
    "aliases": 15,
    "directives": 20,
    "root_fields": 20,
    "fragments": 20,
    "spreads": 50,
    "errors": 5,
    "cost": 5000,
}
STRAWBERRY_DJANGO = {"FIELD_DESCRIPTION_FROM_HELP_TEXT": True, "TYPE_DESCRIPTION_FROM_MODEL_DOCSTRING": False}

# Language, time, files.
LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = True
STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
WHITENOISE_USE_FINDERS = DEBUG
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}

LOG_LEVEL = env.one_of("LOG_LEVEL", "INFO", "DEBUG", "WARNING", "ERROR", default="INFO")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"request_id": {"()": "core.logging.RequestIdFilter"}},
    "formatters": {
        "line": {"format": "{asctime} {levelname} {name} [{request_id}] {message}", "style": "{"},
    },
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["request_id"]},
    },
    "root": {"handlers": ["console"], "level": LOG_LEVEL},
    "loggers": {"django-q": {"handlers": [], "level": "WARNING", "propagate": True}},
}
