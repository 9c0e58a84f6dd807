#pragma once

#include "dvt/template/lang/object.h"

namespace dvt::tmpl {

/// `items` in the order of `keys` (equally long), stable. Throws Raised if the keys cannot be ordered.
ObjectList SortByKeys(const ObjectList& items, const ObjectList& keys, bool reverse);

}  // namespace dvt::tmpl
