#pragma once

#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "dvt/connectors/api/connector.h"
#include "dvt/run/observer.h"
#include "dvt/run/transfer/load_budget.h"
#include "dvt/run/transfer/partition_store.h"
#include "dvt/run/transfer/source_moments.h"

namespace dvt::run {

/// What reads of sources need of the run around them.
struct ReadSupport {
  SourceMoments* moments = nullptr;  ///< of the run; null: every model has moments of its own
  int64_t hold_bytes = 32 << 20;     ///< a partition that cannot be resumed is held up to this, then spilled
  std::string spill_folder;
  std::function<void(Severity, std::string)> message;  ///< retries and fallbacks, for people
};

/// One read of a source, planned. Its partitions may be opened from several threads at a time.
struct SourceRead {
  connectors::ReadRequest request;
  std::vector<std::string> sources;  ///< relations, for people
  std::shared_ptr<connectors::Connector> connector;
  std::shared_ptr<connectors::ReadScope> scope;
  connectors::ReadPlan read;
  std::shared_ptr<LoadBudget> budget;
  std::shared_ptr<PartitionStore> kept;  ///< null: partitions are not kept
  int most_parallel = 0;                 ///< readers that the budget grants; 0: no limit

  const std::string& connection() const { return connector->config().name; }
  /// Tells the run if the source's moment was lost.
  Error FromSource(const ReadSupport& support, Error error) const;
  /// One attempt to read a partition: from what was kept, else from the source.
  Result<columnar::Stream> OpenOnce(const ReadSupport& support, FlowCounter& flow, int partition, std::stop_token stop) const;
  /// The partition as a stream that survives retryable failures and counts what it hands on. This, `support` and `flow` must outlive it.
  Result<columnar::Stream> Open(const ReadSupport& support, FlowCounter& flow, int partition, std::stop_token stop) const;
  std::function<void(const Error&, int, double)> RetryReporter(const ReadSupport& support, FlowCounter& flow,
                                                               int partition) const;
};

}  // namespace dvt::run
