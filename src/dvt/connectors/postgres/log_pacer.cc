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

void LogPacer::Rest() {
  const std::lock_guard lock(mutex_);
  bytes_ = 0;
  due_ = false;
  resting_ = thread_.joinable();
  changed_.notify_one();
}

void LogPacer::Work(std::stop_token stop) {
  std::unique_ptr<Connection> connection;
  for (;;) {
    std::unique_lock lock(mutex_);
    if (!changed_.wait(lock, stop, [&] { return due_ || resting_; })) return;
    const bool due = std::exchange(due_, false);
    resting_ = false;
    lock.unlock();
    if (!due) {
      connection = nullptr;
      continue;
    }
    if (connection == nullptr) {
      auto opened = Connection::Open(settings_, stop);
      if (!opened || !(*opened)->Run("SET synchronous_commit = off", stop)) return;
      connection = *std::move(opened);
    }
    // With a number of its own the transaction is one that commits, and so one that wakes the writer.
    if (!connection->Run("SELECT pg_catalog.txid_current()", stop)) return;
  }
}

}  // namespace dvt::connectors::postgres
