#pragma once

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "dvt/plan/pushdown/filters.h"
#include "dvt/plan/resolve/model_query.h"

namespace dvt::plan {

/// One relation as the engine will see it: what all its occurrences in the query need together.
struct SplitInput {
  const BoundTable* table = nullptr;
  std::shared_ptr<const columnar::TableInfo> info;
  SourceProfile profile;
  bool queries = false;                          ///< the source runs SQL
  std::vector<const sql::Source*> occurrences;
  std::set<int> columns;                         ///< in the table's order
  std::optional<Predicate> filter;               ///< column sources are nullptr
  std::string where;                             ///< rendered, source's dialect
  std::vector<std::string> key_filters;          ///< rendered semi-joins
  std::vector<NotPushed> not_pushed;
  std::vector<std::string> pushed;
  double selectivity = 1.0;
  std::string name;                              ///< under which the transform reads it

  std::optional<int64_t> EstimatedRows() const;
};

/// What of the query is pushed to one relation.
class InputCollector {
 public:
  InputCollector(const PlanRequest& request, Catalog& catalog, ModelQuery& query, const sql::Analysis& analysis, const sql::Node* root);
  /// One input a relation, in order of appearance.
  Result<std::vector<SplitInput>> Collect();

 private:
  Status AddOccurrence(const sql::Source& source, std::vector<SplitInput>& inputs);
  void AddColumns(const sql::Source& source, SplitInput& input);
  void AddFilter(SplitInput& input);
  void AddKeyFilters(std::vector<SplitInput>& inputs, SplitInput& input);
  std::string KeyFilterVia(const std::vector<SplitInput>& inputs, const SplitInput& input, const ColumnRef& own, const ColumnRef& other,
                           const std::set<const sql::Source*>& path, std::string* note);
  void ReportOpaque(SplitInput& input);
  void NameInputs(std::vector<SplitInput>& inputs);

  const PlanRequest& request_;
  Catalog& catalog_;
  ModelQuery& query_;
  const sql::Analysis& analysis_;
  const sql::Node* root_;
  FilterAnalysis filters_;
  std::set<std::pair<const sql::Source*, int>> bound_;   // columns that some node refers to
  std::set<const sql::Source*> whole_;                   // sources of which all columns are needed
};

}  // namespace dvt::plan
