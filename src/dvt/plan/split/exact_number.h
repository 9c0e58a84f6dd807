#pragma once

#include <functional>
#include <optional>
#include <string>

#include "dvt/columnar/types/data_type.h"
#include "dvt/plan/pushdown/literal.h"

namespace dvt::plan {

/// An expression over exact numbers, of which engine and sources compute the same value: a column, or sums, differences and products of
/// decimal columns and constants, or a CASE of such values.
struct ExactNumber {
  std::string sql;  ///< for the source
  bool integer = false;
  int precision = 0;
  int scale = 0;
};

/// A column of the expression, as the source reads it: its text and type; empty if it is none that may be used.
using ExactColumn = std::function<std::optional<std::pair<std::string, columnar::DataType>>(const sql::Node* column)>;

/// A WHEN of a CASE with that operand (or null), as the source evaluates it; empty if it would not be true for the same rows there.
using ExactCondition = std::function<std::optional<std::string>(const sql::Node* operand, const sql::Node* condition)>;

/// Reads the expression; empty if it is anything else, or its values may have more digits than decimals hold. Without `condition` there is
/// no CASE in it.
std::optional<ExactNumber> ReadExactNumber(const sql::Node* expression, const ExactColumn& column,
                                           const ExactCondition& condition = nullptr);

/// A CASE for the source, of which `value` renders the results; empty if one of them, or a condition, cannot be said. NULL results are not
/// asked for.
std::optional<std::string> RenderCase(const sql::Node* expression, const ExactCondition& condition,
                                      const std::function<std::optional<std::string>(const sql::Node*)>& value);

}  // namespace dvt::plan
