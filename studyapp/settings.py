"""One file of settings, driven by the environment.

Embedded (no DATABASE_URL): SQLite and a private broker under var/; nothing needs to be set.
Deployed (DATABASE_URL): PostgreSQL; REDIS_URL, SECRET_KEY and PUBLIC_URL must be set as well.
"""

from __future__ import annotations

import os
from typing import Any
from urllib.parse import parse_qsl, urlsplit, urlunsplit

import dj_database_url
from django.core.exceptions import ImproperlyConfigured
from django.utils.csp import CSP

from studyapp import places

BASE_DIR = places.ROOT
VAR_DIR = places.var_dir()
DEPLOYED = bool(os.environ.get("DATABASE_URL"))
LOCAL_HOSTS = ["localhost", "127.0.0.1", "[::1]"]


def needed(name: str) -> str:
    """The value of a variable that a deployed site can't do without."""
    if value := os.environ.get(name):
        return value
    raise ImproperlyConfigured(
        f"Set {name}: a site with DATABASE_URL needs DATABASE_URL, REDIS_URL, SECRET_KEY and PUBLIC_URL."
    )


# --- Who we are and where we are reached ---------------------------------------------------------

DEBUG = os.environ.get("DEBUG") == "1" and not DEPLOYED
GALLERY = DEBUG or os.environ.get("GALLERY") == "1"  # the page of all components, for tests
VAR_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)  # learners' answers and mail lie there
SECRET_KEY = needed("SECRET_KEY") if DEPLOYED else os.environ.get("SECRET_KEY") or places.secret_key(VAR_DIR)
SECRET_KEY_FALLBACKS = [key for key in os.environ.get("SECRET_KEY_FALLBACKS", "").split(",") if key]
PUBLIC_URL = urlsplit(needed("PUBLIC_URL") if DEPLOYED else os.environ.get("PUBLIC_URL", ""))
HTTPS = PUBLIC_URL.scheme == "https"
if DEPLOYED and not HTTPS and PUBLIC_URL.hostname not in {"localhost", "127.0.0.1", "testserver"}:
    raise ImproperlyConfigured("PUBLIC_URL must begin with https://, or passwords and answers travel in the open.")
ALLOWED_HOSTS = [host for host in os.environ.get("ALLOWED_HOSTS", "").split(",") if host]
ALLOWED_HOSTS += [PUBLIC_URL.hostname] if PUBLIC_URL.hostname else []
if not DEPLOYED:
    own_host = os.environ.get("HOST", "")
    everywhere = own_host in {"0.0.0.0", "::"}  # noqa: S104 (asked for by whoever starts it)
    ALLOWED_HOSTS += ["*"] if everywhere else [*LOCAL_HOSTS, *filter(None, [own_host])]

# How many proxies of ours stand in front: their entries in X-Forwarded-For are believed, and no others.
NUM_PROXIES = int(os.environ.get("NUM_PROXIES", "1")) if DEPLOYED else 0

ROOT_URLCONF = "studyapp.urls"
WSGI_APPLICATION = "studyapp.wsgi.application"
LANGUAGE_CODE = "en-gb"
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = False
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "quizzes.apps.QuizzesConfig",
    "studyapp.apps.StudyAppConfig",
    "quizzes.panel.apps.PanelConfig",  # django.contrib.admin with an index in our order
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_htmx",
    "allauth",
    "allauth.account",
    "axes",
]

MIDDLEWARE = [
    "studyapp.logs.RequestIdMiddleware",
    "quizzes.middleware.UnreadBodyMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",  # it pads by chance, and each page masks its CSRF token anew
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "quizzes.accounts.middleware.LearnerMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "quizzes.middleware.StudyErrorMiddleware",
    "axes.middleware.AxesMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]

# --- Database ------------------------------------------------------------------------------------
# An answer shown as saved must survive a power cut: hence synchronous=FULL. A read that turns into a write must not
# fail: hence IMMEDIATE. ATOMIC_REQUESTS stays off, or every read would take SQLite's write lock.

SQLITE = {
    "ENGINE": "django.db.backends.sqlite3",
    "NAME": VAR_DIR / "db.sqlite3",
    "CONN_MAX_AGE": 600,
    "OPTIONS": {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": (
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA mmap_size=134217728;"
        ),
    },
}
POSTGRESQL_LIMITS = "-c statement_timeout=5s -c lock_timeout=3s -c idle_in_transaction_session_timeout=30s"


