#include "dvt/connectors/postgres/key_tables.h"

#include <fmt/format.h>

#include <algorithm>

#include "dvt/connectors/postgres/types.h"

namespace dvt::connectors::postgres {

namespace {

constexpr size_t kChunk = 128 << 10;
constexpr size_t kHashedKey = 96;                      // bytes that a short key takes in a hash table of the server, about
constexpr size_t kMostWorkMemory = size_t{128} << 20;  // asked for

// A value of COPY's text format.
void AppendEscaped(std::string& out, std::string_view text) {
  for (const char c : text) {
    switch (c) {
      case '\\': out += "\\\\"; break;
      case '\n': out += "\\n"; break;
      case '\r': out += "\\r"; break;
      case '\t': out += "\\t"; break;
      default: out += c;
    }
  }
  out += '\n';
}

Status Put(Connection& connection, std::string& chunk, const std::stop_token& stop) {
  DVT_TRY(connection.Flush(stop));
  if (PQputCopyData(connection.raw(), chunk.data(), static_cast<int>(chunk.size())) != 1) return connection.Failure(nullptr);
  chunk.clear();
  return {};
}

Status Fill(Connection& connection, const KeyTable& table, const std::stop_token& stop) {
  DVT_ASSIGN(const PgResult started, connection.Start("COPY " + KeyTableNameOf(table) + " FROM STDIN", stop));
  if (started == nullptr || PQresultStatus(started.get()) != PGRES_COPY_IN)
    return Error(ErrorCode::kInternal, "COPY did not begin");
  std::string chunk;
  for (size_t i = 0; i < table.keys.size(); ++i) {
    AppendEscaped(chunk, table.keys[i]);
    if (chunk.size() >= kChunk) DVT_TRY(Put(connection, chunk, stop));
  }
  if (!chunk.empty()) DVT_TRY(Put(connection, chunk, stop));
  if (PQputCopyEnd(connection.raw(), nullptr) != 1) return connection.Failure(nullptr);
  DVT_TRY(connection.Flush(stop));
  return connection.Drain(stop);
}

}  // namespace

std::string KeyTableNameOf(const KeyTable& table) { return "pg_temp." + Connection::Quote(table.name); }

// What the server knows of the keys decides whether it looks them up by an index or meets them in a hash table, for which there must be room.
Status MakeKeyTables(Connection& connection, const KeyTables& tables, const std::stop_token& stop) {
  size_t hashed = 0;
  for (const auto& table : tables) {
    DVT_ASSIGN(const std::string type, PostgresTypeName(table->type, nullptr));
    const std::string name = KeyTableNameOf(*table);
    DVT_TRY(connection.Run(fmt::format("CREATE TEMPORARY TABLE {} ({} {} NOT NULL) ON COMMIT DROP",
                                       Connection::Quote(table->name), kKeyColumn, type),
                           stop));
    DVT_TRY(Fill(connection, *table, stop));
    DVT_TRY(connection.Run("ANALYZE " + name, stop));
    hashed += table->keys.size() * (kHashedKey + table->keys.longest());
  }
  const size_t kilobytes = std::min(hashed, kMostWorkMemory) >> 10;
  DVT_TRY(connection.Run(
      fmt::format("SELECT pg_catalog.set_config('work_mem', GREATEST(setting::bigint, {})::text || 'kB', true) FROM "
                  "pg_catalog.pg_settings WHERE name = 'work_mem'",
                  kilobytes),
      stop));
  DVT_TRY(connection.Run("SET TRANSACTION READ ONLY", stop));
  return {};
}

}  // namespace dvt::connectors::postgres
