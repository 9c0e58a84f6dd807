#include "dvt/lake/table/append.h"

#include <arrow/array.h>
#include <arrow/c/bridge.h>
#include <fmt/format.h>

#include "dvt/base/text/text.h"
#include "dvt/lake/data/row_filter_arrow.h"
#include "dvt/lake/data/types_arrow.h"
#include "dvt/lake/iceberg/evolution.h"
#include "dvt/lake/storage/file_store_arrow.h"
#include "dvt/lake/table/row_change_internal.h"
#include "dvt/lake/table/row_intake_internal.h"
#include "dvt/lake/table/span_internal.h"

namespace dvt::lake {

Result<Schema> SchemaOfStream(columnar::Stream& rows) {
  ArrowArrayStream raw = rows.Take();
  ArrowSchema schema;
  schema.release = nullptr;
  const int failed = raw.get_schema(&raw, &schema);
  rows = columnar::Stream(raw);
  if (failed != 0) return Error(ErrorCode::kData, "the rows to write have no schema");
  auto imported = arrow::ImportSchema(&schema);
  if (!imported.ok()) return StorageError(imported.status(), "the rows to write");
  DVT_TRY(CheckNames((*imported)->fields()));
  Schema out;
  DVT_ASSIGN(out.fields, FieldsOfArrow(**imported));
  return out;
}

namespace {

// The columns whose values make a row's key.
Result<std::vector<NestedField>> KeyFields(const Table& table, const Schema& schema, const std::vector<std::string>& names) {
  std::vector<NestedField> fields;
  for (const auto& name : names) {
    const NestedField* field = schema.Find(name);
    if (field == nullptr) field = schema.Find(name, true);
    if (field == nullptr || field->type.is_nested())
      return Error(ErrorCode::kNotFound,
                   fmt::format("the table has no column '{}' that could be a key.{}", name, DidYouMean(name, schema.Names())));
    fields.push_back(*field);
  }
  for (const int id : names.empty() ? schema.identifier_ids : std::vector<int>())
    if (const NestedField* field = schema.Find(id)) fields.push_back(*field);
  if (fields.empty())
    return Error(ErrorCode::kInvalidArgument,
                 fmt::format("rows of {} cannot be matched: it has no identifier columns", table.identifier().ToString()))
        .WithHint("name the columns of the key");
  return fields;
}

Result<WriteOutcome> ReplaceRows(Table& table, columnar::Stream rows, const ReplaceOptions& options, const TableLayout* layout,
                                 std::stop_token stop) {
  DVT_ASSIGN(RowIntake intake, RowIntake::Open(table, std::move(rows), options.append, layout));
  RowChange row_change(table, options, intake.schema());
  std::shared_ptr<KeySet> keys;
  std::function<Status(const arrow::RecordBatch&)> seen;
  if (options.what == Replaces::kKeys) {
    DVT_ASSIGN(auto fields, KeyFields(table, intake.schema(), options.keys));
    keys = std::make_shared<KeySet>(std::move(fields), KeySet::Options{options.keys_may_repeat, options.null_keys_match});
    seen = [&](const arrow::RecordBatch& batch) { return keys->Add(batch, intake.schema().fields); };
  }
  DVT_ASSIGN(auto files, intake.Read(seen, stop));
  if (auto closed = keys != nullptr ? keys->Close() : Status(); !closed) {
    std::vector<std::string> paths;
    for (const auto& file : files) paths.push_back(file.path);
    (void)table.store().Remove(paths).has_value();
    return std::move(closed).error();
  }
  row_change.SetFresh(std::move(files));
  row_change.SetKeys(std::move(keys));
  row_change.SetLayout(std::move(intake.change()));
  return row_change.Run(stop);
}

Result<WriteOutcome> AppendRows(Table& table, columnar::Stream rows, const AppendOptions& options, bool creates,
                                std::stop_token stop) {
  DVT_ASSIGN(RowIntake intake, RowIntake::Open(table, std::move(rows), options));
  SnapshotChange& change = intake.change();
  change.branch = options.branch;
  change.summary = options.summary;
  change.creates = creates;
  DVT_ASSIGN(change.added, intake.Read({}, stop));
  WriteOutcome outcome;
  outcome.rows = intake.rows();
  outcome.files = static_cast<int64_t>(change.added.size());
  for (const auto& file : change.added) outcome.bytes += file.file_size;
  if (change.added.empty() && !change.schema && change.properties.empty() && !creates) return outcome;
  DVT_ASSIGN(outcome.snapshot_id, CommitSnapshot(table, change, stop));
  return outcome;
}

// Some catalogs make tables only at once.
bool RefusesStaging(const Error& error) {
  if (error.code() == ErrorCode::kUnsupported) return true;
  return error.code() == ErrorCode::kInvalidArgument && ToLower(error.message()).find("stage") != std::string::npos;
}

}  // namespace

Result<WriteOutcome> Replace(Table& table, columnar::Stream rows, const ReplaceOptions& options, std::stop_token stop) {
  const char* operation = options.what == Replaces::kKeys ? "iceberg.upsert" : "iceberg.overwrite";
  return Told(operation, table.identifier(), options.append,
              [&] { return ReplaceRows(table, std::move(rows), options, nullptr, stop); });
}

Result<WriteOutcome> Rebuild(Table& table, columnar::Stream rows, const TableLayout& layout, const AppendOptions& options,
                             std::stop_token stop) {
  ReplaceOptions replace;
  replace.append = options;
  return Told("iceberg.overwrite", table.identifier(), options,
              [&] { return ReplaceRows(table, std::move(rows), replace, &layout, stop); });
}

Result<WriteOutcome> Append(Table& table, columnar::Stream rows, const AppendOptions& options, std::stop_token stop) {
  return Told("iceberg.append", table.identifier(), options,
              [&] { return AppendRows(table, std::move(rows), options, false, stop); });
}

Result<WriteOutcome> CreateFrom(const std::shared_ptr<RestCatalog>& catalog, const TableIdentifier& identifier,
                                columnar::Stream rows, const TableLayout& layout, const AppendOptions& options,
                                std::stop_token stop) {
  NewTable what;
  DVT_ASSIGN(what.schema, SchemaOfStream(rows));
  DVT_ASSIGN(what.spec, ParsePartitionSpec(layout.partition_by, what.schema));
  DVT_ASSIGN(what.order, ParseSortOrder(layout.sorted_by, what.schema));
  what.properties = layout.properties;
  for (const auto& [key, value] : options.properties) what.properties[key] = value;
  (void)SetDocs(what.schema, options.docs);
  what.staged = true;
  auto loaded = catalog->CreateTable(identifier, what, stop);
  if (!loaded && RefusesStaging(loaded.error())) {
    what.staged = false;
    loaded = catalog->CreateTable(identifier, what, stop);
  }
  if (!loaded) return std::move(loaded).error();
  DVT_ASSIGN(Table table, Table::Of(catalog, *std::move(loaded)));
  auto written =
      Told("iceberg.append", identifier, options, [&] { return AppendRows(table, std::move(rows), options, what.staged, stop); });
  // An empty table that somebody else may use by now is left to them.
  if (!written && !what.staged && written.error().code() != ErrorCode::kStartOver && table.Refresh({}) &&
      table.metadata().snapshots.empty())
    (void)catalog->DropTable(identifier, false, {}).has_value();
  return written;
}

}  // namespace dvt::lake