def database() -> dict[str, Any]:
    """SQLite when nothing is set, else what DATABASE_URL names, with our limits on it."""
    if not DEPLOYED:
        return SQLITE
    found: dict[str, Any] = dict(
        dj_database_url.parse(os.environ["DATABASE_URL"], conn_max_age=60, conn_health_checks=True)
    )
    if "postgresql" not in found["ENGINE"]:
        raise ImproperlyConfigured("DATABASE_URL must name a PostgreSQL database; leave it unset to use SQLite.")
    found["OPTIONS"] = {"options": POSTGRESQL_LIMITS, "connect_timeout": 5} | found.get("OPTIONS", {})
    return found


DATABASES: dict[str, Any] = {"default": database()}

# --- Broker and cache ----------------------------------------------------------------------------
# The cache lives in the database after the broker's. It holds nothing that can't be made again, and every call
# survives a dead server (studyapp/cache.py), so that no page and no API call ever depends on Redis.

BROKER_SOCKET = places.socket_dir(VAR_DIR) / "broker.sock"
OWN_REDIS_URL = needed("REDIS_URL") if DEPLOYED else os.environ.get("REDIS_URL", "")
REDIS_URL = OWN_REDIS_URL or f"unix://{BROKER_SOCKET}?db=0"


def next_database(url: str) -> str:
    """The same Redis server, one database further: redis://host/0 gives redis://host/1."""
    parts = urlsplit(url)
    if parts.scheme == "unix":
        return f"unix://{parts.path}?db={socket_database(url) + 1}"  # urlunsplit would drop the two strokes
    return urlunsplit(parts._replace(path=f"/{int(parts.path.strip('/') or 0) + 1}"))


def socket_database(url: str) -> int:
    return int(dict(parse_qsl(urlsplit(url).query)).get("db", 0))


def for_celery(url: str) -> str:
    """Celery has its own word for a Unix socket: unix:///path?db=0 is redis+socket:///path?virtual_host=0."""
    parts = urlsplit(url)
    return f"redis+socket://{parts.path}?virtual_host={socket_database(url)}" if parts.scheme == "unix" else url


CACHES = {
    "default": {
        "BACKEND": "studyapp.cache.PatientRedisCache",
        "LOCATION": os.environ.get("CACHE_URL") or next_database(REDIS_URL),
        "KEY_PREFIX": "study",
        "OPTIONS": {"socket_connect_timeout": 0.3, "socket_timeout": 0.5},
    }
}
SESSION_ENGINE = "django.contrib.sessions.backends.db"

# --- Celery: a task is a hint, the outbox is the work list ---------------------------------------

CELERY_BROKER_URL = for_celery(REDIS_URL)
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_TIME_LIMIT = 120
CELERY_TASK_SOFT_TIME_LIMIT = 90
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = True
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 30 if DEPLOYED else 2
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_SEND_TASK_EVENTS = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 600,  # must stay above the time limit, or a long task runs twice
    "unacked_restore_interval": 5,
    "unacked_restore_throttle": 10,
    "socket_connect_timeout": 2,
    "socket_timeout": 20,
    "health_check_interval": 10,
}
CELERY_TASK_DEFAULT_QUEUE = "default"
QUEUES = ["default", "variants", "audio", "analytics", "mail"]
CELERY_TASK_CREATE_MISSING_QUEUES = True
CELERY_BEAT_SCHEDULER = "celery.beat:Scheduler"  # in memory: every entry recurs within minutes
CELERY_BEAT_SCHEDULE: dict[str, Any] = {
    "top up the pools": {
        "task": "quizzes.items.tasks.top_up_pools",
        "schedule": 60.0,
        "options": {"queue": "variants", "expires": 55},
    },
    "finish overdue attempts": {
        "task": "quizzes.practice.tasks.finish_overdue",
        "schedule": 60.0,
        "options": {"expires": 55},
    },
    "forget idle guests": {
        "task": "quizzes.accounts.tasks.forget_idle_guests",
        "schedule": 3600.0,
        "options": {"expires": 3500},
    },
    "sweep the outbox": {
        "task": "quizzes.jobs.tasks.sweep",
        "schedule": 300.0,
        "options": {"expires": 280},
    },
}

# --- Accounts ------------------------------------------------------------------------------------

