#include "dvt/connectors/api/partition_choice.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "dvt/base/text/text.h"

namespace dvt::connectors {

using columnar::Field;
using columnar::IndexInfo;
using columnar::TableInfo;
using columnar::TypeKind;

namespace {

// The usual names of when a row was made or changed, without underscores and capitals.
bool IsAuditName(std::string_view name) {
  static constexpr std::string_view kNames[] = {
      "createdat",    "updatedat",    "modifiedat",     "insertedat",    "createdon",       "updatedon",       "modifiedon",
      "insertedon",   "createdate",   "createddate",    "updatedate",    "updateddate",     "modifydate",      "modifieddate",
      "insertdate",   "inserteddate", "datecreated",    "dateupdated",   "datemodified",    "dateinserted",    "createtime",
      "createdtime",  "updatetime",   "updatedtime",    "modifiedtime",  "inserttime",      "insertedtime",    "created",
      "updated",      "modified",     "inserted",       "createdts",     "updatedts",       "modifiedts",      "insertedts",
      "lastmodified", "lastupdated",  "lastmodifiedat", "lastupdatedat", "createtimestamp", "updatetimestamp", "loadedat",
      "loaddate",     "loadts"};
  std::string plain;
  for (const char c : ToLower(name)) {
    if (c != '_') plain += c;
  }
  return std::find(std::begin(kNames), std::end(kNames), plain) != std::end(kNames);
}

bool Leads(const IndexInfo& index, const Field& field) { return !index.columns.empty() && index.columns.front() == field.name; }

Result<const Field*> Preferred(const TableInfo& table, const std::string& name) {
  const Field* field = table.FindColumn(name);
  if (field == nullptr) {
    std::vector<std::string> names;
    for (const auto& column : table.columns) names.push_back(column.name);
    return Error(ErrorCode::kConfig, fmt::format("prefer_column names {}, which {} does not have", name, table.name.ToString()))
        .WithHint(std::string(TrimView(DidYouMean(name, names))));
  }
  if (!CanBeSplit(*field)) {
    return Error(ErrorCode::kConfig,
                 fmt::format("prefer_column {} of {} is of type {}; partitions need a number, date or timestamp", name,
                             table.name.ToString(), field->native_type.empty() ? field->type.ToString() : field->native_type));
  }
  return field;
}

const Field* ByIndex(const TableInfo& table, bool (*fits)(const IndexInfo&), bool numbers_only) {
  for (const auto& index : table.indexes) {
    if (index.columns.empty() || !fits(index)) continue;
    const Field* field = table.FindColumn(index.columns.front());
    if (field != nullptr && CanBeSplit(*field) && (!numbers_only || field->type.is_numeric())) return field;
  }
  return nullptr;
}

}  // namespace

bool CanBeSplit(const Field& field) {
  const TypeKind kind = field.type.kind;
  return (field.type.is_numeric() && field.native_type != "year") || kind == TypeKind::kDate || kind == TypeKind::kTimestamp ||
         kind == TypeKind::kTimestampTz;
}

Result<std::optional<PartitionChoice>> ChoosePartitionColumn(const TableInfo& table, const std::string& preferred) {
  PartitionChoice choice;
  const auto take = [&](const Field* field, const char* why) {
    if (choice.column != nullptr || field == nullptr) return;
    choice.column = field;
    choice.why = why;
  };
  if (!preferred.empty()) {
    DVT_ASSIGN(const Field* field, Preferred(table, preferred));
    take(field, "prefer_column");
  }
  take(ByIndex(
           table, [](const IndexInfo& i) { return i.primary && i.columns.size() == 1; }, false),
       "the primary key");
  take(ByIndex(
           table, [](const IndexInfo& i) { return i.unique && i.columns.size() == 1; }, false),
       "a unique index");
  for (const auto& field : table.columns) {
    if (CanBeSplit(field) && IsAuditName(field.name)) take(&field, "an audit column");
  }
  take(ByIndex(
           table, [](const IndexInfo&) { return true; }, true),
       "an indexed number");
  for (const auto& field : table.columns) {
    if (CanBeSplit(field) && field.type.is_numeric()) take(&field, "a number");
  }
  if (choice.column == nullptr) return std::optional<PartitionChoice>();
  choice.indexed = std::any_of(table.indexes.begin(), table.indexes.end(),
                               [&](const IndexInfo& index) { return Leads(index, *choice.column); });
  return std::optional(std::move(choice));
}

}  // namespace dvt::connectors
