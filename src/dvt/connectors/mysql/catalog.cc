#include "dvt/connectors/mysql/catalog.h"

#include <fmt/format.h>

#include <charconv>

#include "dvt/base/text/text.h"
#include "dvt/connectors/mysql/quoting.h"
#include "dvt/connectors/mysql/row_reader.h"

namespace dvt::connectors::mysql {

namespace {

using columnar::RelationKind;

std::string_view Text(const TextRow& row, size_t column) {
  return row[column].has_value() ? std::string_view(*row[column]) : std::string_view();
}

std::optional<int64_t> Integer(const TextRow& row, size_t column) {
  int64_t value = 0;
  const std::string_view text = Text(row, column);
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || parsed.ec != std::errc()) return std::nullopt;
  return value;
}

RelationKind KindOf(std::string_view table_type) {
  if (table_type == "BASE TABLE" || table_type == "SYSTEM VERSIONED") return RelationKind::kTable;
  if (table_type == "VIEW") return RelationKind::kView;
  return RelationKind::kOther;
}

Error NoSuchRelation(Connection& connection, const std::string& schema, const std::string& name, std::stop_token stop) {
  Error error(ErrorCode::kNotFound, fmt::format("there is no table or view '{}' in schema '{}'", name, schema));
  std::vector<std::string> names;
  auto relations = ListRelations(connection, schema, stop);
  if (relations) {
    for (const auto& relation : *relations) names.push_back(relation.name.name);
  }
  std::string hint = DidYouMean(name, names);
  if (names.empty()) {
    auto schemas = ListSchemas(connection, stop);
    if (schemas) hint = DidYouMean(schema, *schemas);
  }
  return std::move(error).WithVendorCode("1146").WithHint(std::string(TrimView(hint)));
}

// Fills types from the result metadata of the table itself, so that describing and reading never disagree, and the native types
// with their collations from information_schema.
Status ReadColumns(Connection& connection, const std::string& schema, const std::string& name, const ReadConventions& conventions,
                   TableFacts& facts, std::stop_token stop) {
  const std::string relation = QuoteName(schema) + "." + QuoteName(name);
  DVT_ASSIGN(auto shape, PrepareShape(connection, "SELECT * FROM " + relation, conventions, stop));
  facts.info.columns = std::move(shape.fields);
  facts.notes = std::move(shape.notes);
  DVT_ASSIGN(auto rows, connection.Rows("SELECT column_name, column_type, collation_name, is_nullable, extra FROM "
                                        "information_schema.columns WHERE table_schema = " +
                                            Literal(schema) + " AND table_name = " + Literal(name) + " ORDER BY ordinal_position",
                                        stop));
  for (const TextRow& row : rows) {
    for (auto& field : facts.info.columns) {
      if (field.name != Text(row, 0)) continue;
      if (field.type.kind != columnar::TypeKind::kJson) field.native_type = Text(row, 1);
      if (row[2].has_value()) field.native_type += " collate " + *row[2];
      if (Text(row, 3) == "YES") field.nullable = true;
    }
    const std::string extra = ToUpper(Text(row, 4));
    if (extra.find("GENERATED") != std::string::npos && extra.find("DEFAULT_GENERATED") == std::string::npos) {
      facts.generated_columns.emplace_back(Text(row, 0));
    }
  }
  return {};
}

Status ReadIndexes(Connection& connection, const std::string& schema, const std::string& name, TableFacts& facts,
                   std::stop_token stop) {
  DVT_ASSIGN(auto rows, connection.Rows("SELECT index_name, column_name, non_unique, sub_part, index_type FROM "
                                        "information_schema.statistics WHERE table_schema = " +
                                            Literal(schema) + " AND table_name = " + Literal(name) +
                                            " ORDER BY index_name = 'PRIMARY' DESC, index_name, seq_in_index",
                                        stop));
  auto& indexes = facts.info.indexes;
  std::string unusable;  // an index with a part that does not order whole values: prefix, functional, full-text, spatial
  for (const TextRow& row : rows) {
    const std::string_view index_name = Text(row, 0);
    if (index_name == unusable) continue;
    if (Text(row, 4) != "BTREE" || row[3].has_value() || !row[1].has_value()) {
      unusable = index_name;
      if (!indexes.empty() && indexes.back().name == index_name) indexes.pop_back();
      continue;
    }
    if (indexes.empty() || indexes.back().name != index_name) {
      columnar::IndexInfo index;
      index.name = index_name;
      index.unique = Text(row, 2) == "0";
      index.primary = index_name == "PRIMARY";
      indexes.push_back(std::move(index));
    }
    indexes.back().columns.emplace_back(Text(row, 1));
  }
  if (facts.innodb && !indexes.empty() && indexes.front().primary) facts.clustered_key = indexes.front().columns;
  return {};
}

}  // namespace

