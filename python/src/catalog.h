#pragma once

#include <memory>

#include "convert.h"
#include "dvt/lake/rest/catalog.h"

namespace dvt::python {

/// A connected catalog. Thread-safe, as RestCatalog is.
struct Catalog {
  std::shared_ptr<lake::RestCatalog> rest;
};

void BindCatalog(nb::module_& module);

}  // namespace dvt::python
