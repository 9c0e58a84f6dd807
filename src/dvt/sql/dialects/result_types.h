#pragma once

#include <string_view>

#include "dvt/sql/dialects/dialect.h"

namespace dvt::sql {

/// What the result type of a function (upper-case name) is where the dialect's function table says nothing, or "": a neutral type
/// ("INT64", "DECIMAL(38,0)", "LIST<STRING>"), or by the arguments: "$1", "$2" that one's type, "$common" what all are brought to, "$if" the
/// second's and third's, "$last" the first's and third's, "$text" binary of binary and else text, "$list" a list of the first's, "$element"
/// what the first is a list of, "$temporal" that of the first argument that is a date or time, "$sum" and "$number" as sums and roundings.
///
/// Names in braces are not functions: "{point}" a literal 1.5, "{exponent}" 1e5, "{integer}" 1, "{extract}" EXTRACT, "{int/int}" a
/// quotient of integers that is not an integer, "{exact/exact}" one of decimals, "{array}" an array of values, "{date+days}" a date moved by
/// days, months or years.
///
/// More of them: "$anybinary" binary if any argument is, "$bits" binary of binary and else 64 unsigned bits, "$float" and "$real" numbers that
/// are not integers (decimals stay), "$percentile" a number or, for a list of shares, a list of them, "$quantile" the same of the first's
/// type, "$json" text of text and else the first's, "$jsonlist" a list of it; "{text+other}" what text and another type are brought to.
std::string_view ResultRule(const Dialect& dialect, std::string_view name);

/// The same, without the rules that hold for all dialects: these go before the function tables.
std::string_view OwnResultRule(const Dialect& dialect, std::string_view name);

}  // namespace dvt::sql
