#pragma once

#include <arrow/memory_pool.h>

namespace dvt::columnar {

/// The memory of batches that are read from files and of pages that are written, of a pool of blocks: they are made by some threads and freed
/// by others, and a general allocator then takes new memory all the time, whose first use costs more than decoding what is put there. Up to 64 MB of
/// what was freed are kept for the next, till ReleaseUnused. The process's own; thread-safe.
arrow::MemoryPool* BatchMemory();

}  // namespace dvt::columnar
