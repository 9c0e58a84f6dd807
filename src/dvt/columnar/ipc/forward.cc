#include "dvt/base/process/shared_library.h"
#include "dvt/columnar/ipc/arrow_functions.h"

namespace dvt::columnar {

namespace {

Result<const ArrowFunctions*> Arrow() {
  DVT_ASSIGN(void* const function, FindFunction("libdvt_arrow.so", "dvt_arrow_columnar"));
  return reinterpret_cast<decltype(&dvt_arrow_columnar)>(function)();
}

}  // namespace

Result<Stream> NormalizeStream(Stream stream, Fields target) {
  DVT_ASSIGN(const auto* arrow, Arrow());
  return arrow->normalize_stream(std::move(stream), std::move(target));
}

Result<Fields> NeutralFields(const ArrowSchema& schema) {
  DVT_ASSIGN(const auto* arrow, Arrow());
  return arrow->neutral_fields(schema);
}

Result<std::unique_ptr<SpillFile>> CreateBatchFile(const std::string& path, const Fields& fields) {
  DVT_ASSIGN(const auto* arrow, Arrow());
  return arrow->create_batch_file(path, fields);
}

Result<std::unique_ptr<SpillFile>> OpenBatchFile(const std::string& path, const Fields& fields) {
  DVT_ASSIGN(const auto* arrow, Arrow());
  return arrow->open_batch_file(path, fields);
}

}  // namespace dvt::columnar
