#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "dvt/plan/pushdown/filters.h"
#include "dvt/plan/resolve/model_query.h"

namespace dvt::plan {

/// How a source groups the rows of an extract that a block above a join groups again.
struct Reduction {
  struct Item {
    std::string sql;
    columnar::Field field;  ///< its name in the extract
  };
  std::vector<std::string> keys;  ///< rendered
  std::vector<Item> items;        ///< partial results
  std::string count;              ///< the item that counts rows; empty if that does not matter
  std::optional<double> rows;     ///< estimate of what is left
};

/// An aggregate call of the query that partial results, or the numbers of rows, replace.
struct PartialCall {
  enum class Kind { kRows, kCount, kSum, kAverage, kExtreme };
  sql::Node* call = nullptr;
  const sql::Node* block = nullptr;  ///< its query block
  Kind kind = Kind::kRows;
  const sql::Source* own = nullptr;  ///< whose extract has the partial results; null: the call's own argument is used
  std::string sum, count;            ///< columns of that extract
  bool integer = false;              ///< kSum, kAverage: of a column of integers
  int scale = 0;
  /// Of a CASE that chooses by columns of other extracts: its results, as partial ones of this extract, or constants for each of its rows.
  struct Branch {
    uint32_t at = 0;         ///< child of the CASE: 1 is ELSE
    std::string sum, count;  ///< columns; empty: a constant
    bool zero = false;       ///< that constant
  };
  std::vector<Branch> branches;
};

/// So often as this column says each row of an extract stands for one of its table.
struct RowWeight {
  const sql::Source* source = nullptr;
  const sql::Scope* scope = nullptr;
  std::string count;
  bool nullable = false;  ///< an outer join may supply NULL: once
};

/// One relation as the engine will see it: what all its occurrences in the query need together.
struct SplitInput {
  const BoundTable* table = nullptr;
  std::shared_ptr<const DescribedTable> info;
  SourceProfile profile;
  bool queries = false;  ///< the source runs SQL
  bool filters = false;  ///< the source filters by plain conditions
  std::vector<const sql::Source*> occurrences;
  std::set<int> columns;                 ///< in the table's order
  std::optional<Predicate> filter;       ///< column sources are nullptr
  std::string where;                     ///< rendered, source's dialect
  std::vector<std::string> key_filters;  ///< rendered semi-joins
  std::vector<NotPushed> not_pushed;
  std::vector<std::string> pushed;
  double selectivity = 1.0;
  std::string tail;        ///< rendered ORDER BY and LIMIT
  int64_t most_rows = -1;  ///< of the LIMIT
  std::shared_ptr<const Reduction> reduction;
  std::string name;  ///< under which the transform reads it

  std::optional<int64_t> EstimatedRows() const;
};

/// Several relations of one source that come as one extract: an anchor, and others joined to it by their keys, so that there are at
/// most as many rows as the anchor has.
struct JoinedInput {
  struct Member {
    SplitInput input;             ///< one occurrence each; the anchor first
    std::string alias;            ///< quoted, in the extract's SQL
    std::vector<std::string> on;  ///< rendered equalities with earlier members; none for the anchor
    std::vector<KeyPair> keys;    ///< the query's conjuncts that `on` replaces
  };
  std::vector<Member> members;
  std::shared_ptr<const Reduction> reduction;
  std::string name;

