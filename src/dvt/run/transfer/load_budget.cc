#include "dvt/run/transfer/load_budget.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <ctime>

#include "dvt/base/result/retry.h"
#include "dvt/base/text/text.h"
#include "dvt/template/dbt/zone_rules.h"

namespace dvt::run {

using connectors::ConnectionConfig;

namespace {

constexpr int kBesideReaders = 2;  // the connection that holds the moment, and the one that asks the catalog
constexpr int kMinutesOfDay = 24 * 60;

int LocalMinute() {
  const std::time_t now = std::time(nullptr);
  std::tm local{};
  localtime_r(&now, &local);
  return local.tm_hour * 60 + local.tm_min;
}

// Of a zone with its rules; the machine's own without one.
LoadBudget::Clock ClockOf(const std::string& zone) {
  const auto rules = zone.empty() ? nullptr : tmpl::ZoneRules::Load(zone).value_or(nullptr);
  if (rules == nullptr) return LocalMinute;
  return [rules] {
    const int64_t now = std::time(nullptr);
    return static_cast<int>((now + rules->At(now).offset) / 60 % kMinutesOfDay);
  };
}

bool Within(const LoadBudget::Hours& hours, int minute) {
  return hours.begin < hours.end ? minute >= hours.begin && minute < hours.end : minute >= hours.begin || minute < hours.end;
}

// "22:00", or -1.
int ParseMinute(std::string_view text) {
  int hour = 0, minute = 0;
  const char* end = text.data() + text.size();
  const auto first = std::from_chars(text.data(), end, hour);
  if (first.ec != std::errc() || first.ptr == end || *first.ptr != ':') return -1;
  const auto second = std::from_chars(first.ptr + 1, end, minute);
  if (second.ec != std::errc() || second.ptr != end || hour < 0 || minute < 0 || minute > 59) return -1;
  const int at = hour * 60 + minute;
  return at > kMinutesOfDay ? -1 : at;
}

std::optional<LoadBudget::Hours> ParseHours(const Value& value) {
  const std::string text = value.is_string() ? value.as_string() : std::string();
  const size_t dash = text.find('-');
  if (dash == std::string::npos) return std::nullopt;
  const int begin = ParseMinute(TrimView(std::string_view(text).substr(0, dash)));
  const int end = ParseMinute(TrimView(std::string_view(text).substr(dash + 1)));
  if (begin < 0 || end < 0 || begin == end) return std::nullopt;
  return LoadBudget::Hours{begin, end};
}

class BudgetReader {
 public:
  BudgetReader(const ConnectionConfig& config, const Value& budget) : config_(config), budget_(budget) {}

  Result<LoadBudget::Limits> Read() {
    static const std::vector<std::string> kKeys = {"max_connections", "rows_per_second", "bytes_per_second", "max_bytes",
                                                   "hours",           "time_zone",       "outside_hours"};
    if (!budget_.is_map())
      return Wrong(budget_, "load_budget must be a map of limits").WithHint("limits are: " + Join(kKeys, ", "));
    for (const auto& entry : budget_.map()) {
      if (std::find(kKeys.begin(), kKeys.end(), entry.key) != kKeys.end()) continue;
      return Wrong(budget_, fmt::format("load_budget has no limit '{}'.{}", entry.key, DidYouMean(entry.key, kKeys)))
          .At({config_.file, entry.key_mark.line, entry.key_mark.column})
          .WithHint("limits are: " + Join(kKeys, ", "));
    }
    LoadBudget::Limits limits;
    DVT_TRY(ReadNumbers(limits));
    DVT_TRY(ReadHours(limits));
    return limits;
  }

 private:
  Error Wrong(const Value& value, std::string message) const {
    return Error(ErrorCode::kConfig, fmt::format("connection '{}': {}", config_.name, message))
        .At({config_.file, value.mark().line, value.mark().column});
  }

