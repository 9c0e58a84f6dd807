#include "dvt/run/changes/hashed_query.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <unordered_set>

#include "dvt/base/text/text.h"
#include "dvt/columnar/hash/value_encoder.h"

namespace dvt::run {

namespace {

using columnar::Array;
using columnar::Stream;
using columnar::TypeKind;
using connectors::HashedColumn;

constexpr size_t kKeysAtATime = 5'000;
constexpr size_t kScannedKeysAtATime = 50'000;  // where each query reads the whole table
constexpr size_t kKeyBytesAtATime = 400'000;
constexpr int64_t kMostScans = 4;

// The expression behind an entry of a select list, if it is a plain column.
std::optional<std::string> PlainColumn(const HashedQuery& query, const std::string& entry, const std::string& name) {
  const std::string quoted = query.connector->Quote(name), alias = query.rows.alias + ".";
  if (entry == quoted || entry == name || entry == alias + quoted || entry == alias + name) return entry;
  return std::nullopt;
}

// The rows' columns as expressions over the relation, or nothing if the select list computes.
std::optional<std::vector<HashedColumn>> RelationColumns(const HashedQuery& query) {
  std::vector<HashedColumn> columns;
  const auto& list = query.rows.select_list;
  if (!list.empty() && list.size() != query.fields.size()) return std::nullopt;
  for (size_t i = 0; i < query.fields.size(); ++i) {
    const std::string& name = query.fields[i].name;
    if (list.empty()) {
      columns.push_back(
          {(query.rows.alias.empty() ? "" : query.rows.alias + ".") + query.connector->Quote(name), query.fields[i]});
      continue;
    }
    auto plain = PlainColumn(query, list[i], name);
    if (!plain) return std::nullopt;
    columns.push_back({std::move(*plain), query.fields[i]});
  }
  return columns;
}

std::vector<HashedColumn> SubqueryColumns(const HashedQuery& query) {
  std::vector<HashedColumn> columns;
  for (const auto& field : query.fields) columns.push_back({"dvt_rows." + query.connector->Quote(field.name), field});
  return columns;
}

std::vector<HashedColumn> Chosen(const std::vector<HashedColumn>& columns, const std::vector<size_t>& positions) {
  std::vector<HashedColumn> chosen;
  for (const size_t position : positions) chosen.push_back(columns[position]);
  return chosen;
}

std::string Wrapped(const HashedQuery& query, const std::string& list) {
  return fmt::format("SELECT {} FROM (\n{}\n) AS dvt_rows", list, connectors::SelectText(*query.connector, query.rows));
}

// Reads the source's key and hash columns.
class HashBatches {
 public:
  HashBatches(const columnar::Fields& fields, RowSorter& sorter) : fields_(fields), sorter_(sorter) {}

  Status Add(const Array& batch) {
    const auto columns = columnar::BatchColumns(batch.get(), fields_);
    const auto count = static_cast<size_t>(batch.length());
    if (rows_.size() < count) rows_.resize(count);
    for (size_t row = 0; row < count; ++row) {
      const auto at = static_cast<int64_t>(row);
      if (columns[0].IsNull(at) || columns[1].IsNull(at)) {
        return Error(ErrorCode::kData, "the source gave no hash for a row")
            .WithHint("the row may be larger than the server's limit for a text (max_allowed_packet)");
      }
      rows_[row].key.assign(columns[0].Text(at));
      if (!ReadHash(columns[1], at, rows_[row].hash)) return Error(ErrorCode::kInternal, "the source's hash is no md5");
    }
    return sorter_.Add(rows_, count);
  }

