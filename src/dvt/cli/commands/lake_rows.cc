#include <fmt/format.h>

#include <charconv>

#include "dvt/base/text/text.h"
#include "dvt/cli/commands/lake_verbs.h"
#include "dvt/cli/ui/result_table.h"
#include "dvt/lake/data/local_rows.h"
#include "dvt/lake/table/row_change.h"

namespace dvt::cli {

namespace {

constexpr long long kPreviewRows = 20;

Result<lake::ScanOptions> ScanOf(const LakeOptions& options) {
  lake::ScanOptions scan;
  scan.columns = options.columns;
  scan.ref = options.ref;
  scan.limit = options.limit;
  scan.threads = options.threads;
  if (!options.where.empty()) {
    DVT_ASSIGN(scan.filter, lake::Filter::Parse(options.where));
  }
  const int moments = !options.snapshot.empty() + !options.as_of.empty() + !options.ref.empty();
  if (moments > 1) return Error(ErrorCode::kInvalidArgument, "give one of --snapshot, --as-of and --ref");
  if (!options.snapshot.empty()) {
    DVT_ASSIGN(scan.snapshot_id, LakeSnapshotId(options.snapshot));
  }
  if (!options.as_of.empty()) {
    DVT_ASSIGN(scan.timestamp_ms, LakeMoment("--as-of", options.as_of));
  }
  return scan;
}

// JSON lines as they come.
Status PrintJsonLines(columnar::Stream rows) {
  std::vector<lake::TextColumn> columns;
  std::string line;
  return lake::PrintRows(
      std::move(rows), true, [&](const auto& given) { columns = given; },
      [&](const std::vector<std::string>& cells) {
        line = "{";
        for (size_t i = 0; i < cells.size(); ++i) {
          if (i > 0) line += ", ";
          AppendJsonString(line, columns[i].name);
          line += ": " + cells[i];
        }
        std::printf("%s}\n", line.c_str());
      });
}

Status PrintTable(columnar::Stream rows) {
  std::vector<std::string> header;
  std::vector<bool> right;
  std::vector<std::vector<std::string>> lines;
  DVT_TRY(lake::PrintRows(
      std::move(rows), false,
      [&](const auto& columns) {
        for (const auto& column : columns) {
          header.push_back(column.name);
          right.push_back(column.numeric);
        }
      },
      [&](const std::vector<std::string>& cells) { lines.push_back(cells); }));
  std::printf("%s(%zu row%s)\n", ResultTable(header, lines, right).c_str(), lines.size(), lines.size() == 1 ? "" : "s");
  return {};
}

std::string When(int64_t ms) { return lake::LiteralText(lake::TypeId::kTimestampTz, lake::Literal::Int(ms * 1000)); }

lake::AppendOptions AppendOf(const LakeOptions& options) {
  lake::AppendOptions append;
  append.evolve_schema = !options.no_evolution;
  append.branch = options.branch;
  append.create_branch = options.create_branch;
  return append;
}

int PrintOutcome(const LakeCall& call, const lake::WriteOutcome& outcome) {
  return LakePrintOutcome(call, outcome.rows, outcome.rows_removed, outcome.files, outcome.bytes, outcome.snapshot_id);
}

}  // namespace

Result<int64_t> LakeMoment(const std::string& option, const std::string& text) {
  auto moment = lake::ParseLiteral(lake::TypeId::kTimestampTz, text);
  if (!moment)
    return Error(ErrorCode::kInvalidArgument,
                 fmt::format("{} must be a moment such as '2024-01-31 12:00', not '{}'", option, text));
  return lake::FloorDiv(moment->as_int(), 1000);
}

Result<int64_t> LakeSnapshotId(const std::string& text) {
  int64_t id = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), id);
  if (read.ec != std::errc() || read.ptr != text.data() + text.size())
    return Error(ErrorCode::kInvalidArgument, fmt::format("'{}' is no snapshot id", text));
  return id;
}

