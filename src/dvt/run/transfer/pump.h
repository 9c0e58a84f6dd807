#pragma once

#include <functional>
#include <mutex>
#include <stop_token>
#include <string>
#include <vector>

#include "dvt/connectors/api/connector.h"
#include "dvt/run/observer.h"

namespace dvt::run {

/// What sinks tell of fallbacks, each sentence once. Thread-safe.
class SinkNotes {
 public:
  void Add(const std::vector<std::string>& notes);
  std::vector<std::string> all() const;

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> notes_;
};

/// Runs `work(i)` for i in [0, count) on up to `parallel` threads. The first failure stops the others and is returned.
Status RunWorkers(int count, int parallel, std::stop_token stop, const std::function<Status(int, std::stop_token)>& work);

/// Reads the stream on one thread and writes it through `sinks` sinks of the target, each on its own thread. All commit, or all
/// abort. The first failure stops everything through `stopper`. No rows open no sink, unless the target has no other way to be made.
Result<int64_t> PumpIntoSinks(columnar::Stream stream, connectors::Connector& target, const connectors::SinkRequest& request,
                              int sinks, size_t queue_bytes, FlowCounter& load, SinkNotes& notes, std::stop_source& stopper);

}  // namespace dvt::run
