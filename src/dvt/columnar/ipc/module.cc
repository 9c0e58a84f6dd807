#include "dvt/columnar/ipc/arrow_functions.h"

const dvt::columnar::ArrowFunctions* dvt_arrow_columnar() {
  namespace with_arrow = dvt::columnar::with_arrow;
  static constexpr dvt::columnar::ArrowFunctions functions = {&with_arrow::NormalizeStream, &with_arrow::NeutralFields,
                                                              &with_arrow::CreateBatchFile, &with_arrow::OpenBatchFile};
  return &functions;
}
