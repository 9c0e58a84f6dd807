#pragma once

#include <string_view>

namespace dvt::sql {

/// How a dialect spells types of types, and arrays of values.
struct NestedForms {
  std::string_view array = "ARRAY";
  std::string_view structure = "STRUCT";
  std::string_view map = "MAP";
  char open = '<';                      ///< or '('
  bool brackets = false;                ///< an array is written INT[]
  bool colons = false;                  ///< STRUCT<a: INT>
  std::string_view literal = "ARRAY(";  ///< what opens an array of values: "[", "ARRAY[" or "ARRAY("
};

}  // namespace dvt::sql
