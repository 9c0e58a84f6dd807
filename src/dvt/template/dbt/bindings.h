#pragma once

#include <string>

#include "dvt/base/result/result.h"
#include "dvt/template/lang/object.h"

namespace dvt::tmpl {

/// The statement with its placeholders (`%s`, or `?` where there is none) written as SQL literals of the values in `bindings`, as seeds
/// of projects hand them to adapter.add_query. Without bindings the text stays as it is; their numbers must agree.
Result<std::string> WithBindings(const std::string& sql, const Object& bindings);

}  // namespace dvt::tmpl
