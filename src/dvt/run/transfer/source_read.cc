#include "dvt/run/transfer/source_read.h"

#include <fmt/format.h>

#include "dvt/base/text/text.h"

namespace dvt::run {

using columnar::Array;
using columnar::Stream;

Error SourceRead::FromSource(const ReadSupport& support, Error error) const {
  if (error.code() == ErrorCode::kStartOver && support.moments != nullptr) support.moments->Forget(connection(), scope);
  return error;
}

std::function<void(const Error&, int, double)> SourceRead::RetryReporter(const ReadSupport& support, FlowCounter& flow,
                                                                         int partition) const {
  return [this, &support, &flow, partition](const Error& error, int attempt, double wait) {
    ++flow.retries;
    support.message(Severity::kWarning,
                    fmt::format("connection '{}', {} ({}): {}; reading this partition again, attempt {} in {:.1f} s",
                                connection(), Join(sources, ", "), read.partitions[static_cast<size_t>(partition)].description,
                                error.message(), attempt + 1, wait));
  };
}

Result<Stream> SourceRead::OpenOnce(const ReadSupport& support, FlowCounter& flow, int partition, std::stop_token stop) const {
  if (kept != nullptr) {
    DVT_ASSIGN(auto found, kept->Find(read, partition));
    if (found) {
      ++flow.partitions_kept;
      return std::move(*found);
    }
  }
  auto opened = OpenWithin(budget, *connector, read, partition, scope, std::move(stop));
  if (!opened) return FromSource(support, std::move(opened).error());
  return kept == nullptr ? std::move(opened) : kept->Keep(read, partition, std::move(*opened));
}

Result<Stream> SourceRead::Open(const ReadSupport& support, FlowCounter& flow, int partition, std::stop_token stop) const {
  auto open = [this, &support, &flow, partition, stop] { return OpenOnce(support, flow, partition, stop); };
  const RetryPolicy& policy = request.options.retry;
  const auto report = RetryReporter(support, flow, partition);
  Stream inner = read.repeatable ? connectors::ResumingStream(read.fields, policy, open, stop, report)
                                 : connectors::RetryingStream(read.fields, policy, open, support.hold_bytes, support.spill_folder,
                                                              stop, report);
  auto held = std::make_shared<Stream>(std::move(inner));
  flow.Begin();
  return columnar::MakeStream(read.fields, [this, &support, &flow, held]() -> Result<Array> {
    auto batch = held->Next();
    if (!batch) {
      return FromSource(support, std::move(batch).error().Within(
                                     fmt::format("while reading {} from connection '{}'", Join(sources, ", "), connection())));
    }
    if (batch->valid()) {
      flow.Add(batch->length(), columnar::BatchBytes(batch->get(), read.fields));
    } else {
      flow.FinishPartition();
    }
    return batch;
  });
}

}  // namespace dvt::run
