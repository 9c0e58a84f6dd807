#include "dvt/run/tasks/extract.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <unordered_map>

#include "dvt/base/fs/files.h"
#include "dvt/base/text/text.h"
#include "dvt/columnar/c_abi/copy_rows.h"
#include "dvt/run/changes/changes_mover.h"

namespace dvt::run {

using columnar::Array;
using columnar::Stream;

namespace {

constexpr const char* kChangeColumn = "dvt_change";
constexpr const char* kHashColumn = "dvt_row_hash";
constexpr int64_t kBatchRows = 10'000;

std::string Hex(const columnar::RowDigest& hash) {
  std::string text;
  for (const uint8_t byte : hash) text += fmt::format("{:02x}", byte);
  return text;
}

// One extract: the plan that reads the table, and what moves its rows.
class TableExtract {
 public:
  TableExtract(RunContext& run, const ExtractRequest& request) : run_(run), request_(request) {}

  Status Prepare(std::stop_token stop) {
    DVT_ASSIGN(connector_, run_.connections->Get(request_.connection));
    auto described = connector_->Describe(request_.relation, stop);
    if (!described) return std::move(described).error().Within("while looking at " + request_.relation.ToString());
    DVT_TRY(ChooseKey(*described));
    plan::ExtractFragment fragment;
    fragment.connection = request_.connection;
    fragment.relation = request_.relation;
    fragment.sources = {request_.relation.ToString()};
    for (const auto& name : request_.columns) {
      const columnar::Field* column = FindColumn(*described, name);
      if (column == nullptr) return NoColumn(*described, name);
      fragment.select_list.push_back(connector_->Quote(column->name));
    }
    plan_.way = plan::Way::kDirect;
    plan_.extracts.push_back(std::move(fragment));
    DVT_ASSIGN(rows_, PlanMover::Make(plan_, request_.context, *connector_, progress_, stop));
    return {};
  }

  Status PrepareChanges(std::stop_token stop) {
    if (key_.empty()) {
      return Error(ErrorCode::kInvalidArgument,
                   fmt::format("{} has no primary key and no unique index", request_.relation.ToString()))
          .WithHint("name the columns that name a row: --key id, or --key order_id,line");
    }
    ChangeSettings settings;
    settings.key = key_;
    settings.fails_on_new_columns = true;  // other columns: every row counts as new
    ChangePlace place;
    place.state_folder = JoinPath(run_.target_folder, "state");
    place.target = fmt::format("extract of {} from connection '{}'", request_.relation.ToString(), request_.connection);
    place.name = fmt::format("extract.{}.{}.{}", request_.connection, request_.relation.name,
                             Md5Hex(connector_->identity() + place.target).substr(0, 8));
    if (request_.full_refresh) DVT_TRY(RowState(place.state_folder + "/" + place.name).Remove());
    auto made = ChangesMover::Make(std::move(rows_), std::move(settings), std::move(place), request_.context, progress_, stop);
    if (!made) return std::move(made).error();
    changes_ = std::move(*made);
    return {};
  }

  PlanMover& rows() { return changes_ ? changes_->rows() : *rows_; }
  ChangesMover& changes() { return *changes_; }

 private:
  static const columnar::Field* FindColumn(const columnar::TableInfo& table, const std::string& name) {
    if (const auto* exact = table.FindColumn(name)) return exact;
    for (const auto& column : table.columns) {
      if (EqualsIgnoreCase(column.name, name)) return &column;
    }
    return nullptr;
  }

  static Error NoColumn(const columnar::TableInfo& table, const std::string& name) {
    std::vector<std::string> names;
    for (const auto& column : table.columns) names.push_back(column.name);
    return Error(ErrorCode::kNotFound,
                 fmt::format("{} has no column '{}'", table.name.ToString(), name) + "." + DidYouMean(name, names))
        .WithHint("it has: " + Join(names, ", "));
  }

