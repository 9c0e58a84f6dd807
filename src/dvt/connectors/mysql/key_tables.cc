#include "dvt/connectors/mysql/key_tables.h"

#include <fmt/format.h>

#include <algorithm>

#include "dvt/connectors/mysql/quoting.h"
#include "dvt/connectors/mysql/types.h"

namespace dvt::connectors::mysql {

namespace {

constexpr size_t kStatementBytes = 500'000;  // less than any server's packet limit
constexpr size_t kRowBytes = 96;             // of a key in a table in memory, with its place in the index, about

// Plain ASCII texts take on the character set and the collation of the column that they are compared with.
Result<std::string> ColumnOf(const Connection& connection, const KeyTable& table) {
  if (table.type.kind == columnar::TypeKind::kString)
    return fmt::format("varchar({}) CHARACTER SET ascii COLLATE ascii_bin NOT NULL, KEY ({}) USING HASH",
                       std::max<size_t>(1, table.keys.longest()), kKeyColumn);
  DVT_ASSIGN(const std::string type, TypeNameOf(table.type, connection.server(), nullptr));
  return fmt::format("{} NOT NULL, PRIMARY KEY ({}) USING HASH", type, kKeyColumn);
}

Status Fill(Connection& connection, const std::string& name, const KeyTable& table, const std::stop_token& stop) {
  std::string sql;
  for (size_t i = 0; i < table.keys.size(); ++i) {
    sql += sql.empty() ? "INSERT INTO " + name + " VALUES (" : ",(";
    if (table.type.is_numeric())
      sql += table.keys[i];
    else
      AppendLiteral(sql, table.keys[i]);
    sql += ')';
    if (sql.size() < kStatementBytes) continue;
    DVT_TRY(connection.Execute(sql, stop));
    sql.clear();
  }
  if (!sql.empty()) DVT_TRY(connection.Execute(sql, stop));
  return {};
}

Status Make(Connection& connection, const Settings& settings, const KeyTables& tables, const std::stop_token& stop) {
  for (const auto& table : tables) {
    // In strict mode only whole blocks of 1,024 bytes are taken.
    const size_t blocks = (kRowBytes + 2 * table->keys.longest()) * table->keys.size() / 1024 + 1024;
    const std::string name = KeyTableNameOf(settings, *table);
    DVT_ASSIGN(const std::string column, ColumnOf(connection, *table));
    DVT_TRY(connection.Execute(
        fmt::format("SET SESSION max_heap_table_size = GREATEST(@@SESSION.max_heap_table_size, {})", blocks * 1024), stop));
    DVT_TRY(connection.Execute(fmt::format("CREATE TEMPORARY TABLE {} ({} {}) ENGINE = MEMORY", name, kKeyColumn, column), stop));
    DVT_TRY(Fill(connection, name, *table, stop));
  }
  return {};
}

}  // namespace

std::string KeyTableNameOf(const Settings& settings, const KeyTable& table) {
  return QuoteName(settings.schema) + "." + QuoteName(table.name);
}

Status MakeKeyTables(Connection& connection, const Settings& settings, const KeyTables& tables, const std::stop_token& stop) {
  auto made = Make(connection, settings, tables, stop);
  if (!made && connection.usable()) (void)DropKeyTables(connection, settings, tables);
  return made;
}

Status DropKeyTables(Connection& connection, const Settings& settings, const KeyTables& tables) {
  for (const auto& table : tables)
    DVT_TRY(connection.Execute("DROP TEMPORARY TABLE IF EXISTS " + KeyTableNameOf(settings, *table), {}));
  return {};
}

}  // namespace dvt::connectors::mysql
