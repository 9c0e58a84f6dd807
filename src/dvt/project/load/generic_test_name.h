#pragma once

#include <string>

#include "dvt/base/text/value.h"

namespace dvt::project {

/// dbt's names of a generic test: the full one is in its id, the compiled one (below 64 characters) names file and relation.
struct GenericTestName {
  std::string full;
  std::string compiled;
};
/// `test` with its package and "source_" prefix, `target` the tested thing's name, `kwargs` all arguments.
GenericTestName NameGenericTest(const std::string& test, const std::string& target, const Value& kwargs);

/// The last part of the test's unique id.
std::string GenericTestHash(const std::string& name, const std::string& package, const std::string& test, const Value& kwargs);

/// repr() of Python for null, bool, numbers, texts, lists and mappings.
std::string PythonRepr(const Value& value);

}  // namespace dvt::project
