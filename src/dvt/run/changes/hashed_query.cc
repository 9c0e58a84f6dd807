#include "dvt/run/changes/hashed_query.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "dvt/base/text/text.h"
#include "dvt/columnar/hash/value_encoder.h"

namespace dvt::run {

namespace {

using columnar::Array;
using columnar::Stream;
using columnar::TypeKind;
using connectors::HashedColumn;

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

}  // namespace

std::vector<HashedColumn> ColumnsOf(const HashedQuery& query, bool& plain) {
  const auto columns = query.rows.relation ? RelationColumns(query) : std::nullopt;
  plain = columns.has_value();
  return plain ? *columns : SubqueryColumns(query);
}

std::vector<HashedColumn> ChosenColumns(const std::vector<HashedColumn>& columns, const std::vector<size_t>& positions) {
  std::vector<HashedColumn> chosen;
  for (const size_t position : positions) chosen.push_back(columns[position]);
  return chosen;
}

std::string WrappedRows(const HashedQuery& query, const std::string& list) {
  return fmt::format("SELECT {} FROM (\n{}\n) AS dvt_rows", list, connectors::SelectText(*query.connector, query.rows));
}

Stream OpenHashedPartition(const HashedQuery& query, const connectors::ReadPlan& plan, int partition,
                           const TransferContext& context, FlowCounter& flow, std::stop_token stop) {
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

connectors::ReadRequest RequestOf(const HashedQuery& query, bool plain, std::vector<std::string> list, const std::string& where,
                                  const connectors::ReadRequest::Fold& fold) {
  connectors::ReadRequest request;
  request.options = query.rows.options;
  if (plain) {
    request.relation = query.rows.relation;
    request.alias = query.rows.alias;
    request.where = query.rows.where;
    if (!where.empty()) request.where = request.where.empty() ? where : fmt::format("({}) AND ({})", request.where, where);
    request.select_list = std::move(list);
    request.fold = fold;
    return request;
  }
  request.sql = WrappedRows(query, Join(list, ", ")) + (where.empty() ? "" : " WHERE " + where);
  if (!fold.before.empty())
    request.sql = fmt::format("{}({}{}) AS dvt_folded{}", fold.before, request.sql, fold.fence, fold.after);
  return request;
}

connectors::ReadRequest HashRequest(const HashedQuery& query, const std::string& where) {
  const auto hasher = query.connector->row_hasher();
  bool plain = false;
  const auto columns = ColumnsOf(query, plain);
  return RequestOf(query, plain,
                   {hasher->KeyExpression(ChosenColumns(columns, query.key)) + " AS dvt_key",
                    hasher->HashExpression(ChosenColumns(columns, columnar::HashOrder(query.fields))) + " AS dvt_hash"},
                   where, {});
}

Status ReadPartitions(const HashedQuery& query, const connectors::ReadRequest& request, const TransferContext& context,
                      FlowCounter& flow, const std::function<TakeBatch(const columnar::Fields&)>& taker, std::stop_token stop) {
  const std::string within = fmt::format("while reading {} from connection '{}'", flow.name, query.connector->config().name);
  auto planned = query.connector->PlanRead(request, query.scope, stop);
  if (!planned) return std::move(planned).error().Within(within);
  connectors::ReadPlan& plan = *planned;
  if (!request.fold.before.empty()) plan.repeatable = false;  // groups come in any order
  flow.path = plan.method;
  flow.Begin();
  const auto partitions = static_cast<int>(plan.partitions.size());
  flow.partitions = flow.partitions_done + partitions;
  auto read = RunWorkers(partitions, std::max(1, plan.parallel), stop, [&](int partition, std::stop_token worker) -> Status {
    Stream stream = OpenHashedPartition(query, plan, partition, context, flow, worker);
    const TakeBatch take = taker(plan.fields);
    for (;;) {
      DVT_ASSIGN(const Array batch, stream.Next());
      if (!batch.valid()) break;
      DVT_TRY(take(batch));
      flow.Add(batch.length(), columnar::BatchBytes(batch.get(), plan.fields));
    }
    flow.FinishPartition();
    return {};
  });
  if (!read) return std::move(read).error().Within(within);
  return {};
}

Status ReadHashes(const HashedQuery& query, const connectors::ReadRequest& request, const TransferContext& context,
                  FlowCounter& flow, RowSorter& sorter, std::stop_token stop) {
  const auto taker = [&sorter](const columnar::Fields& fields) -> TakeBatch {
    return [batches = std::make_shared<HashBatches>(fields, sorter)](const Array& batch) { return batches->Add(batch); };
  };
  return ReadPartitions(query, request, context, flow, taker, std::move(stop));
}

}  // namespace dvt::run
