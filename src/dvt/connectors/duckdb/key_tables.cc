#include "dvt/connectors/duckdb/key_tables.h"

#include <fmt/format.h>

#include "dvt/columnar/duckdb/error_map.h"
#include "dvt/columnar/duckdb/types.h"

namespace dvt::connectors::duckdb {

namespace duck = columnar::duckdb;

namespace {

using Appender = duck::Owned<duckdb_appender, duckdb_appender_destroy>;

Error AppenderError(const Appender& appender) {
  const duck::Owned<duckdb_error_data, duckdb_destroy_error_data> data(duckdb_appender_error_data(appender.get()));
  const char* text = duckdb_error_data_message(data.get());
  return duck::MapError(text == nullptr ? "DuckDB refused the keys" : text, duckdb_error_data_error_type(data.get()));
}

// Texts are cast to the column's type as they are appended.
Status Fill(duck::Connection& connection, const KeyTable& table) {
  Appender appender;
  if (duckdb_appender_create_ext(connection.get(), "temp", "main", table.name.c_str(), appender.out()) != DuckDBSuccess)
    return AppenderError(appender);
  for (size_t i = 0; i < table.keys.size(); ++i) {
    const std::string_view key = table.keys[i];
    if (duckdb_append_varchar_length(appender.get(), key.data(), key.size()) != DuckDBSuccess ||
        duckdb_appender_end_row(appender.get()) != DuckDBSuccess)
      return AppenderError(appender);
  }
  if (duckdb_appender_close(appender.get()) != DuckDBSuccess) return AppenderError(appender);
  return {};
}

}  // namespace

std::string KeyTableNameOf(const KeyTable& table) { return "temp.main." + duck::QuoteName(table.name); }

Status MakeKeyTables(duck::Connection& connection, const KeyTables& tables, const std::stop_token& stop) {
  for (const auto& table : tables) {
    DVT_TRY(connection.Run(
        fmt::format("CREATE TEMPORARY TABLE {} ({} {})", KeyTableNameOf(*table), kKeyColumn, duck::TypeNameOf(table->type)),
        stop));
    DVT_TRY(Fill(connection, *table));
  }
  return {};
}

}  // namespace dvt::connectors::duckdb
