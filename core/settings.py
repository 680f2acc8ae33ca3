"""All settings, in one file. Every value that a deployment may change comes from the environment."""

import base64
import hashlib
from datetime import timedelta
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

from core import cors, documents, env, languages, logging, look, mail, payments, sentry, storage

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = BASE_DIR / "var"
env.load_file(BASE_DIR / ".env")

DEBUG = env.boolean("DEBUG", default=False)

# Secrets and hosts: outside DEBUG nothing has a default.
SECRET_KEY = env.secret_key("SECRET_KEY", default=env.required_unless(DEBUG, "development-only-" + "0" * 40))
_derived_key = base64.urlsafe_b64encode(hashlib.sha256(f"{SECRET_KEY}:at-rest".encode()).digest()).decode()
ENCRYPTION_KEYS = env.encryption_keys("ENCRYPTION_KEYS", default=env.required_unless(DEBUG, [_derived_key]))
ALLOWED_HOSTS = env.words(
    "ALLOWED_HOSTS",
    example="booking.example.org,www.example.org",
    default=env.required_unless(DEBUG, ["localhost", "127.0.0.1", "[::1]"]),
)
if not DEBUG and ("*" in ALLOWED_HOSTS or not ALLOWED_HOSTS):
    raise ImproperlyConfigured(
        "ALLOWED_HOSTS must name the hosts, for example ALLOWED_HOSTS=booking.example.org,www.example.org"
    )
# Where `make run` and the Procfile serve, with how many processes, and threads in each.
HOST = env.text("HOST", example="0.0.0.0", default="127.0.0.1")  # noqa: S104 - an example
PORT = env.integer("PORT", example="8000", default=8000, least=1)
WEB_PROCESSES = env.integer("WEB_PROCESSES", example="2", default=2, least=1)
WEB_THREADS = env.integer("WEB_THREADS", example="4", default=4, least=1)
PUBLIC_URL = env.url(
    "PUBLIC_URL",
    example="https://booking.example.org",
    default=env.required_unless(DEBUG, f"http://127.0.0.1:{PORT}"),
)
FRONTEND_URL = env.url("FRONTEND_URL", example="https://www.example.org", default="")

# Cross-origin requests: an allow-list, and for development a pattern.
CORS_ALLOWED_ORIGINS = env.words(
    "CORS_ALLOWED_ORIGINS",
    example="https://www.example.org",
    default=env.required_unless(DEBUG, []),
)
_cors_patterns = env.words(
    "CORS_ALLOWED_ORIGIN_PATTERNS",
    example=r"^http://localhost:\d+$",
    default=[r"^http://(localhost|127\.0\.0\.1)(:\d+)?$"],
)
CORS_ALLOWED_ORIGIN_REGEXES = _cors_patterns if DEBUG else []
CORS_ALLOW_HEADERS = cors.ALLOW_HEADERS
CORS_EXPOSE_HEADERS = ["retry-after", "x-request-id"]
CORS_PREFLIGHT_MAX_AGE = 2 * 60 * 60  # as long as Chromium remembers it
CSRF_TRUSTED_ORIGINS = env.words("CSRF_TRUSTED_ORIGINS", example="https://booking.example.org", default=[])

