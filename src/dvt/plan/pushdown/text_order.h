#pragma once

#include <string>

#include "dvt/sql/analyze/scope.h"

namespace dvt::plan {

/// What of a query depends on how texts are sorted ("ORDER BY with LIMIT", "MIN", "<" …); empty if nothing does. Expressions of unknown
/// type count as texts.
std::string FindTextOrder(const sql::Node* query, const sql::Analysis& analysis);

}  // namespace dvt::plan