  Status ReadNumbers(LoadBudget::Limits& limits) {
    if (const Value& most = budget_["max_connections"]; !most.is_null()) {
      if (!most.is_int() || most.as_int() < kBesideReaders + 2 || most.as_int() > 10'000)
        return Wrong(most, fmt::format("max_connections must be a whole number from {} on, not '{}'", kBesideReaders + 2,
                                       most.ToText()))
            .WithHint(
                "one connection holds the moment of the reads, one asks the catalog, each model has one that plans, the others "
                "read");
      limits.max_connections = static_cast<int>(most.as_int());
    }
    if (const Value& rows = budget_["rows_per_second"]; !rows.is_null()) {
      if (!rows.is_number() || !(rows.as_float() > 0 && rows.as_float() < 1e15))
        return Wrong(rows, fmt::format("rows_per_second must be a number above 0, not '{}'", rows.ToText()));
      limits.rows_per_second = rows.as_float();
    }
    for (const char* key : {"bytes_per_second", "max_bytes"}) {
      const Value& value = budget_[key];
      if (value.is_null()) continue;
      const auto bytes = ParseByteCount(value);
      if (!bytes || *bytes <= 0)
        return Wrong(value, fmt::format("{} must be a number of bytes such as 20MB or 1.5GiB, not '{}'", key, value.ToText()));
      (std::string_view(key) == "max_bytes" ? limits.max_bytes : bytes_per_second_) = *bytes;
    }
    limits.bytes_per_second = static_cast<double>(bytes_per_second_);
    return {};
  }

  Status ReadHours(LoadBudget::Limits& limits) {
    if (const Value& hours = budget_["hours"]; !hours.is_null()) {
      const size_t count = hours.is_list() ? hours.list().size() : 1;
      if (count == 0)
        return Wrong(hours, "hours is an empty list")
            .WithHint("leave it out to allow every hour, or give times: [\"22:00-06:00\"]");
      for (size_t i = 0; i < count; ++i) {
        const Value& each = hours.is_list() ? hours.list()[i] : hours;
        const auto parsed = ParseHours(each);
        if (!parsed)
          return Wrong(each, fmt::format("hours must be times of the day such as \"22:00-06:00\", not '{}'", each.ToText()));
        limits.hours.push_back(*parsed);
      }
    }
    if (const Value& zone = budget_["time_zone"]; !zone.is_null()) {
      if (!zone.is_string() || !tmpl::ZoneRules::Load(zone.as_string()))
        return Wrong(zone, fmt::format("time_zone must be a zone that this machine knows, such as Europe/Berlin or UTC, not '{}'",
                                       zone.ToText()));
      limits.time_zone = zone.as_string();
    }
    if (const Value& outside = budget_["outside_hours"]; !outside.is_null()) {
      const std::string text = outside.is_string() ? outside.as_string() : "";
      if (text != "wait" && text != "fail")
        return Wrong(outside, fmt::format("outside_hours must be wait or fail, not '{}'", outside.ToText()));
      limits.fail_outside_hours = text == "fail";
    }
    return {};
  }

  const ConnectionConfig& config_;
  const Value& budget_;
  int64_t bytes_per_second_ = 0;
};

std::string HoursText(const std::vector<LoadBudget::Hours>& hours) {
  std::string text;
  for (const auto& each : hours) {
    text += fmt::format("{}{:02}:{:02}-{:02}:{:02}", text.empty() ? "" : ", ", each.begin / 60, each.begin % 60, each.end / 60,
                        each.end % 60);
  }
  return text;
}

class MeteredRaw : public connectors::RawStream {
 public:
  MeteredRaw(std::unique_ptr<RawStream> inner, std::shared_ptr<LoadBudget> budget, std::stop_token stop)
      : inner_(std::move(inner)), budget_(std::move(budget)), stop_(std::move(stop)) {}
  Result<std::string_view> Next() override {
    DVT_ASSIGN(const std::string_view chunk, inner_->Next());
    const int64_t rows = inner_->rows();
    DVT_TRY(budget_->Spend(rows - std::exchange(spent_, rows), static_cast<int64_t>(chunk.size()), stop_));
    return chunk;
  }
  int64_t rows() const override { return inner_->rows(); }

