#include "dvt/connectors/postgres/catalog.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>

#include "dvt/base/text/text.h"
#include "dvt/base/text/value.h"
#include "dvt/sql/dialects/dialect.h"

namespace dvt::connectors::postgres {

using columnar::Field;
using columnar::RelationKind;

namespace {

int64_t Number(const PgResult& result, int row, int column) {
  const auto text = Cell(result, row, column);
  int64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

RelationKind KindOf(char relkind) {
  switch (relkind) {
    case 'r':
    case 'p': return RelationKind::kTable;
    case 'v': return RelationKind::kView;
    case 'm': return RelationKind::kMaterializedView;
    default: return RelationKind::kOther;
  }
}

// Arrays declared with several dimensions: (table, column) pairs of a description that must be read as text.
Result<std::vector<bool>> DeclaredMultiDimensional(Connection& connection, const PgResult& described,
                                                   const std::vector<PgType>& types, std::stop_token stop) {
  std::vector<bool> found(types.size(), false);
  std::string pairs;
  for (size_t i = 0; i < types.size(); ++i) {
    const int column = static_cast<int>(i);
    if (types[i].wire != Wire::kArray || PQftable(described.get(), column) == 0) continue;
    pairs += fmt::format("{}({},{},{})", pairs.empty() ? "" : ",", i, PQftable(described.get(), column),
                         PQftablecol(described.get(), column));
  }
  if (pairs.empty()) return found;
  DVT_ASSIGN(PgResult rows, connection.Run("SELECT v.i FROM (VALUES " + pairs +
                                               ") AS v(i, rel, col) JOIN pg_catalog.pg_attribute a "
                                               "ON a.attrelid = v.rel AND a.attnum = v.col WHERE a.attndims > 1",
                                           stop));
  for (int i = 0; i < PQntuples(rows.get()); ++i) found[static_cast<size_t>(Number(rows, i, 0))] = true;
  return found;
}

}  // namespace

std::string QueryShape::Wrap(const std::string& sql) const {
  if (!has_casts) return sql;
  std::string list, names;
  for (size_t i = 0; i < casts.size(); ++i) {
    const std::string name = fmt::format("c{}", i + 1);
    list += (i == 0 ? "" : ", ") + name + casts[i];
    names += (i == 0 ? "" : ", ") + name;
  }
  return fmt::format("SELECT {} FROM (\n{}\n) AS dvt_read({})", list, sql, names);
}

Result<QueryShape> DescribeShape(Connection& connection, const std::string& sql, std::stop_token stop) {
  DVT_ASSIGN(PgResult described, connection.Prepare(sql, stop));
  QueryShape shape;
  std::vector<std::pair<unsigned, int>> wanted;
  for (int i = 0; i < PQnfields(described.get()); ++i) {
    wanted.emplace_back(PQftype(described.get(), i), PQfmod(described.get(), i));
  }
  TypeResolver resolver(connection);
  DVT_ASSIGN(shape.types, resolver.Resolve(wanted, stop));
  DVT_ASSIGN(const auto many_dimensions, DeclaredMultiDimensional(connection, described, shape.types, stop));
  for (size_t i = 0; i < shape.types.size(); ++i) {
    PgType& type = shape.types[i];
    Field field{PQfname(described.get(), static_cast<int>(i)), type.type, true, type.native};
    std::string cast;
    if (many_dimensions[i]) {
      cast = "::text";
      shape.notes.push_back(
          fmt::format("column {} of type {} has several dimensions and is read as text", field.name, type.native));
    } else if (type.wire == Wire::kOther) {
      cast = "::text";
      shape.notes.push_back(fmt::format("column {} of type {} is read as text", field.name, type.native));
    } else if (type.wire == Wire::kMoney) {
      cast = "::numeric";
      shape.notes.push_back(fmt::format("column {} of type money is read as decimal(19,2)", field.name));
    } else if (type.wire == Wire::kNumeric && type.type.precision == 0) {
      shape.notes.push_back(
          fmt::format("column {} is numeric without precision: it is read as decimal(38,18), and a value that does "
                      "not fit is an error",
                      field.name));
    }
    if (cast == "::text") field.type = columnar::TypeKind::kUnknown;
    shape.has_casts = shape.has_casts || !cast.empty();
    shape.casts.push_back(std::move(cast));
    shape.fields.push_back(std::move(field));
  }
  shape.raw_format = RawSignature(shape.types, shape.casts);
  return shape;
}

std::string RawSignature(const std::vector<PgType>& types, const std::vector<std::string>& casts) {
  std::string text = "pgcopy:";
  for (size_t i = 0; i < types.size(); ++i) {
    if (i > 0) text += ',';
    if (!casts.empty() && !casts[i].empty()) {
      text += casts[i].substr(2);
      continue;
    }
    const PgType& type = types[i];
    if (!type.portable) return {};
    // A receiving varchar, name or enum checks every value itself, so all of them may carry text.
    const bool plain_text =
        type.wire == Wire::kText && type.type.kind == columnar::TypeKind::kString && type.oid != 18 && type.oid != 142;
    text += plain_text ? "text" : type.native;
  }
  return text;
}

Result<PgResult> Attempt(Connection& connection, const std::string& sql, std::stop_token stop) {
  const bool nested = PQtransactionStatus(connection.raw()) == PQTRANS_INTRANS;
  if (nested) DVT_TRY(connection.Run("SAVEPOINT dvt_attempt", stop));
  auto result = connection.Run(sql, stop);
  if (nested && connection.usable()) {
    auto ended = connection.Run(result ? "RELEASE dvt_attempt" : "ROLLBACK TO dvt_attempt; RELEASE dvt_attempt", {});
    if (!ended) return std::move(ended).error();
  }
  return result;
}

Estimate EstimateRows(Connection& connection, const std::string& sql, std::stop_token stop) {
  Estimate out;
  auto rows = Attempt(connection, "EXPLAIN (FORMAT JSON) " + sql, stop);
  if (!rows || PQntuples(rows->get()) != 1) return out;
  const std::string text(Cell(*rows, 0, 0));
  auto json = ParseJson(text);
  if (!json || !json->is_list() || json->list().empty()) return out;
  const Value& estimate = json->list()[0]["Plan"]["Plan Rows"];
  if (estimate.is_number()) out.rows = std::llround(estimate.as_float());
  out.uses_index = text.find("\"Seq Scan\"") == std::string::npos && text.find("Index") != std::string::npos;
  return out;
}

namespace {

std::optional<std::string> OptionalCell(const PgResult& rows, int row, int column) {
  if (PQgetisnull(rows.get(), row, column) != 0) return std::nullopt;
  return std::string(Cell(rows, row, column));
}

Error NoSuchRelation(Connection& connection, const columnar::RelationName& name, const std::string& schema,
                     std::stop_token stop) {
  Error error(ErrorCode::kNotFound,
              fmt::format("there is no relation {}.{} in '{}'", schema, name.name, connection.settings().connection));
  auto others = connection.RunParams(
      "SELECT n.nspname, c.relname FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace "
      "WHERE c.relkind IN ('r','p','v','m','f') AND (n.nspname = $1 OR c.relname = $2) AND n.nspname !~ '^pg_' LIMIT 20000",
      {schema, name.name}, stop);
  if (!others) return error;
  std::vector<std::string> near;
  for (int i = 0; i < PQntuples(others->get()); ++i) {
    if (Cell(*others, i, 0) == schema) {
      near.emplace_back(Cell(*others, i, 1));
    } else {
      return std::move(error).WithHint(fmt::format("There is one in schema {}.", Cell(*others, i, 0)));
    }
  }
  const std::string hint = DidYouMean(name.name, near);
  return hint.empty() ? std::move(error) : std::move(error).WithHint(std::string(TrimView(hint)));
}

}  // namespace

Result<RelationFacts> FindRelation(Connection& connection, const columnar::RelationName& name, std::stop_token stop) {
  const Settings& settings = connection.settings();
  if (!name.database.empty() && name.database != settings.database) {
    return Error(ErrorCode::kNotFound, fmt::format("relation {} lies in database {}, but connection '{}' is to database {}",
                                                   name.ToString(), name.database, settings.connection, settings.database))
        .WithHint("PostgreSQL reads one database per connection: add an output for the other one to profiles.yml.");
  }
  const std::string schema = name.schema.empty() ? settings.schema : name.schema;
  DVT_ASSIGN(PgResult rows,
             connection.RunParams("SELECT c.oid, c.relkind, c.relhassubclass, c.reltuples, c.relpages, "
                                  "CASE WHEN c.relkind IN ('r','m') THEN pg_catalog.pg_relation_size(c.oid) "
                                  "/ pg_catalog.current_setting('block_size')::bigint ELSE 0 END, "
                                  "pg_catalog.pg_get_userbyid(c.relowner), pg_catalog.obj_description(c.oid, 'pg_class') "
                                  "FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace "
                                  "WHERE c.relname = $1 AND c.relkind IN ('r','p','v','m','f') "
                                  "AND n.oid = CASE WHEN $2 = 'pg_temp' THEN pg_catalog.pg_my_temp_schema() ELSE "
                                  "(SELECT oid FROM pg_catalog.pg_namespace WHERE nspname = $2) END",
                                  {name.name, schema}, stop));
  if (PQntuples(rows.get()) == 0) return NoSuchRelation(connection, name, schema, stop);
  RelationFacts facts;
  facts.oid = static_cast<unsigned>(Number(rows, 0, 0));
  facts.kind = Cell(rows, 0, 1)[0];
  facts.has_children = Cell(rows, 0, 2) == "t";
  const double tuples = std::atof(PQgetvalue(rows.get(), 0, 3));
  const int64_t analyzed_pages = Number(rows, 0, 4);
  facts.pages = Number(rows, 0, 5);
  facts.owner = Cell(rows, 0, 6);
  facts.comment = OptionalCell(rows, 0, 7);
  facts.name = {settings.database, schema, name.name};
  if (facts.kind == 'v' || tuples < 0) return facts;  // never analyzed
  if (analyzed_pages > 0 && facts.pages > 0) {
    facts.rows = std::llround(tuples / static_cast<double>(analyzed_pages) * static_cast<double>(facts.pages));
  } else if (analyzed_pages == 0 && facts.pages > 0) {
    return facts;  // grown since it was analyzed empty
  } else {
    facts.rows = std::llround(tuples);
  }
  return facts;
}

Result<std::vector<columnar::IndexInfo>> ListIndexes(Connection& connection, unsigned oid, std::stop_token stop) {
  DVT_ASSIGN(PgResult rows,
             connection.RunParams(
                 "SELECT c.relname, i.indisunique AND i.indpred IS NULL, i.indisprimary, a.attname FROM pg_catalog.pg_index i "
                 "JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid "
                 "CROSS JOIN LATERAL pg_catalog.unnest(i.indkey::int2[]) WITH ORDINALITY AS k(attnum, place) "
                 "LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum AND k.attnum > 0 "
                 "WHERE i.indrelid = $1::oid AND i.indisvalid AND k.place <= i.indnkeyatts ORDER BY i.indisprimary DESC, "
                 "c.relname, k.place",
                 {std::to_string(oid)}, stop));
  std::vector<columnar::IndexInfo> indexes;
  for (int i = 0; i < PQntuples(rows.get()); ++i) {
    if (indexes.empty() || indexes.back().name != Cell(rows, i, 0)) {
      indexes.push_back({std::string(Cell(rows, i, 0)), {}, Cell(rows, i, 1) == "t", Cell(rows, i, 2) == "t"});
    }
    indexes.back().columns.emplace_back(Cell(rows, i, 3));  // empty for an expression
  }
  return indexes;
}

Result<columnar::TableInfo> DescribeRelation(Connection& connection, const columnar::RelationName& name, std::stop_token stop) {
  DVT_ASSIGN(const RelationFacts facts, FindRelation(connection, name, stop));
  columnar::TableInfo info;
  info.name = facts.name;
  info.kind = KindOf(facts.kind);
  info.estimated_rows = facts.rows;
  info.owner = facts.owner;
  info.comment = facts.comment;
  DVT_ASSIGN(PgResult rows,
             connection.RunParams(
                 // A collation of the column's own that does not compare bytes is said behind the type.
                 "SELECT attname, atttypid, atttypmod, attnotnull, pg_catalog.format_type(atttypid, atttypmod) || COALESCE("
                 "(SELECT pg_catalog.format(' COLLATE %I.%I', n.nspname, c.collname) FROM pg_catalog.pg_collation c JOIN "
                 "pg_catalog.pg_namespace n ON n.oid = c.collnamespace WHERE c.oid = attcollation AND "
                 "c.collname NOT IN ('default', 'C', 'POSIX', 'ucs_basic')), ''), attndims, "
                 "pg_catalog.col_description(attrelid, attnum) "
                 "FROM pg_catalog.pg_attribute WHERE attrelid = $1::oid AND attnum > 0 AND NOT attisdropped ORDER BY attnum",
                 {std::to_string(facts.oid)}, stop));
  std::vector<std::pair<unsigned, int>> wanted;
  for (int i = 0; i < PQntuples(rows.get()); ++i) {
    wanted.emplace_back(static_cast<unsigned>(Number(rows, i, 1)), static_cast<int>(Number(rows, i, 2)));
  }
  TypeResolver resolver(connection);
  DVT_ASSIGN(const auto types, resolver.Resolve(wanted, stop));
  for (int i = 0; i < PQntuples(rows.get()); ++i) {
    const PgType& type = types[static_cast<size_t>(i)];
    const bool as_text = type.wire == Wire::kOther || (type.wire == Wire::kArray && Number(rows, i, 5) > 1);
    info.columns.push_back({std::string(Cell(rows, i, 0)), as_text ? columnar::DataType() : type.type, Cell(rows, i, 3) != "t",
                            std::string(Cell(rows, i, 4))});
    info.column_comments.push_back(OptionalCell(rows, i, 6));
  }
  DVT_ASSIGN(info.indexes, ListIndexes(connection, facts.oid, stop));
  if (facts.pages > 0) info.estimated_bytes = facts.pages * 8192;
  return info;
}

Result<bool> PairsLettersAsEngine(Connection& connection, std::stop_token stop) {
  DVT_ASSIGN(const PgResult encoding, connection.Run("SHOW server_encoding", stop));
  if (Cell(encoding, 0, 0) != "UTF8") return false;
  const std::string upper = ReplaceAll(std::string(sql::ExactUpper(*sql::FindDialect("postgres"))), "ARG1", "t");
  DVT_ASSIGN(const PgResult made,
             connection.Run(fmt::format("SELECT md5({}), md5(LOWER(t)) FROM (SELECT string_agg(chr(i), '' ORDER BY i) AS t FROM "
                                        "generate_series(1, {}) AS i WHERE i NOT BETWEEN 55296 AND 57343) AS letters",
                                        upper, sql::kLastCasedLetter),
                            stop));
  return Cell(made, 0, 0) == sql::kEngineUpperMd5 && Cell(made, 0, 1) == sql::kEngineLowerMd5;
}

Result<bool> HaveOwnCollations(Connection& connection, const std::vector<columnar::RelationName>& relations,
                               std::stop_token stop) {
  for (const columnar::RelationName& name : relations) {
    DVT_ASSIGN(const RelationFacts facts, FindRelation(connection, name, stop));
    DVT_ASSIGN(const PgResult rows,
               connection.RunParams("SELECT 1 FROM pg_catalog.pg_attribute a WHERE attrelid = $1::oid AND attnum > 0 AND NOT "
                                    "attisdropped AND attcollation NOT IN (0, 'pg_catalog.\"default\"'::regcollation) LIMIT 1",
                                    {std::to_string(facts.oid)}, stop));
    if (PQntuples(rows.get()) > 0) return true;
  }
  return false;
}

Result<std::vector<columnar::RelationInfo>> ListRelationsOf(Connection& connection, const std::string& schema,
                                                            std::stop_token stop) {
  DVT_ASSIGN(
      PgResult rows,
      connection.RunParams(
          "SELECT c.relname, c.relkind FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace "
          "WHERE n.nspname = $1 AND c.relkind IN ('r','p','v','m','f') ORDER BY c.relname",
          {schema}, stop));
  std::vector<columnar::RelationInfo> relations;
  for (int i = 0; i < PQntuples(rows.get()); ++i) {
    relations.push_back({{connection.settings().database, schema, std::string(Cell(rows, i, 0))}, KindOf(Cell(rows, i, 1)[0])});
  }
  return relations;
}

}  // namespace dvt::connectors::postgres