int LakePrintOutcome(const LakeCall& call, int64_t rows, int64_t removed, int64_t files, int64_t bytes,
                     std::optional<int64_t> snapshot_id) {
  Value json = Value::MakeMap();
  json.Set("rows", rows);
  json.Set("rows_removed", removed);
  json.Set("files", files);
  json.Set("bytes", bytes);
  json.Set("snapshot_id", snapshot_id ? Value(*snapshot_id) : Value());
  std::string text =
      fmt::format("{} rows written in {} files ({}), {} removed", rows, files, HumanBytes(static_cast<double>(bytes)), removed);
  text += snapshot_id ? fmt::format(", snapshot {}", *snapshot_id) : ", nothing to commit";
  call.Print(json, text);
  return 0;
}

Result<int> LakeScan(LakeCall& call) {
  DVT_ASSIGN(lake::ScanOptions scan, ScanOf(call.options));
  const bool text = call.options.file.empty() && call.options.output == "text";
  if (text && scan.limit < 0) scan.limit = kPreviewRows;
  DVT_ASSIGN(const auto table, call.OpenTable());
  DVT_ASSIGN(auto rows, table.Scan(scan, call.stop));
  if (call.options.file.empty()) {
    DVT_TRY(text ? PrintTable(std::move(rows)) : PrintJsonLines(std::move(rows)));
    return 0;
  }
  DVT_ASSIGN(const int64_t count, lake::WriteLocalRows(std::move(rows), call.options.file));
  if (call.options.file != "-") std::printf("%lld rows\n", static_cast<long long>(count));
  return 0;
}

Result<int> LakeFiles(LakeCall& call) {
  DVT_ASSIGN(const lake::ScanOptions scan, ScanOf(call.options));
  DVT_ASSIGN(const auto table, call.OpenTable());
  DVT_ASSIGN(const auto plan, table.Plan(scan, call.stop));
  Value json = Value::MakeMap();
  json.Set("snapshot_id", plan.snapshot_id ? Value(*plan.snapshot_id) : Value());
  json.Set("manifests", plan.manifests);
  json.Set("manifests_skipped", plan.manifests_skipped);
  json.Set("files_skipped", plan.files_skipped);
  Value& files = json.Set("files", Value::MakeList());
  std::vector<std::vector<std::string>> lines;
  for (const auto& task : plan.tasks) {
    const lake::PartitionSpec* spec = table.metadata().FindSpec(task.file.spec_id);
    const std::string partition = spec != nullptr ? lake::PartitionPath(*spec, plan.schema, task.file.partition) : std::string();
    Value file = Value::MakeMap();
    file.Set("path", task.file.path);
    file.Set("partition", partition);
    file.Set("rows", task.file.record_count);
    file.Set("bytes", task.file.file_size);
    file.Set("delete_files", static_cast<int64_t>(task.deletes.size()));
    files.Push(std::move(file));
    lines.push_back({task.file.path, partition, std::to_string(task.file.record_count),
                     HumanBytes(static_cast<double>(task.file.file_size)), std::to_string(task.deletes.size())});
  }
  const std::string text =
      ResultTable({"file", "partition", "rows", "size", "delete files"}, lines, {false, false, true, true, true}, 120);
  call.Print(json, text + fmt::format("({} files, {} passed over; {} of {} manifests passed over)\n", lines.size(),
                                      plan.files_skipped, plan.manifests_skipped, plan.manifests));
  return 0;
}

