#include "dvt/connectors/duckdb/catalog.h"

#include <fmt/format.h>

#include <charconv>

#include "dvt/base/text/text.h"
#include "dvt/columnar/c_abi/column_view.h"
#include "dvt/columnar/duckdb/result_stream.h"

namespace dvt::connectors::duckdb {
namespace {

using TextRow = std::vector<std::string>;  // NULL is empty

// A comment is put into a row behind this mark, so that an empty one differs from none.
constexpr std::string_view kMarked = "'=' || comment";

std::optional<std::string> Unmarked(const std::string& text) {
  return text.empty() ? std::nullopt : std::optional<std::string>(text.substr(1));
}

Result<std::vector<TextRow>> TextRows(const std::shared_ptr<duck::Connection>& connection, const std::string& sql,
                                      std::stop_token stop) {
  DVT_ASSIGN(duck::PreparedQuery query, duck::PrepareQuery(*connection, sql));
  const columnar::Fields fields = query.fields;
  duck::StreamOptions options;
  options.stop = std::move(stop);
  DVT_ASSIGN(columnar::Stream stream, duck::RunStreaming(connection, std::move(query), std::move(options)));
  std::vector<TextRow> rows;
  for (;;) {
    DVT_ASSIGN(columnar::Array batch, stream.Next());
    if (!batch.valid()) return rows;
    const auto columns = columnar::BatchColumns(batch.get(), fields);
    for (int64_t i = 0; i < batch.length(); ++i) {
      TextRow row(columns.size());
      for (size_t c = 0; c < columns.size(); ++c)
        if (!columns[c].IsNull(i)) columnar::AppendText(row[c], columns[c], i);
      rows.push_back(std::move(row));
    }
  }
}

/// Names compare without case, as DuckDB's own do.
std::string Same(std::string_view column, std::string_view text) {
  return fmt::format("lower({}) = lower({})", column, duck::QuoteText(text));
}

std::string TableFilter(const columnar::RelationName& name, std::string_view name_column = "table_name") {
  return Same("database_name", name.database) + " AND " + Same("schema_name", name.schema) + " AND " +
         Same(name_column, name.name);
}

/// Column names of an index's "[a, '\"B c\"']" text; expressions stay as they are.
std::vector<std::string> IndexColumns(std::string_view text) {
  std::vector<std::string> columns;
  if (text.size() < 2) return columns;
  for (const std::string& part : Split(text.substr(1, text.size() - 2), ',')) {
    std::string_view name = TrimView(part);
    for (const char quote : {'\'', '"'})
      if (name.size() >= 2 && name.front() == quote && name.back() == quote) name = name.substr(1, name.size() - 2);
    columns.emplace_back(name);
  }
  return columns;
}

Error NotFound(const std::shared_ptr<duck::Connection>& connection, const columnar::RelationName& name, std::stop_token stop) {
  Error error(ErrorCode::kNotFound, "there is no relation " + name.ToString());
  auto others = ReadRelations(connection, name.database, name.schema, std::move(stop));
  if (!others) return error;
  std::vector<std::string> names;
  for (const auto& other : *others) names.push_back(other.name.name);
  const std::string near = NearestName(name.name, names);
  if (!near.empty()) return std::move(error).WithHint("did you mean '" + near + "'?");
  if (names.empty()) return std::move(error).WithHint("schema " + name.schema + " has no relations");
  return error;
}

Status ReadIndexes(const std::shared_ptr<duck::Connection>& connection, columnar::TableInfo& table, const std::stop_token& stop) {
  DVT_ASSIGN(auto constraints, TextRows(connection,
                                        "SELECT constraint_type, coalesce(constraint_name, ''), constraint_column_names::VARCHAR "
                                        "FROM duckdb_constraints() WHERE constraint_type IN ('PRIMARY KEY', 'UNIQUE') AND " +
                                            TableFilter(table.name) + " ORDER BY constraint_index",
                                        stop));
  for (const TextRow& row : constraints) {
    columnar::IndexInfo index;
    index.name = row[1];
    index.columns = IndexColumns(row[2]);
    index.unique = true;
    index.primary = row[0] == "PRIMARY KEY";
    table.indexes.push_back(std::move(index));
  }
  DVT_ASSIGN(auto indexes, TextRows(connection,
                                    "SELECT index_name, is_unique::VARCHAR, expressions FROM duckdb_indexes() WHERE " +
                                        TableFilter(table.name) + " ORDER BY index_name",
                                    stop));
  for (const TextRow& row : indexes) {
    columnar::IndexInfo index;
    index.name = row[0];
    index.unique = row[1] == "true";
    index.columns = IndexColumns(row[2]);
    table.indexes.push_back(std::move(index));
  }
  return {};
}

}  // namespace

std::string QuotedRelation(const columnar::RelationName& name) {
  std::string text;
  if (!name.database.empty()) text += duck::QuoteName(name.database) + ".";
  if (!name.schema.empty()) text += duck::QuoteName(name.schema) + ".";
  return text + duck::QuoteName(name.name);
}

Result<std::vector<columnar::RelationInfo>> ReadRelations(const std::shared_ptr<duck::Connection>& connection,
                                                          const std::string& database, const std::string& schema,
                                                          std::stop_token stop) {
  const std::string filter = Same("database_name", database) + " AND " + Same("schema_name", schema);
  DVT_ASSIGN(auto rows,
             TextRows(connection,
                      "SELECT schema_name, table_name, 'table' FROM duckdb_tables() WHERE NOT internal AND " + filter +
                          " UNION ALL SELECT schema_name, view_name, 'view' FROM duckdb_views() WHERE NOT internal AND " +
                          filter + " ORDER BY 2",
                      std::move(stop)));
  std::vector<columnar::RelationInfo> relations;
  for (TextRow& row : rows)
    relations.push_back({{database, std::move(row[0]), std::move(row[1])},
                         row[2] == "view" ? columnar::RelationKind::kView : columnar::RelationKind::kTable});
  return relations;
}

Result<std::vector<std::string>> ReadSchemas(const std::shared_ptr<duck::Connection>& connection, const std::string& database,
                                             std::stop_token stop) {
  DVT_ASSIGN(auto rows, TextRows(connection,
                                 "SELECT schema_name FROM duckdb_schemas() WHERE schema_name NOT IN ('information_schema', "
                                 "'pg_catalog') AND " +
                                     Same("database_name", database) + " ORDER BY 1",
                                 std::move(stop)));
  std::vector<std::string> schemas;
  for (TextRow& row : rows) schemas.push_back(std::move(row[0]));
  return schemas;
}

Result<columnar::TableInfo> ReadTable(const std::shared_ptr<duck::Connection>& connection, const columnar::RelationName& name,
                                      std::stop_token stop) {
  columnar::TableInfo table;
  table.name = name;
  DVT_ASSIGN(auto found,
             TextRows(connection,
                      fmt::format("SELECT schema_name, table_name, 'table', estimated_size::VARCHAR, {} FROM duckdb_tables() "
                                  "WHERE {} UNION ALL SELECT schema_name, view_name, 'view', '', {} FROM duckdb_views() WHERE {}",
                                  kMarked, TableFilter(name), kMarked, TableFilter(name, "view_name")),
                      stop));
  if (found.empty()) return NotFound(connection, name, stop);
  table.name.schema = found[0][0];
  table.name.name = found[0][1];
  table.comment = Unmarked(found[0][4]);
  if (found[0][2] == "view") {
    table.kind = columnar::RelationKind::kView;
  } else if (int64_t rows = 0;
             std::from_chars(found[0][3].data(), found[0][3].data() + found[0][3].size(), rows).ec == std::errc()) {
    table.estimated_rows = rows;
  }
  DVT_ASSIGN(duck::PreparedQuery query, duck::PrepareQuery(*connection, "SELECT * FROM " + QuotedRelation(table.name)));
  table.columns = std::move(query.fields);
  DVT_ASSIGN(auto columns, TextRows(connection,
                                    fmt::format("SELECT column_name, data_type, is_nullable::VARCHAR, {} FROM duckdb_columns() "
                                                "WHERE {} ORDER BY column_index",
                                                kMarked, TableFilter(table.name)),
                                    stop));
  for (size_t i = 0; i < columns.size() && i < table.columns.size(); ++i) {
    table.columns[i].native_type = columns[i][1];
    table.columns[i].nullable = columns[i][2] != "false";
    table.column_comments.push_back(Unmarked(columns[i][3]));
  }
  DVT_TRY(ReadIndexes(connection, table, stop));
  return table;
}

namespace {

// "[Min: 1, Max: 7][Approx Unique: 12]": what stands behind a word, up to the next part.
std::string Part(const std::string& text, const std::string& word) {
  const size_t at = text.find(word + ": ");
  if (at == std::string::npos) return {};
  const size_t from = at + word.size() + 2;
  return text.substr(from, text.find_first_of(",]", from) - from);
}

}  // namespace

Result<columnar::TableStatistics> ReadStatistics(const std::shared_ptr<duck::Connection>& connection,
                                                 const columnar::TableInfo& table, std::stop_token stop) {
  std::string calls;
  for (const columnar::Field& field : table.columns)
    calls += fmt::format("{}stats({})", calls.empty() ? "" : ", ", duck::QuoteName(field.name));
  DVT_ASSIGN(const auto rows,
             TextRows(connection, fmt::format("SELECT {} FROM {} LIMIT 1", calls, QuotedRelation(table.name)), stop));
  columnar::TableStatistics out(table.columns.size());
  for (size_t i = 0; !rows.empty() && i < out.size(); ++i) {
    const std::string& text = rows.front()[i];
    if (const std::string distinct = Part(text, "Approx Unique"); !distinct.empty())
      out[i].distinct = std::atof(distinct.c_str());
    const std::string low = Part(text, "Min"), high = Part(text, "Max");
    const bool ordered = table.columns[i].type.is_numeric() || table.columns[i].type.is_temporal();
    if (ordered && !low.empty() && !high.empty()) out[i].bounds = {low, high};
  }
  return out;
}

}  // namespace dvt::connectors::duckdb
