"""What the base classes need to know of each database, and which of them cannot be asked of a program."""

import pytest
from dbt.tests.adapter.basic.expected_catalog import base_expected_catalog, expected_references_catalog, no_stats
from dbt.tests.adapter.materialized_view.files import MY_TABLE, MY_VIEW
from dbt.tests.adapter.simple_seed import seeds
from dbt.tests.util import get_model_file, set_model_file

import server

database = "postgres"  # --database

_PYTHON_OBJECT = "asks a method of dbt's adapter class in the test's own process"
_FOR_SUBCLASSES = "only a base of others: fixtures or expectations are left open"
_OTHER_SYSTEMS = "for systems other than PostgreSQL and DuckDB"

_NOT_OURS = {
    "BaseValidateConnection": _PYTHON_OBJECT,
    "BaseValidateSqlMethod": _PYTHON_OBJECT,
    "BaseCalculateFreshnessMethod": _PYTHON_OBJECT,
    "BaseGetCatalogForSingleRelation": _PYTHON_OBJECT,
    "BaseCatalogIntegrationValidation": _PYTHON_OBJECT,
    "BaseCachingTest": _PYTHON_OBJECT,
    "BaseCachingLowercaseModel": _PYTHON_OBJECT,
    "BaseCachingUppercaseModel": _PYTHON_OBJECT,
    "BaseCachingSelectedSchemaOnly": _PYTHON_OBJECT,
    "BaseNoPopulateCache": _PYTHON_OBJECT,
    "BaseArrayUtils": _FOR_SUBCLASSES,
    "BaseDataTypeMacro": _FOR_SUBCLASSES,
    "BaseConstraintsColumnsEqual": _FOR_SUBCLASSES,
    "BaseContractSqlHeader": _FOR_SUBCLASSES,
    "BaseCurrentTimestampNaive": _OTHER_SYSTEMS,
    "BaseEscapeSingleQuotesBackslash": _OTHER_SYSTEMS,
    "BasePySparkTests": _OTHER_SYSTEMS,
    "BaseClonePossible": _OTHER_SYSTEMS,
    "UDAFBase": _FOR_SUBCLASSES,
    "JSUDFMultiLineBody": _OTHER_SYSTEMS,
    "MaterializedViewChanges": _FOR_SUBCLASSES,
}

_NOT_OURS_BY_DATABASE = {
    "postgres": {
        "BasicSQLUDAF": _OTHER_SYSTEMS,
        "MetadataWithEmptyFlag": _OTHER_SYSTEMS,
    },
    "duckdb": {
        "BasePostgresColumnTypes": _OTHER_SYSTEMS,
        "BaseDebugPostgres": _OTHER_SYSTEMS,
        "BaseDebugInvalidProjectPostgres": _OTHER_SYSTEMS,
        "MetadataWithEmptyFlag": _OTHER_SYSTEMS,
        "MaterializedViewBasic": "DuckDB has no materialized views",
        "MaterializedViewChangesApplyMixin": "DuckDB has no materialized views",
        "MaterializedViewChangesContinueMixin": "DuckDB has no materialized views",
        "MaterializedViewChangesFailMixin": "DuckDB has no materialized views",
        "CatalogRelationTypes": "DuckDB has no materialized views",
        "BaseModelGrants": "DuckDB has no grants",
        "BaseIncrementalGrants": "DuckDB has no grants",
        "BaseInvalidGrants": "DuckDB has no grants",
        "BaseSeedGrants": "DuckDB has no grants",
        "BaseSnapshotGrants": "DuckDB has no grants",
    },
}


# What dbt-core 1.12 itself does not pass with dbt-duckdb 1.11, or with dbt-postgres 1.11: expectations of another system.
_DBT_FAILS = {
    "postgres": ["PythonUDFSupported", "PythonUDFDefault", "PythonUDFVolatility", "PythonUDFWith", "PythonUDFRuntime",
                 "PythonUDFEntry", "PythonUDAF", "BasePython"],
    "duckdb": [
        "BaseTableConstraintsColumnsEqual.test__constraints_wrong_column_data_types",
        "BaseViewConstraintsColumnsEqual.test__constraints_wrong_column_data_types",
        "BaseIncrementalConstraintsColumnsEqual.test__constraints_wrong_column_data_types",
        "BaseConstraintsRollback", "BaseIncrementalConstraintsRollback", "BaseEphemeralMulti", "BaseEphemeralNested",
        "DeterministicUDF", "StableUDF", "PythonUDFSupported", "PythonUDFDefault", "PythonUDFVolatility", "PythonUDFWith", "UDAF",
        "FindScalarFunction",
        "BasePrePostModelHooks.test_pre_and_post_run_hooks", "BaseHookRefs", "BasePrePostModelHooksInConfig", "BasePrePostRunHooks",
        "BaseMicrobatch", "BasePythonIncremental", "BasePythonMetaGet", "BasePythonEmpty", "BasePythonSample", "SimpleCopyBase.test_simple_copy_with_materialized_views",
        "BaseSimpleCopyUppercase", "BaseSampleModeTest", "BaseBasicSeedTests.test_simple_seed_full_refresh_flag",
        "BaseSeedConfigFullRefreshOn", "BaseSimpleSeedColumnOverride", "BaseTypeFloat",
        "BaseGetIntervalsBetween", "BaseCurrentTimestamps",
    ],
}  # fmt: skip


