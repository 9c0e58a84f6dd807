#pragma once

#include <map>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "dvt/run/context/node_adapter.h"
#include "dvt/run/context/node_index.h"
#include "dvt/run/context/run_context.h"

namespace dvt::run {

/// A table on another connection that a compiled query names.
struct ForeignTable {
  std::string text;  ///< as rendered into the SQL: three quoted parts, the first being the connection's name
  std::string connection;
  columnar::RelationName relation;  ///< on its own connection
  std::string node_id;
};

/// A node's SQL, ready for planning.
struct Compiled {
  std::string sql;                                        ///< ephemeral models in front as CTEs
  std::string body;                                       ///< the same without them
  std::vector<std::pair<std::string, std::string>> ctes;  ///< (node id, "__dbt__cte__x as (…)")
  std::vector<ForeignTable> foreign;                      ///< empty: the target has everything
  bool reads_target = false;                              ///< relations that the target has, too
};

/// What a unit test puts in place of what its model reads and calls.
struct StandIns {
  const model::Node* test = nullptr;
  bool from_nothing = false;                  ///< is_incremental() is false, whatever the test says
  std::map<std::string, std::string> tables;  ///< unique id of a node or source (the model's own: `this`) → name of a CTE
};

/// Where a node or source is, or was when it is deferred.
struct Whereabouts {
  std::string connection;
  columnar::RelationName relation;
};

/// Renders nodes to SQL. Thread-safe; each call has its own template context.
class Compiler {
 public:
  Compiler(RunContext& run, const NodeIndex& index) : run_(run), index_(index) {}

  /// Variables and functions of a node's templates; `resolver` must outlive the context made from it.
  tmpl::ContextParams Params(const model::Node& node, NodeAdapter* adapter, tmpl::NodeResolver* resolver) const;
  Result<Compiled> Compile(const model::Node& node, NodeAdapter& adapter, std::stop_token stop) const;
  /// Any template text in the context of a node (show --inline, hooks), with further variables.
  Result<Compiled> CompileText(const model::Node& node, const std::string& text, NodeAdapter& adapter, std::stop_token stop,
                               const std::vector<std::pair<std::string, tmpl::Object>>& variables = {}) const;
  /// The same with a unit test's inputs and overrides; reading what the test does not give is an error. No CTE is put in front.
  Result<Compiled> CompileForTest(const model::Node& node, const std::string& text, const StandIns& stand_ins,
                                  NodeAdapter& adapter, std::stop_token stop) const;
  /// What a macro of dbt's namespace, or the project's in its place, writes for a node.
  Result<std::string> MacroText(const model::Node& node, NodeAdapter& adapter, const std::string& name,
                                tmpl::ObjectList arguments) const;
  Result<Whereabouts> Find(const std::string& unique_id, std::stop_token stop) const;
  /// Resolver of a node for macros that run after compiling (materializations, hooks).
  std::unique_ptr<tmpl::NodeResolver> MakeResolver(const model::Node& node, NodeAdapter& adapter, std::stop_token stop) const;
  /// The condition that keeps the rows of a window, as the target's dialect says it. `elsewhere`: of a relation on another connection.
  Result<std::string> EventTimePredicate(const model::Node& node, NodeAdapter& adapter, const std::string& event_time,
                                         const EventWindow& window, bool elsewhere) const;
  const NodeIndex& index() const { return index_; }

 private:
  Result<Compiled> Render(const model::Node& node, const std::string& text, const StandIns* stand_ins, NodeAdapter& adapter,
                          std::stop_token stop, const std::vector<std::pair<std::string, tmpl::Object>>& variables) const;
  RunContext& run_;
  const NodeIndex& index_;
};

/// Whether a model is built batch by batch: incremental_strategy='microbatch'.
bool RunsInBatches(const model::Node& node);

/// Puts the CTEs in front of a query, joining its own WITH if it has one.
std::string PrependCtes(const std::string& sql, const std::vector<std::pair<std::string, std::string>>& ctes);

}  // namespace dvt::run
