#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dvt/base/result/result.h"
#include "dvt/base/text/value.h"
#include "dvt/template/lang/object.h"

namespace dvt::tmpl {

/// What a statement gave: its message and, if fetched, its rows.
struct QueryTable {
  std::vector<std::string> columns;
  std::vector<std::vector<Object>> rows;  ///< none, bool, int, float, str; dates and decimals as the runner sees fit
  std::string message;                    ///< "INSERT 0 5", "OK"
  std::string code;                       ///< "INSERT"
  int64_t rows_affected = -1;
};

/// A relation's parts, exact and unquoted.
struct RelationParts {
  std::string database;
  std::string schema;
  std::string identifier;
  std::string type;  ///< "table", "view", "materialized_view", "cte", "external", or empty: unknown
};

/// A column as DDL macros see it.
struct ColumnParts {
  std::string name;
  std::string data_type;  ///< the system's own spelling with lengths
};

/// One node's connection to its target, as macros use it through `adapter`. The runner implements it. Used by one thread at a
/// time; calls may block and honour the context's stop token.
class AdapterApi {
 public:
  virtual ~AdapterApi() = default;

  /// "postgres", "mysql", "sqlite", "duckdb".
  virtual std::string type() const = 0;
  /// Prefixes of override macros in order, such as {"redshift", "postgres", "default"}.
  virtual std::vector<std::string> DispatchPrefixes() const = 0;
  /// An identifier quoted for the system.
  virtual std::string Quote(std::string_view identifier) const = 0;
  /// Whether the system names databases in relations ("db"."schema"."table"); else Relation leaves that part out.
  virtual bool NamesDatabase() const { return true; }
  virtual bool NamesSchema() const { return true; }

  /// Runs SQL on the node's session. `fetch`: return its rows. `auto_begin`: open a transaction first if none is.
  virtual Result<QueryTable> Execute(const std::string& sql, bool auto_begin, bool fetch) = 0;
  virtual Status Begin() = 0;
  virtual Status Commit() = 0;
  virtual Status Rollback() = 0;

  /// nullopt if there is none.
  virtual Result<std::optional<RelationParts>> GetRelation(const std::string& database, const std::string& schema,
                                                           const std::string& identifier) = 0;
  virtual Result<std::vector<RelationParts>> ListRelations(const std::string& database, const std::string& schema) = 0;
  virtual Result<std::vector<ColumnParts>> GetColumns(const RelationParts& relation) = 0;
  virtual Result<std::vector<std::string>> ListSchemas(const std::string& database) = 0;
  virtual Status CreateSchema(const std::string& database, const std::string& schema) = 0;
  virtual Status DropSchema(const std::string& database, const std::string& schema) = 0;
  /// Tells the runner's relation cache; the SQL has been run by a macro.
  virtual void CacheAdded(const RelationParts& relation) = 0;
  virtual void CacheDropped(const RelationParts& relation) = 0;
  virtual void CacheRenamed(const RelationParts& from, const RelationParts& to) = 0;
  /// Columns that a query would have, without running it.
  virtual Result<std::vector<ColumnParts>> GetQueryColumns(const std::string& sql) = 0;

  /// Any further method of `adapter`: dvt's own (moves_data, transfer, create_table_for_transfer, …) and an adapter's extras.
  /// kNotFound if there is no such method. Relations arrive as Relation host objects.
  virtual Result<Object> CallExtra(Context& context, std::string_view name, const Arguments& arguments) = 0;
};

/// How a relation object is written as SQL; shared by all relations of one adapter.
struct RelationPolicy {
  std::function<std::string(std::string_view)> quote;  ///< quotes one identifier; null: double quotes
  bool names_database = true;
  bool names_schema = true;
  int64_t max_identifier = 63;  ///< bytes of a name
};

/// dbt's Relation: immutable; `include`, `incorporate`, `quote` … give changed copies.
class Relation : public HostObject {
 public:
  Relation(RelationParts parts, std::shared_ptr<const RelationPolicy> policy);

  const RelationParts& parts() const { return parts_; }
  /// Without schema and database where they are left out though the system has them.
  RelationParts written_parts() const;
  std::string Render() const;

  std::string TypeName() const override { return "Relation"; }
  bool is_mapping() const override { return true; }
  Result<std::optional<Object>> GetAttr(Context& context, std::string_view name) override;
  std::string Str() const override { return shown_.empty() ? Render() : shown_; }
  std::string Repr() const override;
  bool Equals(const Object& other) const override;
  size_t Hash() const override;
  std::vector<std::string> AttributeNames() const override;
  Value ToValue() const override;

 private:
  std::shared_ptr<Relation> Copy() const;
  Result<Object> Method(std::string_view name, const Arguments& arguments) const;
  Result<Object> WithPolicy(std::string_view name, const Arguments& arguments) const;
  Object WithoutIdentifier() const;
  Object WithParts(const Arguments& arguments) const;
  void SetPart(std::string_view part, const Object& value);
  Result<Object> InformationSchema(const Arguments& arguments) const;
  Result<Object> Matches(const Arguments& arguments) const;
  Result<Object> Get(const Arguments& arguments) const;

  RelationParts parts_;
  std::shared_ptr<const RelationPolicy> policy_;
  bool include_database_ = true;
  bool include_schema_ = true;
  bool include_identifier_ = true;
  bool quote_database_ = true;
  bool quote_schema_ = true;
  bool quote_identifier_ = true;
  std::string shown_;  ///< what stands in SQL where it is more than the name: a subquery with fewer rows; else empty
  std::string text_;   ///< fixed rendering (ephemeral CTE name, limited subquery); empty: from the parts
  friend class RelationFactory;
};

/// Relation.create, as C++.
Object MakeRelation(RelationParts parts, std::shared_ptr<const RelationPolicy> policy);
/// A relation that renders as `text` (an ephemeral model's CTE name).
Object MakeRelationText(RelationParts parts, std::string text, std::shared_ptr<const RelationPolicy> policy);
/// api.Column of a name and a native type text.
Object MakeColumn(const ColumnParts& column, std::shared_ptr<const RelationPolicy> policy);
/// A relation of which a query sees only some rows: as text it is `subquery`, its render() still gives the whole relation's.
Object MakeLimitedRelation(const Object& relation, std::string subquery);
/// The parts of a relation object, or an error naming what was given.
Result<RelationParts> PartsOf(const Object& relation, std::string_view function);
/// The same, without schema and database where the relation leaves them out: a temporary table.
Result<RelationParts> WrittenPartsOf(const Object& relation, std::string_view function);
/// A date, or a datetime in UTC (aware) or without a zone, as Python's: `.year`, `.strftime(…)`.
Object MakeDate(int64_t micros);
Object MakeDateTime(double seconds_since_epoch, bool aware);
/// Rows and columns as templates see a query's result (`.columns`, `.column_names`, `.rows`, iteration, `.columns[0].values()`).
Object MakeTable(QueryTable table);

}  // namespace dvt::tmpl
