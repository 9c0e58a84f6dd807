#include "dvt/run/tasks/load_types.h"

#include <fmt/format.h>

#include <algorithm>

#include "dvt/base/text/text.h"
#include "dvt/plan/split/type_contracts.h"

namespace dvt::run {

using columnar::Field;
using columnar::TableInfo;

namespace {

// The table to which rows are added; nothing if one is built anew.
Result<std::optional<TableInfo>> TableThatStays(const RunContext& run, const model::Node& node,
                                                const std::string& materialization, connectors::Connector& target,
                                                std::stop_token stop) {
  const bool adds = materialization == "snapshot" || (materialization == "incremental" && !run.options.full_refresh);
  if (!adds || !node.config["change_detection"].is_null()) return std::optional<TableInfo>();
  auto table = target.Describe({node.database, node.schema, node.alias}, stop);
  if (table && table->kind == columnar::RelationKind::kTable) return std::optional<TableInfo>(std::move(*table));
  if (!table && table.error().code() != ErrorCode::kNotFound) return std::move(table).error();
  return std::optional<TableInfo>();
}

const Field* FindField(const columnar::Fields& fields, const std::string& name) {
  const auto found =
      std::find_if(fields.begin(), fields.end(), [&](const Field& field) { return EqualsIgnoreCase(field.name, name); });
  return found == fields.end() ? nullptr : &*found;
}

// Columns that only one of both has, where nobody asked for the table to follow. By SQL, no row comes without all of the table's.
void WarnColumns(const model::Node& node, const columnar::Fields& rows, const TableInfo& table, bool by_sql,
                 Diagnostics& warnings) {
  const Value& policy = node.config["on_schema_change"];
  if (policy.is_string() && policy.as_string() != "ignore") return;
  for (const Field& field : rows) {
    if (FindField(table.columns, field.name) == nullptr)
      warnings.Warn("DVT002", fmt::format("{} ({}) is not loaded: {} has no such column, and on_schema_change is ignore",
                                          field.name, field.type.ToString(), node.alias));
  }
  for (const Field& column : table.columns) {
    if (FindField(rows, column.name) == nullptr)
      warnings.Warn("DVT002", fmt::format("{}.{} ({}) {}: the query has no such column{}", node.alias, column.name,
                                          column.type.ToString(), by_sql ? "lets the run fail" : "gets NULL in new rows",
                                          by_sql ? ", and on_schema_change is ignore" : ""));
  }
}

}  // namespace

Status WarnExistingTable(const RunContext& run, const model::Node& node, const std::string& materialization,
                         const columnar::Fields& rows, connectors::Connector& target, Diagnostics& warnings,
                         std::stop_token stop) {
  DVT_ASSIGN(const auto table, TableThatStays(run, node, materialization, target, stop));
  if (!table) return {};
  if (materialization == "incremental") WarnColumns(node, rows, *table, target.Has(connectors::Capability::kSql), warnings);
  for (const Field& field : rows) {
    const Field* column = FindField(table->columns, field.name);
    const std::string what = column == nullptr ? "" : plan::LoadMismatch(field.type, column->type);
    if (!what.empty())
      warnings.Warn("DVT002", fmt::format("{} ({}) is loaded into {}.{} ({}): {}", field.name, field.type.ToString(), node.alias,
                                          column->name, column->type.ToString(), what));
  }
  return {};
}

std::vector<std::string> LossesOf(const columnar::Fields& rows, const connectors::Connector& target) {
  std::vector<std::string> losses;
  for (const Field& field : rows) {
    std::string loss;
    if (!field.native_type.empty()) continue;  // the source's own type, on a target of the same system
    if (target.TypeName(field.type, &loss) && !loss.empty()) losses.push_back(fmt::format("column '{}': {}", field.name, loss));
  }
  return losses;
}

Status WarnLoad(const RunContext& run, const model::Node& node, const std::string& materialization, const columnar::Fields& rows,
                connectors::Connector& target, Diagnostics& warnings, std::stop_token stop) {
  const size_t before = warnings.items().size();
  DVT_TRY(WarnExistingTable(run, node, materialization, rows, target, warnings, stop));
  DVT_ASSIGN(const auto stays, TableThatStays(run, node, materialization, target, stop));
  if (stays || warnings.items().size() > before || !target.Has(connectors::Capability::kSql)) return {};
  for (const auto& loss : LossesOf(rows, target)) warnings.Warn("DVT002", loss);
  return {};
}

}  // namespace dvt::run
