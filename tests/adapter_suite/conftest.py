"""Runs the classes of dbt-tests-adapter through the program. See README.md."""

import os
import pathlib

import dbt.cli.main
import pytest

import dvt_runner

if dvt_runner.PROGRAM != "dbt":  # with DVT_PROGRAM=dbt the suite says which classes dbt itself passes
    dbt.cli.main.dbtRunner = dvt_runner.DvtRunner  # before anything imports it by name

import server  # noqa: E402
import settings  # noqa: E402

os.environ.update(server.GRANTEES)
pytest_plugins = ["dbt.tests.fixtures.project"]


def pytest_addoption(parser):
    parser.addoption("--database", choices=("postgres", "duckdb"), default="postgres")


def pytest_configure(config):
    settings.database = config.getoption("--database")


def pytest_collection_modifyitems(config, items):
    kept, left = [], []
    for item in items:
        (left if settings.dbt_fails(item.cls.__name__.split("_")[-1], item.originalname) else kept).append(item)
    if dvt_runner.PROGRAM != "dbt":
        items[:] = kept
        config.hook.pytest_deselected(items=left)


@pytest.fixture(scope="class")
def dbt_profile_target(request, tmp_path_factory):
    if request.config.getoption("--database") == "duckdb":
        return {"type": "duckdb", "threads": 4, "path": str(tmp_path_factory.mktemp("database") / "suite.duckdb")}
    return server.target("dbt")


@pytest.fixture(scope="class")
def unique_schema(request, prefix):
    """Named after the module of the base class, as some expectations are."""
    base = next(cls for cls in request.cls.__mro__ if cls.__module__.startswith("dbt.tests.adapter"))
    return f"{prefix}_{base.__module__.split('.')[-1]}"


@pytest.fixture(scope="class")
def test_data_dir(request, tmp_path_factory):
    """The tables of the hooks' tests; other tests make the folder themselves."""
    hooks = "hooks" in request.cls.__name__
    return pathlib.Path(__file__).parent / "data" if hooks else tmp_path_factory.mktemp("data") / "new"
