#pragma once

#include "convert.h"

namespace dvt::python {

void BindTable(nb::module_& module);

}  // namespace dvt::python
