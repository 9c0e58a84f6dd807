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

Result<int64_t> PumpIntoSinks(columnar::Stream stream, connectors::Connector& target, const connectors::SinkRequest& request,
                              int sinks, size_t queue_bytes, FlowCounter& load, SinkNotes& notes, std::stop_source& stopper) {
  BoundedQueue<columnar::Array> queue(queue_bytes);
  FirstError first;
  const std::stop_token stop = stopper.get_token();
  auto fail = [&](Error error) {
    first.Set(std::move(error));
    stopper.request_stop();
    queue.Close();
  };
  std::vector<std::unique_ptr<connectors::Sink>> open(static_cast<size_t>(sinks));
  auto drain = [&](size_t i) {
    while (auto batch = queue.Pop(stop)) {
      // A sink is opened with the first batch it gets, so that small results use one connection.
      if (open[i] == nullptr) {
        auto sink = target.OpenSink(request, stop);
        if (!sink) return fail(std::move(sink).error());
        open[i] = std::move(*sink);
      }
      if (auto written = open[i]->Write(batch->get(), stop); !written) return fail(std::move(written).error());
      load.Add(batch->length(), columnar::BatchBytes(batch->get(), request.fields));
    }
  };
  {
    std::vector<std::jthread> threads;
    for (size_t i = 0; i < open.size(); ++i) threads.emplace_back([&, i] { drain(i); });
    for (;;) {
      auto batch = stream.Next();
      if (!batch) {
        fail(std::move(batch).error());
        break;
      }
      if (!batch->valid()) break;
      const auto bytes = static_cast<size_t>(columnar::BatchBytes(batch->get(), request.fields));
      if (!queue.Push(std::move(*batch), bytes, stop)) break;
    }
    queue.Close();
  }
  stream.Reset();
  if (stop.stop_requested()) first.Set(Error(ErrorCode::kCancelled, "cancelled"));
  // Without SQL nothing made the relation beforehand: an empty result is an empty file, not the old one.
  const bool nothing_open = std::all_of(open.begin(), open.end(), [](const auto& sink) { return sink == nullptr; });
  if (nothing_open && !stop.stop_requested() && !target.Has(connectors::Capability::kSql)) {
    DVT_ASSIGN(open.front(), target.OpenSink(request, stop));
  }
  int64_t rows = 0;
  for (auto& sink : open) {
    if (sink == nullptr) continue;
    auto failed = first.Take();
    if (!failed) {
      first.Set(std::move(failed).error());
      sink->Abort();
      continue;
    }
    auto committed = sink->Commit(stop);
    if (committed) {
      rows += *committed;
      notes.Add(sink->notes());
    } else {
      first.Set(std::move(committed).error());
    }
  }
  DVT_TRY(first.Take());
  return rows;
}

}  // namespace dvt::run