  // The user's, else the primary key, else the first unique index.
  Status ChooseKey(const columnar::TableInfo& table) {
    for (const auto& name : request_.key) {
      const columnar::Field* column = FindColumn(table, name);
      if (column == nullptr) return NoColumn(table, name);
      key_.push_back(column->name);
    }
    for (const bool primary : {true, false}) {
      for (const auto& index : table.indexes) {
        if (key_.empty() && (primary ? index.primary : index.unique)) key_ = index.columns;
      }
    }
    return {};
  }

  RunContext& run_;
  const ExtractRequest& request_;
  std::shared_ptr<connectors::Connector> connector_;
  std::vector<std::string> key_;
  plan::ModelPlan plan_;
  NodeProgress progress_;
  std::unique_ptr<PlanMover> rows_;
  std::unique_ptr<ChangesMover> changes_;
};

Result<int64_t> WriteAll(Stream stream, const ExtractOutput& output) {
  int64_t rows = 0;
  for (;;) {
    DVT_ASSIGN(const Array batch, stream.Next());
    if (!batch.valid()) return rows;
    rows += batch.length();
    DVT_TRY(output.write(batch));
  }
}

Result<int64_t> WriteHashes(ChangesMover& mover, const ExtractOutput& output, std::stop_token stop) {
  columnar::Fields fields = mover.key_fields();
  std::vector<std::string> names;
  for (const auto& field : fields) names.push_back(field.name);
  fields.push_back({kHashColumn, columnar::DataType::String(32), false, {}});
  DVT_TRY(output.begin(fields));
  DVT_ASSIGN(const auto sorted, mover.Hashes(stop));
  CheckedRows checked(*sorted, names);
  columnar::BatchBuilder builder(fields);
  std::vector<size_t> positions(names.size());
  std::iota(positions.begin(), positions.end(), size_t{0});
  KeyRow row;
  int64_t rows = 0;
  for (bool more = true; more;) {
    DVT_ASSIGN(more, checked.Next(row));
    if (more) {
      if (!AppendKey(builder, row.key, positions)) return Error(ErrorCode::kInternal, "a key cannot be read back");
      builder.column(static_cast<int>(names.size())).AppendBytes(Hex(row.hash));
    }
    if (builder.rows() < (more ? kBatchRows : 1)) continue;
    const Array batch = builder.Finish();
    rows += batch.length();
    DVT_TRY(output.write(batch));
  }
  return rows;
}

// What happened to each touched key, by a number that two keys hardly ever share.
Result<std::unordered_map<uint64_t, Touch>> ReadTouches(RowSpool& touched) {
  std::unordered_map<uint64_t, Touch> touches;
  DVT_TRY(touched.Rewind());
  KeyRow row;
  for (;;) {
    DVT_ASSIGN(const bool more, touched.Next(row));
    if (!more) return touches;
    touches.emplace(std::hash<std::string_view>()(row.key), static_cast<Touch>(row.hash[0]));
  }
}

Result<int64_t> WriteTouched(ChangesMover& mover, const columnar::Fields& fields, const ExtractOutput& output,
                             std::stop_token stop) {
  DVT_ASSIGN(const auto touches, ReadTouches(*mover.changes().touched));
  if (touches.empty()) return 0;
  LocalHashing hashing(mover.fields(), mover.key());
  columnar::BatchBuilder builder(fields);
  DVT_ASSIGN(Stream stream, mover.TouchedRows(stop));
  int64_t rows = 0;
  for (;;) {
    DVT_ASSIGN(const Array batch, stream.Next());
    if (!batch.valid()) return rows;
    const auto columns = columnar::BatchColumns(batch.get(), mover.fields());
    hashing.ForEachKey(batch, [&](int64_t row, const std::string& key) {
      const auto found = touches.find(std::hash<std::string_view>()(key));
      if (found == touches.end()) return;
      builder.column(0).AppendBytes(found->second == Touch::kInserted ? "inserted" : "changed");
      for (size_t i = 0; i < columns.size(); ++i) columnar::AppendCopy(builder.column(static_cast<int>(i) + 1), columns[i], row);
    });
    if (builder.rows() == 0) continue;
    const Array chosen = builder.Finish();
    rows += chosen.length();
    DVT_TRY(output.write(chosen));
  }
}

// Rows of which only the key is known.
Result<int64_t> WriteDeleted(ChangesMover& mover, const columnar::Fields& fields, const ExtractOutput& output) {
  columnar::BatchBuilder builder(fields);
  std::vector<size_t> key = mover.key();
  for (size_t& position : key) ++position;  // behind the change
  RowSpool& gone = *mover.changes().gone;
  DVT_TRY(gone.Rewind());
  KeyRow row;
  int64_t rows = 0;
  for (bool more = true; more;) {
    DVT_ASSIGN(more, gone.Next(row));
    if (more) {
      builder.column(0).AppendBytes("deleted");
      if (!AppendKey(builder, row.key, key)) return Error(ErrorCode::kInternal, "a key cannot be read back");
      for (size_t i = 1; i < fields.size(); ++i) {
        if (std::find(key.begin(), key.end(), i) == key.end()) builder.column(static_cast<int>(i)).AppendNull();
      }
    }
    if (builder.rows() < (more ? kBatchRows : 1)) continue;
    const Array batch = builder.Finish();
    rows += batch.length();
    DVT_TRY(output.write(batch));
  }
  return rows;
}

Result<int64_t> WriteChanges(ChangesMover& mover, const ExtractOutput& output, std::stop_token stop) {
  DVT_TRY(mover.Find(false, stop));
  columnar::Fields fields = {{kChangeColumn, columnar::TypeKind::kString, false, {}}};
  fields.insert(fields.end(), mover.fields().begin(), mover.fields().end());
  for (auto& field : fields) field.nullable = true;
  DVT_TRY(output.begin(fields));
  DVT_ASSIGN(const int64_t touched, WriteTouched(mover, fields, output, stop));
  DVT_ASSIGN(const int64_t deleted, WriteDeleted(mover, fields, output));
  return touched + deleted;
}

}  // namespace

Result<std::pair<std::string, columnar::RelationName>> ParseExtractName(const std::string& name) {
  const auto parts = Split(name, '.');
  const bool whole = std::none_of(parts.begin(), parts.end(), [](const auto& part) { return part.empty(); });
  if (parts.size() < 2 || parts.size() > 4 || !whole) {
    return Error(ErrorCode::kInvalidArgument, fmt::format("'{}' names no table of a connection", name))
        .WithHint("write connection.schema.table, or connection.table; connections are the outputs of profiles.yml");
  }
  columnar::RelationName relation;
  relation.name = parts.back();
  if (parts.size() > 2) relation.schema = parts[parts.size() - 2];
  if (parts.size() > 3) relation.database = parts[1];
  return std::pair(parts[0], relation);
}

Result<ExtractReport> RunExtract(RunContext& run, const ExtractRequest& request, const ExtractOutput& output,
                                 std::stop_token stop) {
  TableExtract extract(run, request);
  DVT_TRY(extract.Prepare(stop));
  ExtractReport report;
  if (request.kind == ExtractKind::kRows) {
    DVT_TRY(output.begin(extract.rows().fields()));
    DVT_ASSIGN(Stream stream, extract.rows().transfer().Open(stop));
    DVT_ASSIGN(report.rows, WriteAll(std::move(stream), output));
    DVT_TRY(output.finish());
    return report;
  }
  DVT_TRY(extract.PrepareChanges(stop));
  ChangesMover& mover = extract.changes();
  report.hashed_by = mover.why_here();
  if (request.kind == ExtractKind::kHashes) {
    DVT_ASSIGN(report.rows, WriteHashes(mover, output, stop));
    DVT_TRY(output.finish());
    return report;
  }
  DVT_ASSIGN(report.rows, WriteChanges(mover, output, stop));
  report.counts = mover.found().counts;
  DVT_TRY(output.finish());
  DVT_TRY(mover.Confirm());
  return report;
}

}  // namespace dvt::run