AUTH_USER_MODEL = "quizzes.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
LOGIN_URL = "/account/login/"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/"
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGIN_ON_PASSWORD_RESET = True
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = "Carousel: "
ACCOUNT_FORMS = {
    "login": "quizzes.accounts.forms.LoginForm",
    "signup": "quizzes.accounts.forms.SignupForm",
    "change_password": "quizzes.accounts.forms.ChangePasswordForm",
    "reset_password": "quizzes.accounts.forms.ResetPasswordForm",
    "reset_password_from_key": "quizzes.accounts.forms.ResetPasswordKeyForm",
}
ACCOUNT_ADAPTER = "quizzes.accounts.adapter.GuestKeepingAdapter"
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]  # not the name alone: nobody shall lock a stranger out
AXES_RESET_ON_SUCCESS = True
AXES_USERNAME_CALLABLE = "studyapp.sign_in.login_name"
AXES_CLIENT_IP_CALLABLE = "quizzes.http.client_address"
AXES_HTTP_RESPONSE_CODE = 429
AXES_LOCKOUT_TEMPLATE = "errors/429.html"
AXES_VERBOSE = False

# --- Mail ----------------------------------------------------------------------------------------

DEFAULT_FROM_EMAIL = os.environ.get("MAIL_FROM", "Carousel <carousel@localhost>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL


def mailer() -> dict[str, Any]:
    """Files under var/mail, unless EMAIL_URL names a server: smtp://user:password@host:587, or smtps://."""
    url = urlsplit(os.environ.get("EMAIL_URL", ""))
    host = url.hostname or os.environ.get("EMAIL_HOST", "")
    if not host:
        return {
            "BACKEND": "studyapp.mail.ReadableFiles",
            "OPTIONS": {"file_path": str(VAR_DIR / "mail")},
        }
    tls_from_start = url.scheme == "smtps"
    options = {
        "host": host,
        "port": url.port or (465 if tls_from_start else 587),
        "username": url.username or os.environ.get("EMAIL_HOST_USER", ""),
        "password": url.password or os.environ.get("EMAIL_HOST_PASSWORD", ""),
        "use_ssl": tls_from_start,
        "use_tls": not tls_from_start,
        "timeout": 10,
    }
    return {"BACKEND": "django.core.mail.backends.smtp.EmailBackend", "OPTIONS": options}


MAILERS = {"default": mailer()}

# --- Static files --------------------------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
MEDIA_ROOT = VAR_DIR / "media"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

# --- What browsers are told ----------------------------------------------------------------------

SECURE_CSP = {
    "default-src": [CSP.NONE],
    "script-src": [CSP.SELF],
    "style-src": [CSP.SELF],
    "img-src": [CSP.SELF],
    "font-src": [CSP.SELF],
    "media-src": [CSP.SELF],
    "connect-src": [CSP.SELF],
    "manifest-src": [CSP.SELF],
    "form-action": [CSP.SELF],
    "base-uri": [CSP.NONE],
    "frame-ancestors": [CSP.NONE],
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
if HTTPS:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_SSL_REDIRECT = True
    SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
    SECURE_HSTS_SECONDS = 31_536_000
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True
    SESSION_COOKIE_NAME = "__Host-sessionid"
    CSRF_COOKIE_NAME = "__Host-csrftoken"
    CSRF_TRUSTED_ORIGINS = [f"https://{PUBLIC_URL.netloc}"]
    ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https"

# --- API -----------------------------------------------------------------------------------------

REST_FRAMEWORK: dict[str, Any] = {
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["quizzes.api.fields.Json"],
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "quizzes.api.authentication.TokenAuthentication",
        "quizzes.api.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_PAGINATION_CLASS": "quizzes.api.pagination.Pages",
    "DEFAULT_THROTTLE_CLASSES": ["quizzes.api.throttles.StrangerBrake", "quizzes.api.throttles.LearnerBrake"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "quizzes.api.errors.as_reply",
    "NUM_PROXIES": NUM_PROXIES,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Carousel",
    "DESCRIPTION": "Lessons, quizzes, cards and certified exercises on recurrent networks.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "PATH_CONVERTER_OVERRIDES": {"any_uuid": {"type": "string", "format": "uuid"}},
}

# --- Logs: plain lines on stderr, each with the request's id -------------------------------------

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"request_id": {"()": "studyapp.logs.RequestIdFilter"}},
    "formatters": {
        "plain": {
            "()": "studyapp.logs.OneLineFormatter",
            "format": "%(asctime)s %(levelname)s %(name)s [%(request_id)s] %(message)s",
        }
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "plain", "filters": ["request_id"]}},
    "root": {"handlers": ["stderr"], "level": os.environ.get("LOG_LEVEL", "INFO")},
    "loggers": {
        "django": {"handlers": [], "level": "INFO", "propagate": True},
        "django.request": {"level": "ERROR"},
        "axes": {"level": "WARNING"},
    },
}
SILENCED_SYSTEM_CHECKS: list[str] = []
