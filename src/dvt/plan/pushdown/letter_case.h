#pragma once

#include <string>

#include "dvt/sql/analyze/scope.h"
#include "dvt/sql/dialects/dialect.h"

namespace dvt::plan {

/// What of a query depends on which letters are cases of each other.
struct LetterUse {
  std::string paired;   ///< "UPPER", "ILIKE" …: what sql::LetterCase::kPaired vouches for; empty if there is none
  std::string other;    ///< what it does not, such as "INITCAP"
  std::string pattern;  ///< regular expressions that ignore case
  std::string unclear;  ///< values of unknown types, dialects with letters of their own, collations that the query names
};

/// By the model's dialect.
LetterUse FindLetterUse(const sql::Node* query, const sql::Analysis& analysis, const sql::Dialect& dialect);

/// Whether anything in an expression does, whatever its types.
bool DependsOnLetters(const sql::Node* expression, const sql::Dialect& dialect);

}  // namespace dvt::plan
