"""The cache is a convenience: when its server is away, every call behaves as if the cache were empty."""

from __future__ import annotations

import logging
import time
from typing import Any

from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

log = logging.getLogger(__name__)

REST_SECONDS = 2.0  # after a failure nobody waits for the server again for so long


class PatientRedisCache(RedisCache):
    """Django's Redis cache, whose calls give the answer of an empty cache while Redis can't be reached."""

    _resting_until = 0.0

    def _patiently(self, name: str, otherwise: Any, *args: Any, **kwargs: Any) -> Any:
        if time.monotonic() < self._resting_until:
            return otherwise
        try:
            return getattr(super(), name)(*args, **kwargs)
        except (RedisError, OSError) as error:
            log.warning("the cache can't be reached: %s", error)
            PatientRedisCache._resting_until = time.monotonic() + REST_SECONDS
            return otherwise

    def get(self, key: Any, default: Any = None, version: Any = None) -> Any:
        return self._patiently("get", default, key, default=default, version=version)

    def add(self, key: Any, value: Any, *args: Any, **kwargs: Any) -> Any:
        return self._patiently("add", True, key, value, *args, **kwargs)

    def set(self, key: Any, value: Any, *args: Any, **kwargs: Any) -> Any:
        return self._patiently("set", None, key, value, *args, **kwargs)

    def touch(self, key: Any, *args: Any, **kwargs: Any) -> Any:
        return self._patiently("touch", False, key, *args, **kwargs)

    def delete(self, key: Any, version: Any = None) -> Any:
        return self._patiently("delete", False, key, version=version)

    def get_many(self, keys: Any, version: Any = None) -> Any:
        return self._patiently("get_many", {}, keys, version=version)

    def has_key(self, key: Any, version: Any = None) -> Any:
        return self._patiently("has_key", False, key, version=version)

    def incr(self, key: Any, delta: int = 1, version: Any = None) -> Any:
        return self._patiently("incr", delta, key, delta=delta, version=version)

    def set_many(self, *args: Any, **kwargs: Any) -> Any:
        return self._patiently("set_many", [], *args, **kwargs)

    def delete_many(self, *args: Any, **kwargs: Any) -> Any:
        return self._patiently("delete_many", None, *args, **kwargs)

    def clear(self) -> Any:
        return self._patiently("clear", False)