def dbt_fails(cls, test):
    """Whether dbt itself fails this test on this database."""
    name = f"{cls}.{test}"
    return any(name == each or name.startswith(each + ".") or ("." not in each and each in cls) for each in _DBT_FAILS[database])


def not_ours(cls):
    """Why a class is left out, or nothing."""
    if cls.__name__.startswith(("JSUDF", "JSAggregate", "BasicJS")):
        return _OTHER_SYSTEMS
    return _NOT_OURS.get(cls.__name__) or _NOT_OURS_BY_DATABASE[database].get(cls.__name__)


def fixture(make):
    return pytest.fixture(scope="class")(make)


_INDEXED_VIEW = """
{{ config(materialized='materialized_view', indexes=[{'columns': ['id']}]) }}
select * from {{ ref('my_seed') }}
"""


class PostgresViews:
    """Materialized views of PostgreSQL: what of them can change is their indexes."""

    @pytest.fixture(scope="class", autouse=True)
    def models(self):
        yield {"my_table.sql": MY_TABLE, "my_view.sql": MY_VIEW, "my_materialized_view.sql": _INDEXED_VIEW}

    @staticmethod
    def insert_record(project, table, record):
        project.run_sql(f"insert into {table} (id, value) values ({record[0]}, {record[1]})")

    @staticmethod
    def refresh_materialized_view(project, materialized_view):
        project.run_sql(f"refresh materialized view {materialized_view}")

    @staticmethod
    def query_row_count(project, relation):
        return project.run_sql(f"select count(*) from {relation}", fetch="one")[0]

    @staticmethod
    def query_relation_type(project, relation):
        kinds = {"r": "table", "v": "view", "m": "materialized_view"}
        found = project.run_sql(
            f"select relkind from pg_class where relname = '{relation.identifier}'"
            f" and relnamespace = '{relation.schema}'::regnamespace",
            fetch="one",
        )
        return kinds[found[0]] if found else None

    @staticmethod
    def indexed_columns(project, relation):
        rows = project.run_sql(
            f"select indexdef from pg_indexes where schemaname = '{relation.schema}' and tablename = '{relation.identifier}'",
            fetch="all",
        )
        return [row[0].split("(")[1].rstrip(")") for row in rows]

    @classmethod
    def check_start_state(cls, project, materialized_view):
        assert cls.indexed_columns(project, materialized_view) == ["id"]

    @staticmethod
    def change_config_via_alter(project, materialized_view):
        text = get_model_file(project, materialized_view)
        set_model_file(project, materialized_view, text.replace("['id']", "['value']"))

    @classmethod
    def check_state_alter_change_is_applied(cls, project, materialized_view):
        assert cls.indexed_columns(project, materialized_view) == ["value"]

    @pytest.mark.skip("no setting of a materialized view in PostgreSQL needs it made anew")
    def test_change_is_applied_via_replace(self):
        pass

    @pytest.mark.skip("no setting of a materialized view in PostgreSQL needs it made anew")
    def test_change_is_not_applied_via_replace(self):
        pass


def _duckdb_catalog(expected):
    def expected_catalog(self, project):
        types = {"id_type": "INTEGER", "text_type": "VARCHAR", "time_type": "TIMESTAMP"}
        if expected is expected_references_catalog:
            types["bigint_type"] = "BIGINT"
        return expected(project, role=None, view_type="VIEW", table_type="BASE TABLE", model_stats=no_stats(), **types)

    return {"expected_catalog": fixture(expected_catalog)}


def _seed_with_mark(self, project):
    project.run_sql(seeds.seeds__expected_sql)
    (project.project_root / "seeds" / "seed_bom.csv").write_text("\ufeff" + seeds.seed__actual_csv.lstrip(), encoding="utf-8")


_MARKED = {"BaseSimpleSeedWithBOM": {"setUp": pytest.fixture(scope="class", autouse=True)(_seed_with_mark)}}

_MEMBERS = {
    "postgres": {
        **_MARKED,
        "SqlUDFDefaultArgSupport": {"expect_default_arg_support": True},  # as dbt-postgres says of itself
        "BaseSimpleCopyUppercase": {"dbt_profile_target": fixture(lambda self: server.target("dbtMixedCase"))},
    },
    "duckdb": {
        **_MARKED,
        "BaseDocsGenerate": _duckdb_catalog(base_expected_catalog),
        "BaseDocsGenReferences": _duckdb_catalog(expected_references_catalog),
    },
}


def bases(cls):
    """The classes to derive from."""
    if cls.__module__.startswith("dbt.tests.adapter.materialized_view"):
        from dbt.tests.adapter.materialized_view.changes import MaterializedViewChanges

        return (PostgresViews, cls) if cls.__name__ == "MaterializedViewBasic" else (PostgresViews, cls, MaterializedViewChanges)
    return (cls,)


def members(cls):
    """What the class says of this database."""
    return _MEMBERS[database].get(cls.__name__, {})
