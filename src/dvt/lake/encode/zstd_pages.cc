#include "dvt/lake/encode/zstd_pages.h"

#include <zstd.h>

#include <algorithm>
#include <memory>
#include <string>

namespace dvt::lake {

namespace {

struct Freed {
  void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
};

}  // namespace

size_t ZstdRoom(size_t bytes) { return ZSTD_compressBound(bytes); }

Result<size_t> ZstdCompress(const uint8_t* page, size_t bytes, int level, uint8_t* out, size_t room) {
  thread_local const std::unique_ptr<ZSTD_CCtx, Freed> context(ZSTD_createCCtx());
  if (context == nullptr) return Error(ErrorCode::kMemory, "no memory to compress a page");
  const int nearest = std::clamp(level, ZSTD_minCLevel(), ZSTD_maxCLevel());
  const size_t written = ZSTD_compressCCtx(context.get(), out, room, page, bytes, nearest);
  if (ZSTD_isError(written) != 0)
    return Error(ErrorCode::kInternal, std::string("a page cannot be compressed: ") + ZSTD_getErrorName(written));
  return written;
}

}  // namespace dvt::lake