 private:
  std::unique_ptr<RawStream> inner_;
  std::shared_ptr<LoadBudget> budget_;
  std::stop_token stop_;
  int64_t spent_ = 0;
};

}  // namespace

std::optional<int64_t> ParseByteCount(const Value& value) {
  if (value.is_number())
    return value.as_float() >= 0 && value.as_float() < 9e18 ? std::optional(static_cast<int64_t>(value.as_float()))
                                                            : std::nullopt;
  const std::string text = value.is_string() ? value.as_string() : std::string();
  double number = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), number);
  if (parsed.ec != std::errc() || number < 0) return std::nullopt;
  const std::string unit = ToLower(TrimView(std::string_view(parsed.ptr, text.data() + text.size())));
  static constexpr std::pair<std::string_view, double> kUnits[] = {
      {"", 1},      {"b", 1},      {"kb", 1e3},          {"mb", 1e6},          {"gb", 1e9},
      {"tb", 1e12}, {"kib", 1024}, {"mib", 1024 * 1024}, {"gib", 1073741824.}, {"tib", 1099511627776.}};
  for (const auto& [name, factor] : kUnits) {
    if (unit == name && number * factor < 9e18) return static_cast<int64_t>(number * factor);
  }
  return std::nullopt;
}

Result<std::shared_ptr<LoadBudget>> LoadBudget::Of(const ConnectionConfig& config) {
  const Value* budget = config.settings.Find("load_budget");
  if (budget == nullptr || budget->is_null()) return std::shared_ptr<LoadBudget>();
  DVT_ASSIGN(auto limits, BudgetReader(config, *budget).Read());
  return std::make_shared<LoadBudget>(config.name, std::move(limits));
}

LoadBudget::LoadBudget(std::string connection, Limits limits, Clock minute_of_day)
    : connection_(std::move(connection)),
      limits_(std::move(limits)),
      minute_of_day_(minute_of_day ? std::move(minute_of_day) : ClockOf(limits_.time_zone)) {}

Status LoadBudget::WaitForHours(std::stop_token stop, const std::function<void(const std::string&)>& tell) {
  bool told = false;
  for (;;) {
    const int minute = minute_of_day_();
    const bool open = limits_.hours.empty() || std::any_of(limits_.hours.begin(), limits_.hours.end(),
                                                           [&](const Hours& hours) { return Within(hours, minute); });
    if (open) return {};
    const std::string what =
        fmt::format("connection '{}' may be read only at {}{} (it is {:02}:{:02})", connection_, HoursText(limits_.hours),
                    limits_.time_zone.empty() ? "" : " " + limits_.time_zone, minute / 60, minute % 60);
    if (limits_.fail_outside_hours)
      return Error(ErrorCode::kConfig, what).WithHint("`outside_hours: wait` in its load_budget waits instead.");
    if (!std::exchange(told, true) && tell) tell(what + "; waiting");
    if (!SleepFor(std::chrono::milliseconds(500), stop))
      return Error(ErrorCode::kCancelled, "cancelled while waiting for the hours of connection '" + connection_ + "'");
  }
}

LoadBudget::Readers& LoadBudget::Readers::operator=(Readers&& other) noexcept {
  if (budget_ != nullptr) budget_->GiveBack(count_);
  budget_ = std::exchange(other.budget_, nullptr);
  count_ = other.count_;
  return *this;
}

LoadBudget::Readers::~Readers() {
  if (budget_ != nullptr) budget_->GiveBack(count_);
}

