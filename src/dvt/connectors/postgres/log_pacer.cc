#include "dvt/connectors/postgres/log_pacer.h"

#include <utility>

#include "dvt/connectors/postgres/connection.h"

namespace dvt::connectors::postgres {

namespace {

constexpr size_t kStep = 6 << 20;   // smaller steps cost the server more waits for the disk than they save
constexpr size_t kFirst = 8 << 20;  // less than what the server holds in memory before anybody must write it

}  // namespace

void LogPacer::Wrote(size_t bytes) {
  const size_t before = bytes_.fetch_add(bytes, std::memory_order_relaxed), after = before + bytes;
  if (after < kFirst || before / kStep == after / kStep) return;
  const std::lock_guard lock(mutex_);
  due_ = true;
  if (!thread_.joinable()) thread_ = std::jthread([this](std::stop_token stop) { Work(std::move(stop)); });
  changed_.notify_one();
}

void LogPacer::Work(std::stop_token stop) {
  auto connection = Connection::Open(settings_, stop);
  if (!connection || !(*connection)->Run("SET synchronous_commit = off", stop)) return;
  for (;;) {
    std::unique_lock lock(mutex_);
    if (!changed_.wait(lock, stop, [&] { return due_; })) return;
    due_ = false;
    lock.unlock();
    // With a number of its own the transaction is one that commits, and so one that wakes the writer.
    if (!(*connection)->Run("SELECT pg_catalog.txid_current()", stop)) return;
  }
}

}  // namespace dvt::connectors::postgres
