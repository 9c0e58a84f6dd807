#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "dvt/template/dbt/context.h"
#include "dvt/template/dbt/graph_additions.h"

namespace dvt::tmpl {

/// What the functions of one context share. Outlives them: every function holds it.
struct ContextShared {
  ContextParams params;
  std::shared_ptr<const RelationPolicy> policy;
  std::vector<std::string> prefixes;                     ///< of dispatch
  std::map<std::string, Object> results;                 ///< statement results by name
  std::optional<GraphLoan> loan;                         ///< of `graph`, if it was asked for
  std::optional<Value> node;                             ///< params.node(), if it was asked for
  std::map<std::string, Object, std::less<>> overrides;  ///< names that win over all others
  std::vector<std::string> open_vars;                    ///< variables whose text is being rendered, outermost first
};
using Shared = std::shared_ptr<ContextShared>;

/// `model` as a value; null: no node.
const Value& NodeValue(const Shared& shared);
Object Exceptions(const Shared& shared);
/// `flags`
Object MakeFlags(const Shared& shared);
Object Modules();
/// `context`
Object MakeContextObject();
/// fromjson tojson … set zip return render context: they need nothing of a context.
void AddValueGlobals(Environment& environment);

// Each adds its names to the context.
void AddConfigFunctions(Context& context, const Shared& shared);     // ref source config var env_var doc target this model …
void AddOutput(Context& context, const Shared& shared);              // log print …
void AddStatementFunctions(Context& context, const Shared& shared);  // statement run_query load_result store_result
void AddAdapter(Context& context, const Shared& shared);             // adapter api
Object MakeDateTimeModule();
Object MakePytzModule();
Object UtcZone();
Object MakeRegexModule();
Object MakeItertoolsModule();
/// adapter.behavior: flags of the project as truths, `behavior.x` and `behavior.x.no_warn`; a flag that is not set is false.
Object MakeBehavior(const Value& flags);
/// api.Relation and api.Column.
Object MakeRelationClass(const Shared& shared);
Object MakeColumnClass(const Shared& shared);
/// A datetime in UTC (aware) or without a zone.
Object MakeDateTime(double seconds_since_epoch, bool aware);

/// env_var, without a context.
Result<Object> EnvVar(const ContextParams& params, const std::string& name, const std::optional<std::string>& fallback,
                      const Place& place);

}  // namespace dvt::tmpl
