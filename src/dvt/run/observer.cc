#include "dvt/run/observer.h"

#include <algorithm>

namespace dvt::run {

namespace {

int64_t NowNanos() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

}  // namespace

void FlowCounter::Begin() {
  int64_t unset = 0;
  const int64_t now = NowNanos();
  if (first_nanos.compare_exchange_strong(unset, now)) last_nanos.store(now);
}

void FlowCounter::FinishPartition() {
  last_nanos.store(NowNanos());
  ++partitions_done;
}

double FlowCounter::Seconds() const {
  const int64_t first = first_nanos;
  if (first == 0) return 0;
  return static_cast<double>((finished() ? last_nanos.load() : NowNanos()) - first) / 1e9;
}

void FlowCounter::Add(int64_t more_rows, int64_t more_bytes) {
  Begin();
  last_nanos.store(NowNanos());
  rows += more_rows;
  bytes += more_bytes;
}

void FlowCounter::Reset() {
  rows = 0;
  bytes = 0;
  partitions_done = 0;
  partitions_kept = 0;
}

model::TransferStats FlowCounter::ToStats(std::string role) const {
  model::TransferStats stats;
  stats.connection = connection;
  stats.role = std::move(role);
  stats.name = name;
  stats.input = input;
  stats.path = path;
  stats.rows = rows;
  stats.bytes = bytes;
  stats.seconds = static_cast<double>(last_nanos - first_nanos) / 1e9;
  stats.partitions = partitions;
  stats.retries = retries;
  stats.partitions_kept = partitions_kept;
  stats.estimated_rows = estimated_rows;
  stats.moment = moment.position;
  stats.moment_at = moment.at;
  stats.one_moment = moment.exact;
  stats.filtered_by = filtered_by;
  stats.read_by = read_by;
  if (!filtered_by.empty() && rows_without_keys) stats.rows_avoided = std::max<int64_t>(0, *rows_without_keys - stats.rows);
  return stats;
}

std::vector<model::TransferStats> TransfersOf(const NodeProgress& progress) {
  std::vector<model::TransferStats> transfers;
  for (const auto& flow : progress.extracts) {
    if (!flow.path.empty()) transfers.push_back(flow.ToStats(flow.read_by.empty() ? "extract" : "shared"));
  }
  if (!progress.load.connection.empty()) transfers.push_back(progress.load.ToStats("load"));
  return transfers;
}

LogEvent EventForPeople(std::string name, std::string code, std::string message, LogLevel level) {
  LogEvent event;
  event.name = std::move(name);
  event.code = std::move(code);
  event.message = std::move(message);
  event.level = level;
  event.audience = Audience::kPeople;
  return event;
}

void Observer::Message(Severity severity, std::string_view text) {
  const bool error = severity == Severity::kError;
  LogEvent event = error ? EventForPeople("MainEncounteredError", "Z002", std::string(text), LogLevel::kError)
                         : EventForPeople("Note", "Z050", std::string(text));
  event.data.Set(error ? "exc" : "msg", text);
  Event(event);
}

namespace {

std::string& NameOfThread() {
  thread_local std::string name = "MainThread";
  return name;
}

}  // namespace

const std::string& ThreadName() { return NameOfThread(); }
void NameThread(std::string name) { NameOfThread() = std::move(name); }

}  // namespace dvt::run
