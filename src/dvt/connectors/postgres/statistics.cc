#include <fmt/format.h>

#include <algorithm>

#include "dvt/base/text/value.h"
#include "dvt/connectors/postgres/catalog.h"

namespace dvt::connectors::postgres {
namespace {

std::vector<std::string> Texts(std::string_view json) {
  std::vector<std::string> out;
  const auto list = ParseJson(std::string(json));
  if (!list || !list->is_list()) return out;
  for (const Value& item : list->list()) out.push_back(item.ToText());
  return out;
}

}  // namespace

Result<columnar::TableStatistics> ReadStatistics(Connection& connection, const columnar::TableInfo& table, std::stop_token stop) {
  DVT_ASSIGN(PgResult rows,
             connection.RunParams("SELECT attname, n_distinct, null_frac, "
                                  "pg_catalog.to_json(most_common_vals::text::text[]), pg_catalog.to_json(most_common_freqs), "
                                  "pg_catalog.to_json(histogram_bounds::text::text[]) FROM pg_catalog.pg_stats "
                                  "WHERE schemaname = $1 AND tablename = $2 AND NOT inherited AND avg_width <= 100",
                                  {table.name.schema.empty() ? connection.settings().schema : table.name.schema, table.name.name},
                                  stop));
  columnar::TableStatistics out(table.columns.size());
  for (int i = 0; i < PQntuples(rows.get()); ++i) {
    const auto column = std::find_if(table.columns.begin(), table.columns.end(),
                                     [&](const columnar::Field& field) { return field.name == Cell(rows, i, 0); });
    if (column == table.columns.end()) continue;
    columnar::ColumnStatistics& found = out[static_cast<size_t>(column - table.columns.begin())];
    const double distinct = std::atof(PQgetvalue(rows.get(), i, 1));  // a negative one is a part of the rows
    if (distinct > 0) found.distinct = distinct;
    if (distinct < 0 && table.estimated_rows) found.distinct = -distinct * static_cast<double>(*table.estimated_rows);
    found.null_part = std::atof(PQgetvalue(rows.get(), i, 2));
    const auto values = Texts(Cell(rows, i, 3)), parts = Texts(Cell(rows, i, 4));
    for (size_t v = 0; v < std::min(values.size(), parts.size()); ++v)
      found.common.emplace_back(values[v], std::atof(parts[v].c_str()));
    found.bounds = Texts(Cell(rows, i, 5));
  }
  return out;
}

}  // namespace dvt::connectors::postgres
