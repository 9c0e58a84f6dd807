#pragma once

#include <functional>
#include <optional>
#include <string>

#include "dvt/columnar/types/data_type.h"
#include "dvt/plan/pushdown/literal.h"

namespace dvt::plan {

/// An expression over exact numbers, of which engine and sources compute the same value: a column, or sums, differences and products of
/// decimal columns and constants.
struct ExactNumber {
  std::string sql;  ///< for the source
  bool integer = false;
  int precision = 0;
  int scale = 0;
};

/// A column of the expression, as the source reads it: its text and type; empty if it is none that may be used.
using ExactColumn = std::function<std::optional<std::pair<std::string, columnar::DataType>>(const sql::Node* column)>;

/// Reads the expression; empty if it is anything else, or its values may have more digits than decimals hold.
std::optional<ExactNumber> ReadExactNumber(const sql::Node* expression, const ExactColumn& column);

}  // namespace dvt::plan