  const SplitInput& anchor() const { return members.front().input; }
};

/// A query block over one table that the source groups.
struct GroupedInput {
  struct Item {
    std::string sql;   ///< rendered for the source
    std::string name;  ///< output column
    columnar::Field field;
    std::optional<columnar::DataType> cast;  ///< the engine's own result type, where the source's may differ
  };
  SplitInput input;
  const sql::Scope* scope = nullptr;
  std::vector<Item> items;
  std::vector<std::string> keys;  ///< rendered
  std::string having;             ///< rendered
  double having_part = 1;         ///< guessed part of the groups that pass
  std::string name;
};

struct CollectedInputs {
  std::vector<SplitInput> tables;
  std::vector<JoinedInput> joins;
  std::vector<GroupedInput> groups;
  std::vector<PartialCall> partials;
  std::vector<RowWeight> weights;
  std::set<const sql::Node*> evaluated;  ///< conjuncts of the query that the sources evaluate exactly
};

/// What of the query is pushed to each relation.
class InputCollector {
 public:
  InputCollector(const PlanRequest& request, Catalog& catalog, ModelQuery& query, const sql::Analysis& analysis,
                 const sql::Node* root, std::set<columnar::RelationName> apart = {});
  /// Relations (as written) that the query reads more than once.
  std::set<columnar::RelationName> Repeated() const;
  /// One input a relation or joined group; one an occurrence for the relations that are read apart, in order of appearance.
  Result<CollectedInputs> Collect();
  const FilterAnalysis& filters() const { return filters_; }

 private:
  Status AddOccurrence(const sql::Source& source);
  SplitInput Single(const SplitInput& shared, const sql::Source* source) const;
  void ReadApart();
  void FindEvaluated();
  void CountColumns();
  void AddColumns(SplitInput& input) const;
  void AddFilter(SplitInput& input, const std::string& qualifier);
  void AddKeyFilters(SplitInput& input, const std::string& qualifier, const std::set<const sql::Source*>& besides);
  std::string KeyFilterVia(const SplitInput& input, const std::string& qualifier, const ColumnRef& own, const ColumnRef& other,
                           const std::set<const sql::Source*>& path, std::string* note) const;
  const SplitInput* InputOf(const sql::Source* source) const;
  void ReportOpaque(SplitInput& input);
  void JoinTables();
  void JoinScope(const sql::Scope& scope);
  bool Grow(const BlockFacts& facts, const std::set<const sql::Source*>& free, JoinedInput& group);
  bool TryMember(const BlockFacts& facts, const sql::Source* source, JoinedInput& group);
  void TakeOut(const sql::Source* source);
  void GroupTables();
  std::optional<GroupedInput> TryGroup(const sql::Scope& scope) const;
  bool ExactWhere(const sql::Scope& scope, const SplitInput& input, std::string* text) const;
  bool RenderHaving(const sql::Node* having, const sql::Source* source, GroupedInput& group) const;
  std::optional<GroupedInput::Item> Aggregate(const sql::Node* value, const sql::Source* source, const SplitInput& input) const;
  int ColumnOf(const sql::Node* node, const sql::Source* source) const;
  std::optional<GroupedInput::Item> GroupItem(const sql::Node* item, const sql::Source* source, const SplitInput& input,
                                              const std::set<int>& keys) const;
  void NameInputs();

  const PlanRequest& request_;
  Catalog& catalog_;
  ModelQuery& query_;
  const sql::Analysis& analysis_;
  const sql::Node* root_;
  FilterAnalysis filters_;
  std::set<columnar::RelationName> apart_;  // read once an occurrence
  std::set<ColumnRef> bound_;               // columns that the transform still reads
  std::set<const sql::Source*> whole_;      // sources of which all columns are needed
  std::vector<SplitInput> all_;             // every relation with all of its occurrences
  CollectedInputs out_;
};

/// Values of such a column are told apart alike by the source and the engine, and are NULL in both or in neither.
bool GroupsAlike(const columnar::Field& field, const SourceProfile& source);
/// Whether the source of its only occurrence finds the predicate true for exactly the rows that the engine does.
bool IsEvaluated(const Predicate& predicate, const SplitInput& input);
/// Whether both key columns mean the same equality in that source and in the engine.
bool SameKeyMeaning(const columnar::Field& one, const columnar::Field& other, const SourceFacts& facts);
/// Whether values of these columns together occur at most once.
bool IsUniqueKey(const columnar::TableInfo& info, const std::set<std::string>& columns);
/// Every FROM item of the scope is inner-joined, so that join conditions may move freely.
bool IsInnerOnly(const sql::Scope& scope);

}  // namespace dvt::plan
