#include "dvt/columnar/parquet/zstd_pages.h"

#include <zstd.h>

#include <algorithm>
#include <memory>
#include <string>

namespace dvt::columnar {

namespace {

constexpr int kStride = 2;  // the fast strategies step by one more

struct Freed {
  void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
};

}  // namespace

size_t ZstdRoom(size_t bytes) { return ZSTD_compressBound(bytes); }

Result<size_t> ZstdCompress(const uint8_t* page, size_t bytes, ZstdEffort effort, uint8_t* out, size_t room) {
  thread_local const std::unique_ptr<ZSTD_CCtx, Freed> context(ZSTD_createCCtx());
  if (context == nullptr) return Error(ErrorCode::kMemory, "no memory to compress a page");
  ZSTD_CCtx_reset(context.get(), ZSTD_reset_session_and_parameters);
  ZSTD_CCtx_setParameter(context.get(), ZSTD_c_compressionLevel, std::clamp(effort.level, ZSTD_minCLevel(), ZSTD_maxCLevel()));
  if (effort.strides && effort.may_stride()) ZSTD_CCtx_setParameter(context.get(), ZSTD_c_targetLength, kStride);
  const size_t written = ZSTD_compress2(context.get(), out, room, page, bytes);
  if (ZSTD_isError(written) != 0)
    return Error(ErrorCode::kInternal, std::string("a page cannot be compressed: ") + ZSTD_getErrorName(written));
  return written;
}

}  // namespace dvt::columnar
