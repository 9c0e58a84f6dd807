"""Drives a project by dagster-dbt: dagster_run.py EXECUTABLE PROJECT SELECTION. Prints what Dagster was told, sorted, one line each.
DbtProject.prepare_if_dev() starts the program that is called dbt on PATH."""
import logging
import pathlib
import sys

logging.disable(logging.CRITICAL)
from dagster import AssetExecutionContext, materialize  # noqa: E402
from dagster_dbt import DbtCliResource, DbtProject, dbt_assets  # noqa: E402


def told(event):
    """What an event says, or None."""
    if event.event_type_value == "ASSET_MATERIALIZATION":
        return f"materialized {event.asset_key.to_user_string()}: {event.materialization.metadata['status'].value}"
    if event.event_type_value == "ASSET_CHECK_EVALUATION":
        check = event.event_specific_data
        rows = check.metadata["dagster_dbt/failed_row_count"].value
        return (f"check {check.asset_key.to_user_string()} {check.check_name}: {'passed' if check.passed else 'failed'}, "
                f"{check.severity.value}, {rows} rows")
    if event.event_type_value == "ASSET_OBSERVATION":
        return f"observed {event.asset_key.to_user_string()}"
    if event.event_type_value == "STEP_FAILURE":
        return f"step failed: {event.event_specific_data.error.cls_name}"
    return None


def main(executable, folder, selection):
    folder = pathlib.Path(folder).resolve()
    resource = DbtCliResource(project_dir=str(folder), profiles_dir=str(folder), dbt_executable=executable)
    project = DbtProject(project_dir=folder)
    project.prepare_if_dev()

    @dbt_assets(manifest=project.manifest_path, select="fqn:*")
    def shop(context: AssetExecutionContext, dbt: DbtCliResource):
        yield from dbt.cli(["build"], context=context).stream()

    chosen = None if selection == "all" else [key for key in shop.keys if key.to_user_string() in selection.split(",")]
    result = materialize([shop], resources={"dbt": resource}, selection=chosen, raise_on_error=False)
    lines = sorted(line for line in map(told, result.all_events) if line)
    print("\n".join(["----", *lines, f"run: {'success' if result.success else 'failure'}"]))


main(*sys.argv[1:])
