#pragma once

#include <string>
#include <vector>

#include "dvt/base/result/result.h"
#include "dvt/base/text/value.h"
#include "dvt/template/lang/template.h"

namespace dvt::tmpl {

/// A call of ref, source, config or var found in the syntax tree.
struct StaticCall {
  std::string function;  ///< "ref", "source", "config", "var", "env_var", "doc"
  Value args = Value::MakeList();
  Value kwargs = Value::MakeMap();
  Place place;
  bool constant = true;      ///< every argument is a literal
  bool conditional = false;  ///< inside if, for, or a conditional expression: may not run
};

/// A call of any other name.
struct MacroCall {
  std::string package;  ///< `pkg` of pkg.name(…)
  std::string name;
  Place place;
  bool dispatched = false;  ///< by adapter.dispatch: what runs is <prefix>__<name> of some package
};

struct ExtractedCalls {
  std::vector<StaticCall> calls;  ///< in order of the text
  std::vector<MacroCall> macros;  ///< names called that are not dbt's own functions; adapter.dispatch('x') appears as x
  /// True if parsing needs no render, as far as this text goes: every ref, source and config is unconditional with literal
  /// arguments, none is passed around as a value, and no `execute`, dispatch with computed name, or `run_query` decides anything
  /// about them. The macros called must be looked at as well.
  bool constant = true;
  /// True if there is any ref, source or config call, constant or not.
  bool has_dependencies = false;

  std::vector<const StaticCall*> Of(std::string_view function) const;
};

/// Looks at the whole text, the bodies of its macros left out.
ExtractedCalls ExtractCalls(const Template& tmpl);
/// Looks at one macro's body and defaults.
ExtractedCalls ExtractCalls(const Template& tmpl, const Definition& definition);

}  // namespace dvt::tmpl
