#pragma once

#include <condition_variable>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>
#include <type_traits>

#include "convert.h"
#include "telemetry.h"

namespace dvt::python {

/// Runs work(stop_token), which returns a Result, without the GIL. The main thread keeps looking for signals meanwhile: after Ctrl-C the work
/// is told to stop, waited for, and KeyboardInterrupt raised. Its spans hang below the caller's. Errors are raised as Raise does.
template <class Work>
auto RunStoppable(Work work) -> typename std::invoke_result_t<Work, std::stop_token>::value_type {
  using Outcome = std::invoke_result_t<Work, std::stop_token>;
  std::optional<Outcome> outcome;
  std::optional<nb::python_error> interrupt;
  const TraceParent parent = ContextOfPython();
  {
    const nb::gil_scoped_release released;
    std::mutex mutex;
    std::condition_variable ended;
    bool done = false;
    std::jthread worker([&](std::stop_token stop) {
      const TraceScope scope(parent);
      std::optional<Outcome> made(work(stop));
      const std::lock_guard lock(mutex);
      outcome.swap(made);
      done = true;
      ended.notify_one();
    });
    std::unique_lock lock(mutex);
    while (!ended.wait_for(lock, std::chrono::milliseconds(50), [&] { return done; })) {
      lock.unlock();
      {
        const nb::gil_scoped_acquire held;
        if (!interrupt && PyErr_CheckSignals() != 0) {
          interrupt.emplace();
          worker.request_stop();
        }
      }
      lock.lock();
    }
  }
  HandOnSpans();
  if (interrupt) {
    interrupt->restore();
    throw nb::python_error();
  }
  return Check(std::move(*outcome));
}

}  // namespace dvt::python