 private:
  static bool ReadHash(const columnar::ColumnView& column, int64_t row, columnar::RowDigest& hash) {
    if (column.type().kind == TypeKind::kUuid) {
      std::memcpy(hash.data(), column.Bytes(row, 16), 16);
      return true;
    }
    const std::string_view bytes = column.Text(row);
    if (bytes.size() != hash.size()) return false;
    std::memcpy(hash.data(), bytes.data(), hash.size());
    return true;
  }
  const columnar::Fields& fields_;
  RowSorter& sorter_;
  std::vector<KeyRow> rows_;
};

// One partition, with retries, counted.
Stream OpenPartition(const HashedQuery& query, const connectors::ReadPlan& plan, int partition, const TransferContext& context,
                     FlowCounter& flow, std::stop_token stop) {
  auto open = [&query, &plan, partition, stop] {
    return OpenWithin(query.budget, *query.connector, plan, partition, query.scope, stop);
  };
  auto told = [&context, &flow, &query](const Error& error, int attempt, double wait) {
    ++flow.retries;
    context.message(Severity::kWarning,
                    fmt::format("connection '{}', {}: {}; reading again, attempt {} in {:.1f} s", query.connector->config().name,
                                flow.name, error.message(), attempt + 1, wait));
  };
  const RetryPolicy& policy = context.read_options.retry;
  return plan.repeatable
             ? connectors::ResumingStream(plan.fields, policy, open, stop, told)
             : connectors::RetryingStream(plan.fields, policy, open, context.hold_bytes, context.spill_folder, stop, told);
}

}  // namespace

Status LocalHashing::Add(const Array& batch, RowSorter& sorter) {
  const auto columns = columnar::BatchColumns(batch.get(), fields_);
  const auto count = static_cast<size_t>(batch.length());
  if (rows_.size() < count) rows_.resize(count);
  for (size_t row = 0; row < count; ++row) {
    rows_[row].key.clear();
    columnar::AppendHashRow(rows_[row].key, columns, key_, static_cast<int64_t>(row));
    text_.clear();
    columnar::AppendHashRow(text_, columns, order_, static_cast<int64_t>(row));
    rows_[row].hash = digester_.Of(text_);
  }
  return sorter.Add(rows_, count);
}

void LocalHashing::ForEachKey(const Array& batch, const std::function<void(int64_t, const std::string&)>& use) {
  const auto columns = columnar::BatchColumns(batch.get(), fields_);
  for (int64_t row = 0; row < batch.length(); ++row) {
    text_.clear();
    columnar::AppendHashRow(text_, columns, key_, row);
    use(row, text_);
  }
}

std::string WhyNotInSource(const HashedQuery& query) {
  const auto hasher = query.connector->row_hasher();
  if (hasher == nullptr) return query.connector->config().type + " does not compute hashes";
  for (const auto& field : query.fields) {
    std::string why = hasher->WhyNot(field);
    if (!why.empty()) return fmt::format("column {} ({}): {}", field.name, field.type.ToString(), why);
  }
  return {};
}

connectors::ReadRequest HashRequest(const HashedQuery& query) {
  const auto hasher = query.connector->row_hasher();
  const auto order = columnar::HashOrder(query.fields);
  const auto list = [&](const std::vector<HashedColumn>& columns) {
    return std::vector<std::string>{hasher->KeyExpression(Chosen(columns, query.key)) + " AS dvt_key",
                                    hasher->HashExpression(Chosen(columns, order)) + " AS dvt_hash"};
  };
  connectors::ReadRequest request;
  request.options = query.rows.options;
  if (const auto columns = query.rows.relation ? RelationColumns(query) : std::nullopt) {
    request.relation = query.rows.relation;
    request.alias = query.rows.alias;
    request.where = query.rows.where;
    request.select_list = list(*columns);
  } else {
    request.sql = Wrapped(query, Join(list(SubqueryColumns(query)), ", "));
  }
  return request;
}

Status ReadHashes(const HashedQuery& query, const TransferContext& context, FlowCounter& flow, RowSorter& sorter,
                  std::stop_token stop) {
  const std::string within = fmt::format("while reading {} from connection '{}'", flow.name, query.connector->config().name);
  auto planned = query.connector->PlanRead(HashRequest(query), query.scope, stop);
  if (!planned) return std::move(planned).error().Within(within);
  const connectors::ReadPlan& plan = *planned;
  flow.path = plan.method;
  flow.Begin();
  flow.partitions = static_cast<int>(plan.partitions.size());
  auto read = RunWorkers(flow.partitions, std::max(1, plan.parallel), stop, [&](int partition, std::stop_token worker) -> Status {
    Stream stream = OpenPartition(query, plan, partition, context, flow, worker);
    HashBatches batches(plan.fields, sorter);
    for (;;) {
      DVT_ASSIGN(const Array batch, stream.Next());
      if (!batch.valid()) break;
      DVT_TRY(batches.Add(batch));
      flow.Add(batch.length(), columnar::BatchBytes(batch.get(), plan.fields));
    }
    flow.FinishPartition();
    return {};
  });
  if (!read) return std::move(read).error().Within(within);
  return {};
}

namespace {

// Query after query, each for the next keys.
class TouchedRows : public columnar::BatchSource {
 public:
  TouchedRows(const HashedQuery& query, const TransferContext& context, FlowCounter& flow, RowSpool& touched, bool& incomplete,
              std::stop_token stop)
      : query_(query),
        context_(context),
        flow_(flow),
        touched_(touched),
        incomplete_(incomplete),
        stop_(std::move(stop)),
        hasher_(query.connector->row_hasher()),
        hashing_(query.fields, query.key) {
    if (query.rows.relation) columns_ = RelationColumns(query);
    plain_ = columns_.has_value();
    if (!plain_) columns_ = SubqueryColumns(query);
  }
  const columnar::Fields& fields() const override { return query_.fields; }