Result<std::vector<std::string>> ListSchemas(Connection& connection, std::stop_token stop) {
  DVT_ASSIGN(auto rows, connection.Rows("SELECT schema_name FROM information_schema.schemata WHERE schema_name NOT IN "
                                        "('information_schema', 'performance_schema', 'mysql', 'sys') ORDER BY schema_name",
                                        stop));
  std::vector<std::string> names;
  for (const TextRow& row : rows) names.emplace_back(Text(row, 0));
  return names;
}

Result<std::vector<columnar::RelationInfo>> ListRelations(Connection& connection, const std::string& schema,
                                                          std::stop_token stop) {
  DVT_ASSIGN(auto rows, connection.Rows("SELECT table_name, table_type FROM information_schema.tables WHERE table_schema = " +
                                            Literal(schema) + " ORDER BY table_name",
                                        stop));
  std::vector<columnar::RelationInfo> relations;
  for (const TextRow& row : rows) {
    relations.push_back({{std::string(), schema, std::string(Text(row, 0))}, KindOf(Text(row, 1))});
  }
  return relations;
}

Result<TableFacts> DescribeTable(Connection& connection, const std::string& schema, const std::string& name,
                                 const ReadConventions& conventions, std::stop_token stop) {
  DVT_ASSIGN(auto rows, connection.Rows("SELECT table_name, table_type, engine, table_rows, data_length FROM "
                                        "information_schema.tables WHERE table_schema = " +
                                            Literal(schema) + " AND table_name = " + Literal(name),
                                        stop));
  if (rows.empty()) return NoSuchRelation(connection, schema, name, stop);
  TableFacts facts;
  const TextRow& row = rows.front();
  facts.info.name = {std::string(), schema, std::string(Text(row, 0))};
  facts.info.kind = KindOf(Text(row, 1));
  facts.innodb = Text(row, 2) == "InnoDB";
  facts.info.estimated_rows = Integer(row, 3);
  facts.info.estimated_bytes = Integer(row, 4);
  DVT_TRY(ReadColumns(connection, schema, name, conventions, facts, stop));
  DVT_TRY(ReadIndexes(connection, schema, name, facts, stop));
  return facts;
}

Result<columnar::TableStatistics> ReadStatistics(Connection& connection, const std::string& schema,
                                                 const columnar::TableInfo& table, std::stop_token stop) {
  DVT_ASSIGN(auto rows,
             connection.Rows("SELECT column_name, cardinality FROM information_schema.statistics WHERE seq_in_index = 1 AND "
                             "sub_part IS NULL AND cardinality > 0 AND table_schema = " +
                                 Literal(schema) + " AND table_name = " + Literal(table.name.name),
                             stop));
  columnar::TableStatistics out(table.columns.size());
  for (size_t i = 0; i < out.size(); ++i) {
    for (const auto& row : rows) {
      if (row[0] == table.columns[i].name) out[i].distinct = std::atof(row[1].value_or("0").c_str());
    }
  }
  return out;
}

}  // namespace dvt::connectors::mysql
