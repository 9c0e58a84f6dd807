#include "dvt/connectors/files/arrow_functions.h"

const dvt::connectors::files::ArrowFunctions* dvt_arrow_files() {
  namespace with_arrow = dvt::connectors::files::with_arrow;
  static constexpr dvt::connectors::files::ArrowFunctions functions = {&with_arrow::Inspect, &with_arrow::OpenFile,
                                                                       &with_arrow::MakeFileWriter};
  return &functions;
}
