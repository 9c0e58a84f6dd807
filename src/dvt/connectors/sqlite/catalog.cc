#include "dvt/connectors/sqlite/catalog.h"

#include <fmt/format.h>

#include <charconv>

#include "dvt/base/text/text.h"
#include "dvt/connectors/sqlite/reader.h"
#include "dvt/connectors/sqlite/types.h"

namespace dvt::connectors::sqlite {
namespace {

using columnar::RelationKind;
using columnar::RelationName;
using columnar::TableInfo;

using Row = std::vector<std::string>;

Result<std::vector<Row>> Rows(Handle& handle, const std::string& sql) {
  DVT_ASSIGN(const Statement statement, handle.Prepare(sql));
  std::vector<Row> rows;
  for (;;) {
    DVT_ASSIGN(const bool more, handle.Step(statement));
    if (!more) return rows;
    Row& row = rows.emplace_back();
    for (int i = 0; i < sqlite3_column_count(statement.get()); ++i) row.push_back(ColumnText(statement, i));
  }
}

std::string Catalog(const std::string& schema) { return QuoteName(schema) + ".sqlite_schema"; }

Error NotFound(Handle& handle, const RelationName& name) {
  Error error(ErrorCode::kNotFound, "there is no relation " + name.ToString());
  auto others = ReadRelations(handle, name.database, name.schema);
  if (!others) return error;
  std::vector<std::string> names;
  for (const auto& other : *others) names.push_back(other.name.name);
  const std::string near = NearestName(name.name, names);
  if (!near.empty()) return std::move(error).WithHint("did you mean '" + near + "'?");
  return error;
}

Status ReadIndexes(Handle& handle, TableInfo& table) {
  const std::string schema = QuoteName(table.name.schema);
  DVT_ASSIGN(const auto indexes, Rows(handle, fmt::format("PRAGMA {}.index_list({})", schema, QuoteText(table.name.name))));
  for (const Row& row : indexes) {  // seq, name, unique, origin, partial
    columnar::IndexInfo index;
    index.name = row[1];
    index.unique = row[2] == "1" && row[4] == "0";
    index.primary = row[3] == "pk";
    DVT_ASSIGN(const auto columns, Rows(handle, fmt::format("PRAGMA {}.index_info({})", schema, QuoteText(row[1]))));
    for (const Row& column : columns)
      if (!column[2].empty()) index.columns.push_back(column[2]);
    if (index.columns.size() == columns.size()) table.indexes.push_back(std::move(index));  // no index of expressions
  }
  return {};
}

/// Rows by the statistics of ANALYZE.
Result<std::optional<int64_t>> AnalyzedRows(Handle& handle, const RelationName& name) {
  DVT_ASSIGN(const auto has, handle.QueryInteger("SELECT 1 FROM " + Catalog(name.schema) + " WHERE name = 'sqlite_stat1'"));
  if (!has) return std::optional<int64_t>();
  DVT_ASSIGN(const auto rows, Rows(handle, fmt::format("SELECT stat FROM {}.sqlite_stat1 WHERE lower(tbl) = lower({}) LIMIT 1",
                                                       QuoteName(name.schema), QuoteText(name.name))));
  int64_t count = 0;
  if (rows.empty() || std::from_chars(rows[0][0].data(), rows[0][0].data() + rows[0][0].size(), count).ec != std::errc())
    return std::optional<int64_t>();
  return std::optional<int64_t>(count);
}

// " COLLATE NOCASE" of a column that does not compare bytes.
std::string OwnCollation(Handle& handle, const RelationName& table, const std::string& column) {
  const char* collation = nullptr;
  const int found =
      sqlite3_table_column_metadata(handle.get(), table.schema.empty() ? nullptr : table.schema.c_str(), table.name.c_str(),
                                    column.c_str(), nullptr, &collation, nullptr, nullptr, nullptr);
  const bool own = found == SQLITE_OK && collation != nullptr && !EqualsIgnoreCase(collation, "BINARY");
  return own ? std::string(" COLLATE ") + collation : std::string();
}

Status ReadColumns(Handle& handle, TableInfo& table) {
  DVT_ASSIGN(table.columns, QueryFields(handle, "SELECT * FROM " + QuotedRelation(table.name)));
  DVT_ASSIGN(const auto rows,
             Rows(handle, fmt::format("PRAGMA {}.table_xinfo({})", QuoteName(table.name.schema), QuoteText(table.name.name))));
  columnar::IndexInfo rowid_key;
  int key_columns = 0;
  for (const Row& row : rows) key_columns += row[5] != "0" ? 1 : 0;
  for (const Row& row : rows) {  // cid, name, type, notnull, dflt_value, pk, hidden
    for (columnar::Field& field : table.columns) {
      if (field.name != row[1]) continue;
      field.native_type = row[2] + OwnCollation(handle, table.name, row[1]);
      const bool rowid_alias = key_columns == 1 && row[5] != "0" && EqualsIgnoreCase(row[2], "INTEGER");
      field.nullable = row[3] == "0" && !rowid_alias;
      if (rowid_alias) rowid_key = {"rowid", {field.name}, true, true};
    }
  }
  DVT_TRY(ReadIndexes(handle, table));
  if (rowid_key.primary) table.indexes.insert(table.indexes.begin(), rowid_key);
  return {};
}

}  // namespace

std::string QuotedRelation(const RelationName& name) {
  return name.schema.empty() ? QuoteName(name.name) : QuoteName(name.schema) + "." + QuoteName(name.name);
}

Result<std::vector<std::string>> ReadSchemas(Handle& handle) {
  DVT_ASSIGN(const auto rows, Rows(handle, "PRAGMA database_list"));
  std::vector<std::string> schemas;
  for (const Row& row : rows)
    if (row[1] != "temp") schemas.push_back(row[1]);
  return schemas;
}

Result<std::vector<columnar::RelationInfo>> ReadRelations(Handle& handle, const std::string& database,
                                                          const std::string& schema) {
  DVT_ASSIGN(const auto schemas, ReadSchemas(handle));
  std::vector<columnar::RelationInfo> relations;
  for (const std::string& name : schemas) {
    if (!EqualsIgnoreCase(name, schema)) continue;
    DVT_ASSIGN(auto rows,
               Rows(handle, "SELECT name, type FROM " + Catalog(name) +
                                " WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name"));
    for (Row& row : rows)
      relations.push_back({{database, name, std::move(row[0])}, row[1] == "view" ? RelationKind::kView : RelationKind::kTable});
  }
  return relations;
}

Result<TableInfo> ReadTable(Handle& handle, const RelationName& name) {
  DVT_ASSIGN(const auto schemas, ReadSchemas(handle));
  TableInfo table;
  table.name = name;
  std::vector<Row> rows;
  for (const std::string& schema : schemas) {
    if (!EqualsIgnoreCase(schema, name.schema)) continue;
    table.name.schema = schema;
    DVT_ASSIGN(rows,
               Rows(handle, fmt::format("SELECT name, type FROM {} WHERE type IN ('table', 'view') AND lower(name) = lower({})",
                                        Catalog(schema), QuoteText(name.name))));
  }
  if (rows.empty()) return NotFound(handle, name);
  table.name.name = rows[0][0];
  table.kind = rows[0][1] == "view" ? RelationKind::kView : RelationKind::kTable;
  DVT_TRY(ReadColumns(handle, table));
  if (table.kind != RelationKind::kTable) return table;
  DVT_ASSIGN(table.estimated_rows, AnalyzedRows(handle, table.name));
  if (!table.estimated_rows) {
    DVT_ASSIGN(const auto rowids, ReadRowids(handle, table));
    if (rowids) table.estimated_rows = rowids->last - rowids->first + 1;
  }
  return table;
}

Result<std::optional<RowidRange>> ReadRowids(Handle& handle, const TableInfo& table) {
  if (table.kind != RelationKind::kTable) return std::optional<RowidRange>();
  RowidRange range;
  for (const char* name : {"rowid", "_rowid_", "oid"}) {
    bool hidden = false;
    for (const columnar::Field& field : table.columns) hidden = hidden || EqualsIgnoreCase(field.name, name);
    if (hidden) continue;
    range.column = name;
    break;
  }
  if (range.column.empty()) return std::optional<RowidRange>();
  const std::string from = fmt::format("({0}) FROM {1}", range.column, QuotedRelation(table.name));
  auto first = handle.QueryInteger("SELECT min" + from);
  if (!first && first.error().code() == ErrorCode::kNotFound) return std::optional<RowidRange>();  // no rowid here
  if (!first) return std::move(first).error();
  DVT_ASSIGN(const auto last, handle.QueryInteger("SELECT max" + from));
  if (*first && last) {
    range.first = **first;
    range.last = *last;
    // A range wider than 63 bits can hold cannot be cut.
    int64_t width = 0;
    if (__builtin_sub_overflow(range.last, range.first, &width) || width == INT64_MAX) return std::optional<RowidRange>();
  }
  return std::optional<RowidRange>(range);
}

}  // namespace dvt::connectors::sqlite
