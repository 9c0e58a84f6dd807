#pragma once
// A catalog for tests: the eight TPC-H tables, dealt over connections of any dialect.

#include <map>
#include <string>
#include <vector>

#include "dvt/plan/resolve/planner.h"
#include "dvt/sql/sql.h"

namespace dvt::plan {

class FakeCatalog : public Catalog {
 public:
  struct Connection {
    std::string dialect = "duckdb";
    std::string identity;
    uint32_t abilities = 3;
    std::string schema;
    sql::LetterCase letters = sql::LetterCase::kOwn;
  };
  std::map<std::string, Connection> connections;
  std::map<std::string, columnar::TableInfo> tables;  ///< by bare name
  int described = 0;
  std::optional<SingleValue> answer;  ///< to all that is evaluated
  std::vector<std::string> asked;

  FakeCatalog() {
    using columnar::DataType;
    using columnar::TypeKind;
    const DataType i32(TypeKind::kInt32), i64(TypeKind::kInt64), date(TypeKind::kDate), money = DataType::Decimal(15, 2);
    const DataType text = DataType::String();
    Table("region", 5, {{"r_regionkey", i32}, {"r_name", text}, {"r_comment", text}}, {"r_regionkey"});
    Table("nation", 25, {{"n_nationkey", i32}, {"n_name", text}, {"n_regionkey", i32}, {"n_comment", text}}, {"n_nationkey"});
    Table("supplier", 100,
          {{"s_suppkey", i64},
           {"s_name", text},
           {"s_address", text},
           {"s_nationkey", i32},
           {"s_phone", text},
           {"s_acctbal", money},
           {"s_comment", text}},
          {"s_suppkey"});
    Table("customer", 1500,
          {{"c_custkey", i64},
           {"c_name", text},
           {"c_address", text},
           {"c_nationkey", i32},
           {"c_phone", text},
           {"c_acctbal", money},
           {"c_mktsegment", text},
           {"c_comment", text}},
          {"c_custkey"});
    Table("part", 2000,
          {{"p_partkey", i64},
           {"p_name", text},
           {"p_mfgr", text},
           {"p_brand", text},
           {"p_type", text},
           {"p_size", i32},
           {"p_container", text},
           {"p_retailprice", money},
           {"p_comment", text}},
          {"p_partkey"});
    Table("partsupp", 8000,
          {{"ps_partkey", i64}, {"ps_suppkey", i64}, {"ps_availqty", i32}, {"ps_supplycost", money}, {"ps_comment", text}},
          {"ps_partkey", "ps_suppkey"});
    Table("orders", 15000,
          {{"o_orderkey", i64},
           {"o_custkey", i64},
           {"o_orderstatus", text},
           {"o_totalprice", money},
           {"o_orderdate", date},
           {"o_orderpriority", text},
           {"o_clerk", text},
           {"o_shippriority", i32},
           {"o_comment", text}},
          {"o_orderkey"});
    Table("lineitem", 60175,
          {{"l_orderkey", i64},
           {"l_partkey", i64},
           {"l_suppkey", i64},
           {"l_linenumber", i32},
           {"l_quantity", money},
           {"l_extendedprice", money},
           {"l_discount", money},
           {"l_tax", money},
           {"l_returnflag", text},
           {"l_linestatus", text},
           {"l_shipdate", date},
           {"l_commitdate", date},
           {"l_receiptdate", date},
           {"l_shipinstruct", text},
           {"l_shipmode", text},
           {"l_comment", text}},
          {"l_orderkey", "l_linenumber"});
  }

  void Table(const std::string& name, int64_t rows, columnar::Fields columns, std::vector<std::string> key) {
    columnar::TableInfo info;
    info.name.name = name;
    info.estimated_rows = rows;
    info.columns = std::move(columns);
    for (columnar::Field& field : info.columns) field.nullable = std::find(key.begin(), key.end(), field.name) == key.end();
    if (!key.empty()) info.indexes.push_back({name + "_pk", std::move(key), true, true});
    tables[name] = std::move(info);
  }

  Result<columnar::TableInfo> Describe(const std::string& connection, const columnar::RelationName& relation) override {
    ++described;
    const auto it = tables.find(relation.name);
    if (it == tables.end()) return Error(ErrorCode::kNotFound, "there is no table " + relation.ToString() + " on " + connection);
    return it->second;
  }
  Result<std::optional<SingleValue>> Evaluate(const std::string& connection, const std::string& sql) override {
    asked.push_back(connection + ": " + sql);
    return answer;
  }
  const sql::Dialect& DialectOf(const std::string& connection) const override {
    return *sql::FindDialect(connections.at(connection).dialect);
  }
  uint32_t abilities(const std::string& connection) const override { return connections.at(connection).abilities; }
  sql::LetterCase LetterCaseOf(const std::string& connection, const std::vector<columnar::RelationName>&) const override {
    return connections.at(connection).letters;
  }
  std::string Identity(const std::string& connection) const override { return connections.at(connection).identity; }

  /// The upstream of a table that lives on `connection`.
  UpstreamTable Upstream(const std::string& connection, const std::string& table, const sql::Dialect& model) const {
    const columnar::RelationName relation{"", connections.at(connection).schema, table};
    return {RenderUpstream(model, connection, relation, false), connection, relation, "source." + connection + "." + table};
  }
};

}  // namespace dvt::plan
