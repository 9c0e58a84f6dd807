#pragma once

#include <string>
#include <vector>

#include "dvt/template/lang/ops.h"
#include "dvt/template/lang/template.h"

/// Jinja's filters, tests and globals, by topic. Functions throw Raised; `Builtin` turns that into an Error at the edge.
namespace dvt::tmpl {

using RawFunction = Object (*)(Context&, const Arguments&);
Function Builtin(RawFunction function);

void AddTextFilters(Environment& environment);
void AddHtmlFilters(Environment& environment);
void AddListFilters(Environment& environment);
void AddSelectFilters(Environment& environment);
void AddNumberFilters(Environment& environment);
void AddTests(Environment& environment);
void AddGlobals(Environment& environment);

inline ObjectList BindArgs(const Arguments& arguments, std::string_view name, const std::vector<Parameter>& parameters) {
  return Unwrap(arguments.Bind(name, parameters));
}

/// Calls filter or test `name` on a value, for map, select and friends.
Object ApplyFilter(Context& context, const std::string& name, Arguments arguments);
bool ApplyTest(Context& context, const std::string& name, Arguments arguments);

std::string EscapeHtml(std::string_view text);
/// json.dumps: ", " and ": " between parts, non-ASCII as \u escapes.
std::string PythonJson(const Value& value, int indent, bool sort_keys);

}  // namespace dvt::tmpl
