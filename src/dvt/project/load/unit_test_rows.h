#pragma once

#include <string>
#include <string_view>

#include "dvt/base/result/result.h"
#include "dvt/base/text/value.h"
#include "dvt/model/unit_test.h"
#include "dvt/project/load/package.h"
#include "dvt/project/load/yaml_check.h"

namespace dvt::project {

/// The records of CSV text as a list of mappings of texts: an empty cell, and one that a short record leaves out, is null. Each
/// mapping's mark is its line of the file, the text beginning on `first_line`.
Result<Value> RowsOfCsv(std::string_view text, char delimiter, const std::string& file, int first_line);

/// Reads `rows`, `format` and `fixture` of an entry of `given`, or of `expect`; `owner` reads like "input ref('a') of unit test 't'".
/// Fixtures are looked up in the package. What is wrong goes to the check's diagnostics. Rows that are not given at all stay null.
model::UnitTestRows ReadUnitTestRows(const Value& entry, const std::string& owner, const Package& package, YamlCheck& check);

}  // namespace dvt::project
