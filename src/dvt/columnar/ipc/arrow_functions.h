#pragma once

#include "dvt/columnar/ipc/normalize.h"
#include "dvt/columnar/ipc/spill.h"

namespace dvt::columnar {

/// The functions of this folder as they lie in the module libdvt_arrow, which is loaded at the first call of one: Arrow's libraries
/// cost 10 ms and 20 MB, and most commands read no file.
struct ArrowFunctions {
  Result<Stream> (*normalize_stream)(Stream stream, Fields target);
  Result<Fields> (*neutral_fields)(const ArrowSchema& schema);
  Result<std::unique_ptr<SpillFile>> (*create_batch_file)(const std::string& path, const Fields& fields);
  Result<std::unique_ptr<SpillFile>> (*open_batch_file)(const std::string& path, const Fields& fields);
};

namespace with_arrow {

Result<Stream> NormalizeStream(Stream stream, Fields target);
Result<Fields> NeutralFields(const ArrowSchema& schema);
Result<std::unique_ptr<SpillFile>> CreateBatchFile(const std::string& path, const Fields& fields);
Result<std::unique_ptr<SpillFile>> OpenBatchFile(const std::string& path, const Fields& fields);

}  // namespace with_arrow
}  // namespace dvt::columnar

/// What the module exports for this folder.
extern "C" const dvt::columnar::ArrowFunctions* dvt_arrow_columnar();
