#pragma once

#include <functional>
#include <string>

#include "dvt/sql/analyze/scope.h"

namespace dvt::plan {

/// What of a query depends on how texts are sorted ("ORDER BY with LIMIT", "MIN", "<" …); empty if nothing does. Expressions of unknown
/// type count as texts.
std::string FindTextOrder(const sql::Node* query, const sql::Analysis& analysis);
/// The same of values whose type `is_one` accepts.
std::string FindOrder(const sql::Node* query, const sql::Analysis& analysis,
                      const std::function<bool(const columnar::DataType&)>& is_one);

}  // namespace dvt::plan