INSTALLED_APPS = [
    "unfold",  # before the admin, whose site and templates it takes the place of
    "unfold.contrib.filters",
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
    "core.short_way.short_way",  # which all others are below, also where it passes them by
    "core.middleware.request_id",
    "core.middleware.health_checks",
    "core.middleware.sound_cookies",
    "core.middleware.private_admin",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "corsheaders.middleware.CorsMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "core.middleware.idle_log_out",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

UNFOLD = look.UNFOLD

ROOT_URLCONF = "core.urls"
WSGI_APPLICATION = "core.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "bookings" / "templates"],  # ours, also where the theme has one of that name
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
DATABASES = {
    "default": env.database(
        "DATABASE_URL",
        allow_sqlite=env.boolean("ALLOW_SQLITE", default=DEBUG),
        default=env.required_unless(DEBUG, f"sqlite:///{VAR_DIR / 'slotwell.sqlite3'}"),
    )
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Accounts.
AUTH_USER_MODEL = "bookings.User"
SILENCED_SYSTEM_CHECKS = ["auth.W004"]  # unique it is, by a constraint that is blind to case
AUTHENTICATION_BACKENDS = ["bookings.accounts.backends.EmailBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("email", "full_name")},
    },
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
# Whom `manage.py ensure_superuser` makes an admin.
SUPERUSER_EMAIL = env.text("SUPERUSER_EMAIL", example="admin@example.org", default="")
SUPERUSER_PASSWORD = env.text("SUPERUSER_PASSWORD", example="a-long-password", default="")
SECURITY_QUESTIONS = env.boolean("SECURITY_QUESTIONS", default=False)
ACCESS_TOKEN_LIFETIME = timedelta(
    minutes=env.integer("ACCESS_TOKEN_MINUTES", example="60", default=60, least=1)
)
REFRESH_TOKEN_LIFETIME = timedelta(days=env.integer("REFRESH_TOKEN_DAYS", example="30", default=30, least=1))
GRAPHQL_JWT = {
    "JWT_ALGORITHM": "HS256",
    "JWT_VERIFY_EXPIRATION": True,
    "JWT_EXPIRATION_DELTA": ACCESS_TOKEN_LIFETIME,
    "JWT_ISSUER": "slotwell",
    "JWT_AUDIENCE": "slotwell",
}
SESSION_COOKIE_AGE = 60 * env.integer("ADMIN_IDLE_MINUTES", example="60", default=60, least=1)
SESSION_COOKIE_HTTPONLY, SESSION_COOKIE_SAMESITE = True, "Lax"
LOGIN_URL, LOGIN_REDIRECT_URL = "/admin/login/", "/admin/"

# HTTPS outside DEBUG; the proxy in front says what the client used.
_ssl_redirect = env.boolean("SECURE_SSL_REDIRECT", default=True)
_hsts_seconds = env.integer("SECURE_HSTS_SECONDS", example="31536000", default=31_536_000)
if env.boolean("BEHIND_HTTPS_PROXY", default=False):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_SSL_REDIRECT = _ssl_redirect and not DEBUG
SECURE_HSTS_SECONDS = 0 if DEBUG else _hsts_seconds
SECURE_HSTS_INCLUDE_SUBDOMAINS = env.boolean("SECURE_HSTS_INCLUDE_SUBDOMAINS", default=True) and not DEBUG
SECURE_HSTS_PRELOAD = env.boolean("SECURE_HSTS_PRELOAD", default=True) and not DEBUG
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = not DEBUG
SECURE_REFERRER_POLICY, X_FRAME_OPTIONS = "same-origin", "DENY"

# Mail (core/mail.py).
MAIL = env.one_of("MAIL", *mail.BACKENDS, *mail.PROVIDERS, default=env.required_unless(DEBUG, "file"))
EMAIL_BACKEND = mail.backend_of(MAIL)
MAIL_DIR = Path(env.text("MAIL_DIR", example="/var/slotwell/mail", default=str(VAR_DIR / "mail")))
EMAIL_FILE_PATH = str(MAIL_DIR)
EMAIL_HOST = env.text("SMTP_HOST", example="smtp.example.org", default="localhost")
EMAIL_PORT = env.integer("SMTP_PORT", example="587", default=25, least=1)
EMAIL_HOST_USER = env.text("SMTP_USER", example="slotwell", default="")
EMAIL_HOST_PASSWORD = env.text("SMTP_PASSWORD", example="secret", default="")
EMAIL_USE_TLS = env.boolean("SMTP_STARTTLS", default=False)
EMAIL_USE_SSL = env.boolean("SMTP_TLS", default=False)
if EMAIL_USE_TLS and EMAIL_USE_SSL:
    raise ImproperlyConfigured(
        "Set SMTP_STARTTLS=true (mostly port 587) or SMTP_TLS=true (port 465), not both"
    )
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.text(
    "MAIL_FROM",
    example="Slotwell <bookings@example.org>",
    default=env.required_unless(DEBUG, "Slotwell <bookings@localhost>"),
)
_mail_key = env.text(
    "MAIL_PROVIDER_KEY",
    example="key-of-the-mail-provider",
    default=env.required_unless(MAIL not in mail.PROVIDERS, ""),
)
_mail_secret = env.text(
    "MAIL_PROVIDER_SECRET",
    example="second-key-of-mailjet",
    default=env.required_unless(MAIL != "mailjet", ""),
)
ANYMAIL = mail.anymail(
    MAIL,
    key=_mail_key,
    secret=_mail_secret,
    webhook_secret=env.text("MAIL_WEBHOOK_SECRET", example="name:a-long-random-text", default=""),
    webhook_key=env.text("MAIL_WEBHOOK_KEY", example="signing-key-of-mailgun", default=""),
)

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
# Seconds: how often the cluster is asked for a heartbeat, how long it may be silent before it is restarted
# (longer than a usual task takes), how long it may finish its work after SIGTERM.
WORKER_BEAT_SECONDS = env.integer("WORKER_BEAT_SECONDS", example="5", default=5, least=1)
WORKER_STALL_SECONDS = env.integer("WORKER_STALL_SECONDS", example="30", default=30, least=2)
WORKER_DRAIN_SECONDS = env.integer("WORKER_DRAIN_SECONDS", example="10", default=10, least=1)

# Payments (core/payments.py).
PAYMENT_PROVIDER, SANDBOX_SECRET, PAYMENT_KEYS = payments.read(debug=DEBUG, secret_key=SECRET_KEY)
# Seconds that a provider may take: to be connected to, and to answer.
PAYMENT_TIMEOUTS = (5.0, 15.0)

# Practices: whether everybody with a proven address may open one, and how many one account may own.
OPEN_PRACTICES = env.boolean("OPEN_PRACTICES", default=False)
MAX_PRACTICES_PER_OWNER = env.integer("MAX_PRACTICES_PER_OWNER", example="10", default=10, least=1)

# Bookings.
ACKNOWLEDGEMENT_PREFIX = env.text("ACKNOWLEDGEMENT_PREFIX", example="MS-", default="MS-")
ACKNOWLEDGEMENT_LENGTH = env.integer("ACKNOWLEDGEMENT_LENGTH", example="6", default=6, least=6)

# Retention, in days; `manage.py purge` and its daily task go by it.
DRAFT_RETENTION_DAYS = env.integer("DRAFT_RETENTION_DAYS", example="30", default=30, least=1)
PERSONAL_DATA_RETENTION_DAYS = env.integer("PERSONAL_DATA_RETENTION_DAYS", example="1095", default=1095)
INTAKE_RETENTION_DAYS = env.integer("INTAKE_RETENTION_DAYS", example="180", default=180)
OUTBOX_RETENTION_DAYS = env.integer("OUTBOX_RETENTION_DAYS", example="90", default=90, least=1)

# Limits: other rates than bookings/limits/policies.py says, what shares them, and how many proxies are ours.
RATE_LIMITS = env.pairs("RATE_LIMITS", example="register=100/hour,login.address_ip=20/5minutes", default={})
REDIS_URL = env.text("REDIS_URL", example="redis://localhost:6379/0", default="")
TRUSTED_PROXIES = env.integer("TRUSTED_PROXIES", example="1", default=0)

# GraphQL over HTTP (core/documents.py).
GRAPHIQL = env.boolean("GRAPHIQL", default=DEBUG)
GRAPHQL_COMPILED = env.boolean("GRAPHQL_COMPILED", default=True)
GRAPHQL_LIMITS = documents.LIMITS
STRAWBERRY_DJANGO = {"FIELD_DESCRIPTION_FROM_HELP_TEXT": True, "TYPE_DESCRIPTION_FROM_MODEL_DOCSTRING": False}

# Languages (core/languages.py), time, files.
LANGUAGE_CODE = languages.SOURCE
LOCALE_PATHS = [BASE_DIR / "bookings" / "locale"]
LANGUAGES = languages.of(LOCALE_PATHS[0])
TIME_ZONE = "UTC"
FORMAT_MODULE_PATH = ["core.formats"]
USE_TZ = True
USE_I18N = True
STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
if DEBUG:
    STATIC_ROOT.mkdir(parents=True, exist_ok=True)
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = DEBUG  # looked for when asked for, not all at each start
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
    "pictures": storage.pictures(VAR_DIR / "pictures"),
}

# The log (core/logging.py), and errors to Sentry where SENTRY_DSN is set (core/sentry.py).
LOGGING = logging.read()
sentry.start()
