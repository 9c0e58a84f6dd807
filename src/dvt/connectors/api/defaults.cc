// What every connector inherits.
#include <fmt/format.h>

#include <algorithm>

#include "dvt/base/text/text.h"
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

Result<sql::LetterCase> Connector::LetterCaseOf(const std::vector<columnar::RelationName>&, std::stop_token) {
  return sql::LetterCase::kOwn;
}

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
  if (request.fold.before.empty()) return text;
  return fmt::format("{}({}{}) AS dvt_folded{}", request.fold.before, text, request.fold.fence, request.fold.after);
}

Result<columnar::Fields> PlainColumns(const Connector& connector, const std::vector<std::string>& select_list,
                                      const columnar::Fields& all, const std::string& relation) {
  if (select_list.empty()) return all;
  columnar::Fields fields;
  for (const auto& item : select_list) {
    std::string name = item;
    if (name.size() >= 2 && name.front() == '"' && name.back() == '"')
      name = ReplaceAll(name.substr(1, name.size() - 2), "\"\"", "\"");
    if (connector.Quote(name) != item && name != item)
      return Error(ErrorCode::kUnsupported,
                   fmt::format("connection '{}' runs no SQL: it gives columns, not '{}'", connector.config().name, item));
    const auto found = std::find_if(all.begin(), all.end(), [&](const auto& field) { return field.name == name; });
    if (found == all.end()) {
      std::vector<std::string> names;
      for (const auto& field : all) names.push_back(field.name);
      return Error(ErrorCode::kNotFound, fmt::format("{} has no column '{}'.{}", relation, name, DidYouMean(name, names)));
    }
    fields.push_back(*found);
  }
  return fields;
}

int PartitionCount(std::optional<int64_t> rows, const ReadOptions& options, std::optional<int64_t> values) {
  const int least = std::max(1, options.min_partitions);
  const int most = std::max(least, options.max_partitions);
  constexpr int64_t kValuesPerPartition = 100'000;
  const auto parts = [&](int64_t all, int64_t size) {
    return static_cast<int>(std::clamp<int64_t>(all / size + (all % size != 0), least, most));
  };
  if (rows.has_value()) return parts(*rows, std::max<int64_t>(1, options.rows_per_partition));
  return values.has_value() ? parts(*values, kValuesPerPartition) : least;
}

}  // namespace dvt::connectors
