// What every connector inherits.
#include <fmt/format.h>

#include <algorithm>

#include "dvt/connectors/api/connector.h"

namespace dvt::connectors {

Status Sink::WriteRaw(std::string_view, std::stop_token) {
  return Error(ErrorCode::kUnsupported, "this sink takes record batches, not raw chunks");
}

Result<std::unique_ptr<RawStream>> Connector::OpenRaw(const ReadPlan&, int, const std::shared_ptr<ReadScope>&, std::stop_token) {
  return Error(ErrorCode::kUnsupported, fmt::format("connection '{}' ({}) has no raw format", config().name, config().type));
}

Result<TransactionFate> Connector::FateOf(const std::string&, std::stop_token) { return TransactionFate::kUnknown; }

Result<std::string> Connector::TextOrder(std::stop_token) { return std::string(); }

Result<std::string> Connector::RawFormatOf(const columnar::RelationName&, const std::vector<std::string>&, std::stop_token) {
  return std::string();
}

std::string SelectText(const Connector& connector, const ReadRequest& request, std::string_view extra_predicate) {
  if (!request.relation.has_value()) return request.sql;
  std::string text = "SELECT ";
  if (request.select_list.empty()) text += '*';
  for (size_t i = 0; i < request.select_list.size(); ++i) {
    if (i > 0) text += ", ";
    text += request.select_list[i];
  }
  text += " FROM " + connector.QuoteRelation(*request.relation);
  if (!request.alias.empty()) text += " AS " + request.alias;
  if (!request.where.empty() && !extra_predicate.empty()) {
    text += fmt::format(" WHERE ({}) AND ({})", request.where, extra_predicate);
  } else if (!request.where.empty()) {
    text += " WHERE " + request.where;
  } else if (!extra_predicate.empty()) {
    text += fmt::format(" WHERE {}", extra_predicate);
  }
  return text;
}

int PartitionCount(std::optional<int64_t> rows, const ReadOptions& options) {
  const int least = std::max(1, options.min_partitions);
  const int most = std::max(least, options.max_partitions);
  if (!rows.has_value()) return least;
  const int64_t size = std::max<int64_t>(1, options.rows_per_partition);
  return static_cast<int>(std::clamp<int64_t>(*rows / size + (*rows % size != 0), least, most));
}

}  // namespace dvt::connectors
