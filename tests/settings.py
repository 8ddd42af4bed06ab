"""The product's own settings with what tests need changed: quick passwords, plain static files, no Redis."""

import os
import tempfile

os.environ.setdefault("VAR_DIR", tempfile.mkdtemp(prefix="carousel-test-"))
if os.environ.get("DATABASE_URL"):
    os.environ.setdefault("REDIS_URL", "redis://127.0.0.1:1/0")
    os.environ.setdefault("SECRET_KEY", "only for tests, of no use to anybody: 0123456789 0123456789 abc")
    os.environ.setdefault("PUBLIC_URL", "http://testserver")

from studyapp.settings import *  # noqa: F403
from studyapp.settings import DATABASES, VAR_DIR

ALLOWED_HOSTS = ["*"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
if os.environ.get("DATABASE_URL"):
    # Our own limits are a few seconds, which a busy machine can take to empty all tables.
    DATABASES["default"]["OPTIONS"]["options"] = "-c statement_timeout=90s -c lock_timeout=90s"
if "sqlite" in DATABASES["default"]["ENGINE"]:
    # A file, as in real use: a database in memory knows neither WAL nor two connections.
    DATABASES["default"]["TEST"] = {"NAME": VAR_DIR / "test.sqlite3"}
(VAR_DIR / "static").mkdir(parents=True, exist_ok=True)  # whitenoise looks for it
