"""Fixtures for all tests. What a machine lacks is left out and named at the end; REQUIRE_ALL=1 makes it a failure."""

import os

import pytest
from django.core.cache import cache
from hypothesis import HealthCheck, settings

from tests import servers

MARKERS = {"chromium": "Chromium", "redis": "Redis", "postgresql": "PostgreSQL"}
REQUIRE_ALL = os.environ.get("REQUIRE_ALL") == "1"

# The same examples in every run, and no clock that a busy machine could lose against.
settings.register_profile("all", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("quick", settings.get_profile("all"), max_examples=20)


def need(what):
    """Leave the test out, or fail it, when this machine does not have what it needs."""
    if found := servers.HERE[what]():
        return found
    if REQUIRE_ALL:
        pytest.fail(f"{what} is missing here, and REQUIRE_ALL=1 needs it", pytrace=False)
    pytest.skip(f"{what} is missing here")


def pytest_configure(config):
    """Where the slow tests are left out, properties too are tried on fewer examples."""
    settings.load_profile("quick" if "not slow" in config.option.markexpr else "all")


def pytest_runtest_setup(item):
    for marker, what in MARKERS.items():
        if item.get_closest_marker(marker):
            need(what)


def pytest_terminal_summary(terminalreporter):
    skipped = [str(report.longrepr) for report in terminalreporter.stats.get("skipped", [])]
    for what in MARKERS.values():
        if count := sum(f"{what} is missing here" in reason for reason in skipped):
            terminalreporter.write_line(f"{what} is missing on this machine: {count} tests were left out.", yellow=True)


@pytest.fixture(autouse=True)
def nothing_counted():
    """The brakes count in the cache: no test is braked for what others have asked."""
    cache.clear()


@pytest.fixture(scope="session")
def chromium_path():
    """The browser's program. Mark the test with @pytest.mark.chromium."""
    return need("Chromium")


@pytest.fixture(scope="session")
def redis_url():
    """A real Redis or Valkey, one for the whole run; empty it yourself if it matters."""
    need("Redis")
    with servers.redis_server(appendonly="yes", maxmemory_policy="noeviction") as url:
        yield url


@pytest.fixture(scope="session")
def postgresql_url():
    """A PostgreSQL cluster made for this run; its DATABASE_URL."""
    need("PostgreSQL")
    with servers.postgresql_server() as url:
        yield url


@pytest.fixture
def start_site(tmp_path):
    """Start whole sites as `make run` does: start_site(PORT="0") → tests.servers.Site. All end with the test."""
    need("Redis")
    started = []

    def start(var=tmp_path / "var", **env):
        site = servers.Site(var, **env)
        started.append(site)
        return site.start()

    yield start
    for site in started:
        if site.process.poll() is None:
            site.stop()
