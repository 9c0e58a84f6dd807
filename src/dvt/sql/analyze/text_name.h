#pragma once

#include <string>
#include <unordered_map>

#include "dvt/sql/ast/node.h"
#include "dvt/sql/dialects/dialect.h"

namespace dvt::sql {

/// What an output without a name is called where names follow the text (Feature::kNamesAfterText): the expression with its own spaces,
/// parentheses and names of operators, whatever stands in the model. What such a system would rewrite first is called as it is printed. Empty: it may be several outputs.
std::string TextName(const Node* expression, const Dialect& dialect);

/// Gives names that came before numbers, as such a system does: id, id_1, id_2.
class NameNumbers {
 public:
  /// The name that the next output gets.
  std::string Take(const std::string& name);

 private:
  std::unordered_map<std::string, int> next_;  // by the lower-case name
};

}  // namespace dvt::sql
