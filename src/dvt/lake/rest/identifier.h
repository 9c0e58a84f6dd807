#pragma once

#include <string>
#include <vector>

#include "dvt/base/result/result.h"

namespace dvt::lake {

/// The levels of a namespace: {"gold", "metrics"}.
using Namespace = std::vector<std::string>;

/// "gold.metrics"; levels with dots are quoted.
std::string NamespaceText(const Namespace& levels);
/// Splits at dots outside double quotes. kInvalidArgument for empty levels.
Result<Namespace> ParseNamespace(const std::string& text);

/// A table's or view's place in its catalog.
struct TableIdentifier {
  Namespace levels;
  std::string name;

  std::string ToString() const;
  /// "gold.metrics.daily": the last part is the name; at least one level comes before it.
  static Result<TableIdentifier> Parse(const std::string& text);
};

}  // namespace dvt::lake
