#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "dvt/connectors/api/connector.h"

namespace dvt::run {

/// What a run may take from one connection: its setting `load_budget`. All reads of the run share it. Thread-safe.
class LoadBudget {
 public:
  /// Minutes of the day, in the budget's time zone: [begin, end), over midnight if end ≤ begin.
  struct Hours {
    int begin = 0;
    int end = 0;
  };
  struct Limits {
    int max_connections = 0;  ///< of reads at a time, with those that hold the moment, plan and ask the catalog; 0: no limit
    double rows_per_second = 0;
    double bytes_per_second = 0;  ///< of the rows as dvt holds them (Arrow), before compression on the wire
    int64_t max_bytes = 0;        ///< of the whole run
    std::vector<Hours> hours;     ///< empty: always
    std::string time_zone;        ///< of the hours, such as Europe/Berlin; empty: of this machine
    bool fail_outside_hours = false;
  };
  /// Minutes since midnight; replaceable for tests.
  using Clock = std::function<int()>;

  /// Null if the connection has no such setting; kConfig at its place if a limit is none.
  static Result<std::shared_ptr<LoadBudget>> Of(const connectors::ConnectionConfig& config);
  LoadBudget(std::string connection, Limits limits, Clock minute_of_day = nullptr);

  const Limits& limits() const { return limits_; }
  /// Returns within the allowed hours; waits for them (and says so by `tell`), or fails where that was asked for.
  Status WaitForHours(std::stop_token stop, const std::function<void(const std::string&)>& tell);

  /// Readers of one model; given back when destroyed.
  class Readers {
   public:
    Readers() = default;
    Readers(Readers&& other) noexcept : budget_(std::exchange(other.budget_, nullptr)), count_(other.count_) {}
    Readers& operator=(Readers&& other) noexcept;
    ~Readers();
    int count() const { return count_; }

   private:
    friend class LoadBudget;
    Readers(LoadBudget* budget, int count) : budget_(budget), count_(count) {}
    LoadBudget* budget_ = nullptr;
    int count_ = 0;
  };
  /// From `least` to `wanted` readers, as soon as that many are free. kConfig if `least` never are.
  Result<Readers> Reserve(int least, int wanted, std::stop_token stop);

  /// Accounts for what was read and waits until the rates bear it; kConfig once the run has read more than max_bytes.
  Status Spend(int64_t rows, int64_t bytes, std::stop_token stop);

 private:
  void GiveBack(int readers);

  const std::string connection_;
  const Limits limits_;
  const Clock minute_of_day_;
  std::mutex mutex_;
  std::condition_variable_any given_back_;
  int readers_in_use_ = 0;
  int64_t bytes_ = 0;
  std::chrono::steady_clock::time_point paid_until_{};
};

/// Connector::Open and OpenRaw, with what they read accounted for. `budget` may be null.
Result<columnar::Stream> OpenWithin(const std::shared_ptr<LoadBudget>& budget, connectors::Connector& connector,
                                    const connectors::ReadPlan& plan, int partition,
                                    const std::shared_ptr<connectors::ReadScope>& scope, std::stop_token stop);
Result<std::unique_ptr<connectors::RawStream>> OpenRawWithin(const std::shared_ptr<LoadBudget>& budget,
                                                             connectors::Connector& connector, const connectors::ReadPlan& plan,
                                                             int partition, const std::shared_ptr<connectors::ReadScope>& scope,
                                                             std::stop_token stop);

/// "20MB", "1.5 GiB", "500 kB", 4096: bytes. nullopt if it is none of these.
std::optional<int64_t> ParseByteCount(const Value& value);

}  // namespace dvt::run