Result<int> LakeHistory(LakeCall& call) {
  DVT_ASSIGN(const auto table, call.OpenTable());
  Value json = Value::MakeList();
  std::vector<std::vector<std::string>> lines;
  for (const auto& snapshot : table.metadata().snapshots) {
    std::string refs;
    for (const auto& [name, ref] : table.metadata().refs)
      if (ref.snapshot_id == snapshot.id) refs += (refs.empty() ? "" : ", ") + name;
    Value each = Value::MakeMap();
    each.Set("snapshot_id", snapshot.id);
    each.Set("parent_id", snapshot.parent_id ? Value(*snapshot.parent_id) : Value());
    each.Set("at", When(snapshot.timestamp_ms));
    each.Set("operation", snapshot.operation());
    each.Set("refs", refs);
    Value& summary = each.Set("summary", Value::MakeMap());
    for (const auto& [key, value] : snapshot.summary) summary.Set(key, value);
    json.Push(std::move(each));
    const auto rows = snapshot.summary.find("total-records");
    lines.push_back({std::to_string(snapshot.id), When(snapshot.timestamp_ms), snapshot.operation(),
                     rows != snapshot.summary.end() ? rows->second : "", refs});
  }
  call.Print(json, ResultTable({"snapshot", "at", "operation", "rows", "refs"}, lines, {true, false, false, true, false}));
  return 0;
}

Result<int> LakeAppend(LakeCall& call) {
  DVT_ASSIGN(const auto identifier, lake::TableIdentifier::Parse(call.options.name));
  DVT_ASSIGN(auto rows, lake::OpenLocalRows(call.options.other));
  DVT_ASSIGN(const auto catalog, call.Catalog());
  auto loaded = catalog->LoadTable(identifier, call.stop);
  if (!loaded && loaded.error().code() == ErrorCode::kNotFound && call.options.create) {
    lake::NewTable what;
    DVT_ASSIGN(what.schema, lake::SchemaOfStream(rows));
    DVT_ASSIGN(what.spec, lake::ParsePartitionSpec(call.options.partition_by, what.schema));
    DVT_ASSIGN(what.order, lake::ParseSortOrder(call.options.sort_by, what.schema));
    loaded = catalog->CreateTableIfMissing(identifier, what, call.stop);
  }
  if (!loaded) return std::move(loaded).error();
  DVT_ASSIGN(auto table, lake::Table::Of(catalog, *std::move(loaded)));
  DVT_ASSIGN(const auto outcome, lake::Append(table, std::move(rows), AppendOf(call.options), call.stop));
  return PrintOutcome(call, outcome);
}

Result<int> LakeOverwrite(LakeCall& call) {
  lake::ReplaceOptions replace;
  replace.append = AppendOf(call.options);
  if (call.options.partitions && !call.options.where.empty())
    return Error(ErrorCode::kInvalidArgument, "give --where or --partitions, not both");
  if (call.options.partitions) replace.what = lake::Replaces::kPartitions;
  if (!call.options.where.empty()) {
    replace.what = lake::Replaces::kFiltered;
    DVT_ASSIGN(replace.filter, lake::Filter::Parse(call.options.where));
  }
  DVT_ASSIGN(auto rows, lake::OpenLocalRows(call.options.other));
  DVT_ASSIGN(auto table, call.OpenTable());
  DVT_ASSIGN(const auto outcome, lake::Replace(table, std::move(rows), replace, call.stop));
  return PrintOutcome(call, outcome);
}

Result<int> LakeUpsert(LakeCall& call) {
  lake::ReplaceOptions replace;
  replace.append = AppendOf(call.options);
  replace.what = lake::Replaces::kKeys;
  replace.keys = call.options.keys;
  DVT_ASSIGN(auto rows, lake::OpenLocalRows(call.options.other));
  DVT_ASSIGN(auto table, call.OpenTable());
  DVT_ASSIGN(const auto outcome, lake::Replace(table, std::move(rows), replace, call.stop));
  return PrintOutcome(call, outcome);
}

Result<int> LakeDelete(LakeCall& call) {
  DVT_ASSIGN(const auto filter, lake::Filter::Parse(call.options.where));
  DVT_ASSIGN(auto table, call.OpenTable());
  DVT_ASSIGN(const auto outcome, lake::Delete(table, filter, AppendOf(call.options), call.stop));
  return PrintOutcome(call, outcome);
}

}  // namespace dvt::cli