Result<LoadBudget::Readers> LoadBudget::Reserve(int least, int wanted, std::stop_token stop) {
  if (limits_.max_connections == 0) return Readers(nullptr, wanted);
  const int most = limits_.max_connections - kBesideReaders;
  if (least > most) {
    return Error(ErrorCode::kConfig, fmt::format("this model needs {} connections of '{}' at once, but its load_budget allows {}",
                                                 least + kBesideReaders, connection_, limits_.max_connections))
        .WithHint(
            fmt::format("max_connections: {} is the least: one for each table, one that plans, one that holds the moment, one "
                        "for the catalog",
                        least + kBesideReaders));
  }
  std::unique_lock lock(mutex_);
  if (!given_back_.wait(lock, stop, [&] { return most - readers_in_use_ >= least; }))
    return Error(ErrorCode::kCancelled, "cancelled while waiting for connections of '" + connection_ + "'");
  const int granted = std::min(wanted, most - readers_in_use_);
  readers_in_use_ += granted;
  return Readers(this, granted);
}

void LoadBudget::GiveBack(int readers) {
  {
    std::lock_guard lock(mutex_);
    readers_in_use_ -= readers;
  }
  given_back_.notify_all();
}

Status LoadBudget::Spend(int64_t rows, int64_t bytes, std::stop_token stop) {
  std::chrono::steady_clock::time_point until;
  const auto now = std::chrono::steady_clock::now();
  {
    std::lock_guard lock(mutex_);
    bytes_ += bytes;
    if (limits_.max_bytes > 0 && bytes_ > limits_.max_bytes) {
      return Error(ErrorCode::kConfig, fmt::format("this run has read {} bytes from connection '{}'; its load_budget allows {}",
                                                   bytes_, connection_, limits_.max_bytes))
          .WithHint("Read less (filters, incremental models), or raise max_bytes.");
    }
    double seconds = 0;
    if (limits_.rows_per_second > 0) seconds = static_cast<double>(rows) / limits_.rows_per_second;
    if (limits_.bytes_per_second > 0) seconds = std::max(seconds, static_cast<double>(bytes) / limits_.bytes_per_second);
    paid_until_ = std::max(paid_until_, now) +
                  std::chrono::duration_cast<std::chrono::steady_clock::duration>(std::chrono::duration<double>(seconds));
    until = paid_until_;
  }
  if (until > now && !SleepFor(until - now, stop))
    return Error(ErrorCode::kCancelled, "cancelled while the load budget of '" + connection_ + "' made it wait");
  return {};
}

Result<columnar::Stream> OpenWithin(const std::shared_ptr<LoadBudget>& budget, connectors::Connector& connector,
                                    const connectors::ReadPlan& plan, int partition,
                                    const std::shared_ptr<connectors::ReadScope>& scope, std::stop_token stop) {
  auto opened = connector.Open(plan, partition, scope, stop);
  if (budget == nullptr || !opened) return opened;
  auto held = std::make_shared<columnar::Stream>(std::move(*opened));
  return columnar::MakeStream(plan.fields, [held, budget, stop, fields = plan.fields]() -> Result<columnar::Array> {
    DVT_ASSIGN(auto batch, held->Next());
    if (batch.valid()) DVT_TRY(budget->Spend(batch.length(), columnar::BatchBytes(batch.get(), fields), stop));
    return batch;
  });
}

Result<std::unique_ptr<connectors::RawStream>> OpenRawWithin(const std::shared_ptr<LoadBudget>& budget,
                                                             connectors::Connector& connector, const connectors::ReadPlan& plan,
                                                             int partition, const std::shared_ptr<connectors::ReadScope>& scope,
                                                             std::stop_token stop) {
  auto opened = connector.OpenRaw(plan, partition, scope, stop);
  if (budget == nullptr || !opened) return opened;
  return std::unique_ptr<connectors::RawStream>(std::make_unique<MeteredRaw>(std::move(*opened), budget, std::move(stop)));
}

}  // namespace dvt::run
