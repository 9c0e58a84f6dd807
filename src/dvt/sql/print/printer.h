#pragma once

#include <string>

#include "dvt/sql/ast/node.h"
#include "dvt/sql/dialects/dialect.h"

namespace dvt::sql {

enum class Identify {
  kAsWritten,  ///< quoted where the source quoted, and wherever an unquoted spelling would be read differently
  kAsNeeded,   ///< only where an unquoted spelling would be read differently
  kSafe,       ///< always, unless that would change which object is meant
  kAlways,
};

struct PrintOptions {
  bool pretty = false;  ///< one clause a line, indented; else everything on one line
  int indent = 2;
  Identify identify = Identify::kAsWritten;
  bool comments = true;
  bool leading_comma = false;  ///< pretty: commas before the items
  enum class Names { kAsWritten, kLower, kUpper } functions = Names::kAsWritten;
  bool fold = false;  ///< unquoted names are written as the dialect stores them
};

/// The text of any node (statement, query, clause or expression) in a dialect. Never fails: what the dialect lacks is printed in its
/// neutral spelling (Transpile finds that before). Parentheses are added where precedence needs them, so trees may be built freely.
std::string Print(const Node* node, const Dialect& dialect, const PrintOptions& options = {});

}  // namespace dvt::sql
