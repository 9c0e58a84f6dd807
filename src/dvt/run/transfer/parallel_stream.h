#pragma once

#include <cstddef>
#include <functional>
#include <stop_token>

#include "dvt/columnar/c_abi/stream.h"

namespace dvt::run {

/// The batches of all partitions as one stream, in no particular order: up to `parallel` partitions are opened (by `open`, from several
/// threads) and read ahead, at most about `queue_bytes` of them at a time. One partition is read by the stream's own reader. The first
/// failure stops the others and is the stream's; destroying the stream stops them too.
columnar::Stream ReadTogether(columnar::Fields fields, int partitions, int parallel, size_t queue_bytes,
                              std::function<Result<columnar::Stream>(int, std::stop_token)> open, std::stop_token stop);

}  // namespace dvt::run
