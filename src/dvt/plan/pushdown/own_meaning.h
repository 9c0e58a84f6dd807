#pragma once

#include <string>

#include "dvt/plan/fragment/source_profile.h"
#include "dvt/sql/analyze/scope.h"
#include "dvt/sql/ast/arena.h"

namespace dvt::plan {

/// Whether texts of the column are nothing but texts in its source: no enumeration, no network address, no collation of the column's own.
bool IsPlainText(const columnar::Field& field);

/// Which column the source would read otherwise than the engine where the query does more than hand it on or count it, and why, as a phrase;
/// empty if there is none. Collations and enumerations, years of two digits, floating numbers of 32 bits, truth values that are numbers, the order
/// of UUIDs.
std::string FindOwnMeaning(const sql::Node* query, const sql::Analysis& analysis, const SourceProfile& source);

/// Where the blanks at the end of CHAR(n) values would count, or would stop counting, the query gets the values without them.
void StripPadding(sql::Arena& arena, sql::Node* query, const sql::Analysis& analysis);

}  // namespace dvt::plan
