#pragma once

#include <string>
#include <string_view>

namespace dvt::run {

/// A subquery with the rows of a relation that a predicate leaves. Its alias is decided where it stands: NameLimitedRelations.
/// `alias`: quoted, what it is called if the query gives it no name of its own.
std::string LimitedRelation(std::string_view relation, std::string_view predicate, std::string_view alias);

/// Gives the subqueries of a text that LimitedRelation made their aliases, unless the text names them itself.
std::string NameLimitedRelations(const std::string& sql);

}  // namespace dvt::run
