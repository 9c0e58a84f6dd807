#pragma once

#include <string_view>

#include "dvt/template/lang/ast.h"
#include "dvt/template/lang/object.h"

namespace dvt::tmpl {

/// What a YAML value of one expression becomes: as_native, as_bool, as_number and as_text decide; a constant is text, any other
/// result keeps its type. Throws Raised if the text does not fit the filter.
Object NativeResult(const ast::Expr& expr, const Object& value);

/// Python's literal_eval for scalars, lists, tuples and dicts; nullopt if the text is no literal.
std::optional<Object> LiteralValue(std::string_view text);

}  // namespace dvt::tmpl
