// dvt._core: the lake's C++ functions for the package's own modules. Streams come and go as PyCapsules, so that no Arrow C++ object
// crosses into pyarrow; everything that can wait runs without the GIL.
#include "catalog.h"
#include "dvt/lake/storage/file_store.h"
#include "rows.h"
#include "table.h"
#include "telemetry.h"

NB_MODULE(_core, module) {
  dvt::python::BindRows(module);
  dvt::python::BindCatalog(module);
  dvt::python::BindTable(module);
  dvt::python::BindTelemetry(module);
  module.def("close_storage", [] {
    const nanobind::gil_scoped_release released;
    dvt::lake::CloseStorage();
  });
}