  Result<Array> Next() override {
    for (;;) {
      if (!stream_.valid()) {
        DVT_ASSIGN(const bool more, OpenNext());
        if (!more) return Array();
      }
      DVT_ASSIGN(Array batch, stream_.Next());
      if (batch.valid()) {
        flow_.Add(batch.length(), columnar::BatchBytes(batch.get(), query_.fields));
        hashing_.ForEachKey(batch, [&](int64_t, const std::string& key) { missing_.erase(key); });
        return batch;
      }
      stream_.Reset();
      if (!missing_.empty()) return Missed();
    }
  }

 private:
  Error Missed() {
    incomplete_ = true;
    return Error(ErrorCode::kStartOver, fmt::format("{} of the changed rows of {} are not found by their keys, for example {}",
                                                    missing_.size(), query_.described, *missing_.begin()))
        .WithHint("the rows may just have been deleted: run again, or with --full-refresh");
  }

  Result<bool> OpenNext() {
    const size_t most = query_.keys_are_indexed ? kKeysAtATime : kScannedKeysAtATime;
    std::vector<std::string> keys;
    size_t bytes = 0;
    missing_.clear();
    KeyRow row;
    while (keys.size() < most && bytes < kKeyBytesAtATime) {
      DVT_ASSIGN(const bool more, touched_.Next(row));
      if (!more) break;
      bytes += row.key.size() + 4;
      keys.push_back(row.key);
      missing_.insert(row.key);
    }
    if (keys.empty()) return false;
    const std::string predicate = hasher_->KeyPredicate(Chosen(*columns_, query_.key), keys);
    connectors::ReadRequest request;
    request.options = query_.rows.options;
    request.sql =
        plain_ ? connectors::SelectText(*query_.connector, query_.rows, predicate) : Wrapped(query_, "*") + " WHERE " + predicate;
    DVT_ASSIGN(plan_, query_.connector->PlanRead(request, query_.scope, stop_));
    plan_.repeatable = false;  // an index may be used
    flow_.FinishPartition();
    stream_ = OpenPartition(query_, plan_, 0, context_, flow_, stop_);
    return true;
  }

  const HashedQuery& query_;
  const TransferContext& context_;
  FlowCounter& flow_;
  RowSpool& touched_;
  bool& incomplete_;
  std::stop_token stop_;
  std::shared_ptr<const connectors::RowHasher> hasher_;
  LocalHashing hashing_;
  std::unordered_set<std::string> missing_;  // keys of the query that is running
  std::optional<std::vector<HashedColumn>> columns_;
  bool plain_ = false;
  connectors::ReadPlan plan_;
  Stream stream_;
};

}  // namespace

Stream ReadTouched(const HashedQuery& query, const TransferContext& context, FlowCounter& flow, RowSpool& touched,
                   bool& incomplete, std::stop_token stop) {
  return Stream(std::make_unique<TouchedRows>(query, context, flow, touched, incomplete, std::move(stop)));
}

int64_t MostKeysToLookFor(const HashedQuery& query, int64_t rows) {
  return query.keys_are_indexed ? std::max<int64_t>(kKeysAtATime, rows / 4)
                                : kMostScans * static_cast<int64_t>(kScannedKeysAtATime);
}

}  // namespace dvt::run
