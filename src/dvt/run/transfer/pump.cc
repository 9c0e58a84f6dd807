#include "dvt/run/transfer/pump.h"

#include <algorithm>
#include <mutex>
#include <thread>

#include "dvt/base/thread/bounded_queue.h"

namespace dvt::run {

namespace {

// The first failure of several threads; a cancel that followed from it does not replace it.
class FirstError {
 public:
  void Set(Error error) {
    std::lock_guard lock(mutex_);
    if (error_ == nullptr) error_ = std::make_unique<Error>(std::move(error));
  }
  Status Take() {
    std::lock_guard lock(mutex_);
    if (error_ == nullptr) return {};
    const auto taken = std::move(error_);
    return std::move(*taken);
  }

 private:
  std::mutex mutex_;
  std::unique_ptr<Error> error_;
};

}  // namespace

void SinkNotes::Add(const std::vector<std::string>& notes) {
  std::lock_guard lock(mutex_);
  for (const auto& note : notes) {
    if (std::find(notes_.begin(), notes_.end(), note) == notes_.end()) notes_.push_back(note);
  }
}

std::vector<std::string> SinkNotes::all() const {
  std::lock_guard lock(mutex_);
  return notes_;
}

Status RunWorkers(int count, int parallel, std::stop_token stop, const std::function<Status(int, std::stop_token)>& work) {
  std::stop_source stopper;
  std::stop_callback forward(stop, [&] { stopper.request_stop(); });
  FirstError first;
  std::atomic<int> next{0};
  auto worker = [&] {
    for (;;) {
      const int i = next++;
      if (i >= count || stopper.stop_requested()) return;
      if (auto status = work(i, stopper.get_token()); !status) {
        first.Set(std::move(status).error());
        stopper.request_stop();
        return;
      }
    }
  };
  {
    std::vector<std::jthread> threads;
    for (int i = 1; i < std::min(count, parallel); ++i) threads.emplace_back(worker);
    worker();
  }
  DVT_TRY(first.Take());
  if (stop.stop_requested()) return Error(ErrorCode::kCancelled, "cancelled");
  return {};
}

namespace {

// One stream on its way into the sinks of one target: a bounded queue between the reading thread and a thread per sink.
class SinkPump {
 public:
  SinkPump(connectors::Connector& target, const connectors::SinkRequest& request, int sinks, size_t queue_bytes,
           FlowCounter& load, std::stop_source& stopper)
      : target_(target),
        request_(request),
        load_(load),
        stopper_(stopper),
        stop_(stopper.get_token()),
        queue_(queue_bytes),
        sinks_(static_cast<size_t>(sinks)) {}

  // Reads the stream to its end, or to the first failure, and writes what it gives.
  void Transfer(columnar::Stream& stream);
  // Commits the sinks, or aborts them if anything failed; the rows written.
  Result<int64_t> Settle(SinkNotes& notes);

 private:
  void Feed(columnar::Stream& stream);
  void Drain(std::unique_ptr<connectors::Sink>& sink);
  Status OpenForNothing();
  void Fail(Error error);

  connectors::Connector& target_;
  const connectors::SinkRequest& request_;
  FlowCounter& load_;
  std::stop_source& stopper_;
  const std::stop_token stop_;
  BoundedQueue<columnar::Array> queue_;
  FirstError first_;
  std::vector<std::unique_ptr<connectors::Sink>> sinks_;  // empty until its first batch
};

void SinkPump::Fail(Error error) {
  first_.Set(std::move(error));
  stopper_.request_stop();
  queue_.Close();
}

void SinkPump::Transfer(columnar::Stream& stream) {
  load_.Begin();
  std::vector<std::jthread> threads;
  for (auto& sink : sinks_) threads.emplace_back([this, &sink] { Drain(sink); });
  Feed(stream);
  queue_.Close();
}

void SinkPump::Feed(columnar::Stream& stream) {
  for (;;) {
    auto batch = stream.Next();
    if (!batch) return Fail(std::move(batch).error());
    if (!batch->valid()) return;
    const auto bytes = static_cast<size_t>(columnar::BatchBytes(batch->get(), request_.fields));
    if (!queue_.Push(std::move(*batch), bytes, stop_)) return;
  }
}

void SinkPump::Drain(std::unique_ptr<connectors::Sink>& sink) {
  while (auto batch = queue_.Pop(stop_)) {
    // A sink is opened with the first batch it gets, so that small results use one connection.
    if (sink == nullptr) {
      auto opened = target_.OpenSink(request_, stop_);
      if (!opened) return Fail(std::move(opened).error());
      sink = std::move(*opened);
    }
    const int64_t rows = batch->length(), bytes = columnar::BatchBytes(batch->get(), request_.fields);
    if (auto written = sink->Take(std::move(*batch), stop_); !written) return Fail(std::move(written).error());
    load_.Add(rows, bytes);
  }
}

// Without SQL nothing made the relation beforehand: an empty result is an empty file, not the old one.
Status SinkPump::OpenForNothing() {
  const bool nothing_open = std::all_of(sinks_.begin(), sinks_.end(), [](const auto& sink) { return sink == nullptr; });
  if (nothing_open && !stop_.stop_requested() && !target_.Has(connectors::Capability::kSql)) {
    DVT_ASSIGN(sinks_.front(), target_.OpenSink(request_, stop_));
  }
  return {};
}

Result<int64_t> SinkPump::Settle(SinkNotes& notes) {
  if (stop_.stop_requested()) first_.Set(Error(ErrorCode::kCancelled, "cancelled"));
  DVT_TRY(OpenForNothing());
  int64_t rows = 0;
  for (auto& sink : sinks_) {
    if (sink == nullptr) continue;
    auto failed = first_.Take();
    if (!failed) {
      first_.Set(std::move(failed).error());
      sink->Abort();
      continue;
    }
    auto committed = sink->Commit(stop_);
    if (committed) {
      rows += *committed;
      notes.Add(sink->notes());
    } else {
      first_.Set(std::move(committed).error());
    }
  }
  DVT_TRY(first_.Take());
  load_.FinishPartition();
  return rows;
}

}  // namespace

Result<int64_t> PumpIntoSinks(columnar::Stream stream, connectors::Connector& target, const connectors::SinkRequest& request,
                              int sinks, size_t queue_bytes, FlowCounter& load, SinkNotes& notes, std::stop_source& stopper) {
  SinkPump pump(target, request, sinks, queue_bytes, load, stopper);
  pump.Transfer(stream);
  stream.Reset();
  return pump.Settle(notes);
}

}  // namespace dvt::run
