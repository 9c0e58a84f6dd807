#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "dvt/plan/cost/described_table.h"
#include "dvt/plan/resolve/planner.h"
#include "dvt/sql/sql.h"

namespace dvt::plan {

/// A real relation that a model's SQL names.
struct BoundTable {
  columnar::RelationName written;  ///< as written in the SQL, folded
  std::string connection;
  columnar::RelationName relation;  ///< the real one
  std::string identity;             ///< of the connection; never empty
};

/// A model's SQL, parsed, with every table mapped to a connection and a relation. Serves the analysis as its schema; relations are
/// described when first asked for.
class ModelQuery : public sql::SchemaProvider {
 public:
  static Result<std::unique_ptr<ModelQuery>> Parse(const PlanRequest& request, Catalog& catalog);

  sql::Arena& arena() { return ast_.arena; }
  std::string_view source() const { return ast_.source; }
  sql::Node*& root() { return ast_.statements.front(); }
  const sql::Dialect& dialect() const { return *dialect_; }
  const std::vector<BoundTable>& tables() const { return tables_; }
  /// The table of that written name, or nullptr.
  const BoundTable* Find(const columnar::RelationName& written) const;
  /// Its description; an error names the relation and the connection.
  Result<std::shared_ptr<const DescribedTable>> Describe(const BoundTable& table);
  /// Asks for statistics of all tables that were described.
  void GatherStatistics();

  const columnar::Fields* Columns(const columnar::RelationName& written) override;
  /// Finds the tables anew, after the tree was changed.
  Status Bind(const PlanRequest& request);
  /// The first failure of Columns, which can only return nothing.
  const Error* describe_error() const { return describe_error_.get(); }
  /// Describes every table.
  Status DescribeAll();

 private:
  ModelQuery(Catalog& catalog, const sql::Dialect& dialect) : catalog_(catalog), dialect_(&dialect) {}

  Catalog& catalog_;
  const sql::Dialect* dialect_;
  sql::Ast ast_;
  std::vector<BoundTable> tables_;
  std::map<std::pair<std::string, columnar::RelationName>, std::shared_ptr<const DescribedTable>> described_;
  std::unique_ptr<Error> describe_error_;
};

/// Identity of a connection, its own name where the connector gives none.
std::string IdentityOf(const Catalog& catalog, const std::string& connection);
/// The relation as a query of its connection names it, quoted.
std::string QuotedRelation(const Catalog& catalog, const std::string& connection, const columnar::RelationName& relation);
bool CanQuery(const Catalog& catalog, const std::string& connection);
/// Whether it takes conditions on a relation; true of all that can be queried.
bool CanFilter(const Catalog& catalog, const std::string& connection);

/// The error of a qualified query in which COLUMNS or `* LIKE` still stands, over columns that nobody knows before it runs.
Status RefuseUnknownColumns(const sql::Node* query, const sql::Dialect& dialect, const std::string& file);

/// DVT003, DVT004 and DVT006 from the notes of a translation; exact ones are silent, repeated ones once.
void AddNotes(const std::vector<sql::TranspileNote>& notes, const std::string& where, Diagnostics& warnings);

/// DVT002 for used columns whose type has no exact home on the way.
void WarnLossyTypes(const sql::Analysis& analysis, ModelQuery& query, Diagnostics& warnings);

/// Gives outputs of a qualified query that have no name the one that its dialect would give them in a table, where that is known.
void NameOutputs(sql::Arena& arena, sql::Node* query, const sql::Dialect& dialect);

/// One SELECT over one table with the meaning of a qualified query whose CTEs and derived tables only choose, compute and filter; nullptr
/// if it is anything else. The query is not changed.
sql::Node* FlattenSelection(sql::Arena& arena, sql::Node* query, const sql::Dialect& dialect);

/// Puts values in place of constants that are computed from the model's own table alone, such as `(select max(x) from {{ this }})` or
/// `coalesce((select …), '1900-01-01') - interval '1 day'` in comparisons: the target is asked for them now, and nobody but the model itself
/// changes that table. Extracts can then be filtered by them. Those of types that do not go through literals stay as they are.
Status TakeOwnValues(const PlanRequest& request, Catalog& catalog, ModelQuery& query, ModelPlan& plan);

/// The direct way: fills one extract whose SQL is the whole query. False (and the reason as a warning) if the source's dialect cannot say
/// the query exactly; the plan is then as before.
Result<bool> PlanDirect(const PlanRequest& request, Catalog& catalog, ModelQuery& query, ModelPlan& plan);
/// The federated way.
Status PlanFederated(const PlanRequest& request, Catalog& catalog, ModelQuery& query, ModelPlan& plan);

}  // namespace dvt::plan
