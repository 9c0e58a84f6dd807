#include "dvt/connectors/sqlite/key_tables.h"

#include <fmt/format.h>

#include <charconv>

namespace dvt::connectors::sqlite {

namespace {

Status Fill(Handle& handle, const KeyTable& table) {
  const bool numbers = table.type.is_integer();
  DVT_ASSIGN(const Statement insert, handle.Prepare(fmt::format("INSERT INTO {} VALUES (?)", KeyTableNameOf(table))));
  for (size_t i = 0; i < table.keys.size(); ++i) {
    const std::string_view key = table.keys[i];
    int64_t number = 0;
    if (numbers && std::from_chars(key.data(), key.data() + key.size(), number).ec != std::errc())
      return Error(ErrorCode::kUnsupported, fmt::format("the key {} is no integer of SQLite", key));
    const int bound = numbers ? sqlite3_bind_int64(insert.get(), 1, number)
                              : sqlite3_bind_text(insert.get(), 1, key.data(), static_cast<int>(key.size()), SQLITE_STATIC);
    if (bound != SQLITE_OK) return handle.LastError(bound);
    DVT_TRY(handle.Step(insert));
    sqlite3_reset(insert.get());
  }
  return {};
}

Status MakeIn(Handle& handle, const KeyTable& table) {
  DVT_TRY(handle.Run(fmt::format("CREATE TABLE {} ({} {} PRIMARY KEY){}", KeyTableNameOf(table), kKeyColumn,
                                 table.type.is_integer() ? "INTEGER" : "TEXT", table.type.is_integer() ? "" : " WITHOUT ROWID")));
  return Fill(handle, table);
}

}  // namespace

std::string KeyTableNameOf(const KeyTable& table) { return "temp." + QuoteName(table.name); }

Status MakeKeyTables(Handle& handle, const KeyTables& tables) {
  for (const auto& table : tables) {
    DVT_ASSIGN(const auto found,
               handle.QueryInteger(
                   fmt::format("SELECT 1 FROM temp.sqlite_schema WHERE type = 'table' AND name = {}", QuoteText(table->name))));
    if (found) continue;
    // As one: a transaction that is not open already would be one for each row.
    DVT_TRY(handle.Run("SAVEPOINT dvt_keys"));
    auto made = MakeIn(handle, *table);
    if (!made) (void)handle.Run("ROLLBACK TO dvt_keys");
    DVT_TRY(handle.Run("RELEASE dvt_keys"));
    if (!made) return made;
  }
  return {};
}

}  // namespace dvt::connectors::sqlite
