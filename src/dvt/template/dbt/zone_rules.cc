#include "dvt/template/dbt/zone_rules.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <map>
#include <mutex>

#include "dvt/base/fs/files.h"
#include "dvt/base/text/text.h"
#include "dvt/template/dbt/calendar_internal.h"

namespace dvt::tmpl {
namespace {

constexpr int64_t kDaySeconds = 86'400;

int64_t BigEndian(std::string_view bytes, size_t at, int size) {
  uint64_t value = (static_cast<uint8_t>(bytes[at]) & 0x80) != 0 ? ~uint64_t{0} : 0;
  for (int i = 0; i < size; ++i) value = value << 8 | static_cast<uint8_t>(bytes[at + static_cast<size_t>(i)]);
  return static_cast<int64_t>(value);
}

Error Broken(const std::string& name) { return Error(ErrorCode::kData, "the file of time zone '" + name + "' is broken"); }

int64_t DaysOf(int year, int month, int day) {
  using namespace std::chrono;
  return sys_days(std::chrono::year(year) / month / day).time_since_epoch().count();
}

int YearOf(int64_t seconds) {
  using namespace std::chrono;
  return static_cast<int>(year_month_day(sys_days(days(FloorDiv(seconds, kDaySeconds)))).year());
}

// Wall clock, in seconds since 1970-01-01, at which clocks change in a year.
int64_t WallClockOf(const ZoneRules::Change& change, int year) {
  const int64_t first = DaysOf(year, 1, 1);
  if (change.kind == '0') return (first + change.day) * kDaySeconds + change.time;
  const bool leap = std::chrono::year(year).is_leap();
  if (change.kind == 'J') return (first + change.day - 1 + (leap && change.day >= 60 ? 1 : 0)) * kDaySeconds + change.time;
  const int64_t month = DaysOf(year, change.month, 1);
  const int64_t next = change.month == 12 ? DaysOf(year + 1, 1, 1) : DaysOf(year, change.month + 1, 1);
  const int64_t weekday = ((month + 4) % 7 + 7) % 7;  // 1970-01-01 was a Thursday
  int64_t day = month + (change.day - weekday + 7) % 7 + (change.week - 1) * int64_t{7};
  while (day >= next) day -= 7;
  return day * kDaySeconds + change.time;
}

// Reads the POSIX rule at a file's end, such as "EST5EDT,M3.2.0,M11.1.0".
class RuleReader {
 public:
  explicit RuleReader(std::string_view text) : text_(text) {}
  bool done() const { return at_ >= text_.size(); }
  bool Skip(char c) {
    if (done() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  std::string Name() {
    const bool bracketed = Skip('<');
    const size_t from = at_;
    while (!done() && (bracketed ? text_[at_] != '>' : std::isalpha(static_cast<unsigned char>(text_[at_])) != 0)) ++at_;
    std::string name(text_.substr(from, at_ - from));
    if (bracketed) Skip('>');
    return name;
  }
  int Number() {
    int value = 0;
    while (!done() && std::isdigit(static_cast<unsigned char>(text_[at_])) != 0) value = value * 10 + (text_[at_++] - '0');
    return value;
  }
  /// [+-]hh[:mm[:ss]] in seconds.
  int64_t Clock() {
    const bool negative = Skip('-');
    if (!negative) Skip('+');
    int64_t seconds = int64_t{Number()} * 3600;
    if (Skip(':')) seconds += int64_t{Number()} * 60;
    if (Skip(':')) seconds += Number();
    return negative ? -seconds : seconds;
  }
  bool at_clock() const {
    return !done() && (text_[at_] == '-' || text_[at_] == '+' || std::isdigit(static_cast<unsigned char>(text_[at_])) != 0);
  }
  ZoneRules::Change Change() {
    ZoneRules::Change change;
    if (Skip('M')) {
      change.month = Number();
      Skip('.');
      change.week = Number();
      Skip('.');
      change.day = Number();
    } else {
      change.kind = Skip('J') ? 'J' : '0';
      change.day = Number();
    }
    if (Skip('/')) change.time = Clock();
    return change;
  }

 private:
  std::string_view text_;
  size_t at_ = 0;
};

}  // namespace

Status ZoneRules::ReadRule(std::string_view text) {
  if (text.empty()) return {};
  RuleReader reader(text);
  Period standard;
  standard.abbreviation = reader.Name();
  standard.offset = static_cast<int32_t>(-reader.Clock());
  rule_ = {standard};
  if (reader.done()) return {};
  Period dst;
  dst.dst = true;
  dst.abbreviation = reader.Name();
  dst.offset = reader.at_clock() ? static_cast<int32_t>(-reader.Clock()) : standard.offset + 3600;
  if (!reader.Skip(',')) return Broken(name_);
  to_dst_ = reader.Change();
  if (!reader.Skip(',')) return Broken(name_);
  to_standard_ = reader.Change();
  const auto sane = [](const Change& c) { return c.kind != 'M' || (c.month >= 1 && c.month <= 12 && c.week >= 1 && c.day <= 6); };
  if (!sane(to_dst_) || !sane(to_standard_)) return Broken(name_);
  rule_.push_back(dst);
  return {};
}

Status ZoneRules::ReadBlock(std::string_view bytes, size_t& at, int time_size) {
  constexpr size_t kHeader = 44;
  if (bytes.size() < at + kHeader || bytes.substr(at, 4) != "TZif") return Broken(name_);
  size_t counts[6];
  for (size_t i = 0; i < 6; ++i) counts[i] = static_cast<size_t>(BigEndian(bytes, at + 20 + i * 4, 4));
  const auto& [utc, standard, leaps, times, types, chars] = counts;
  at += kHeader;
  const size_t width = static_cast<size_t>(time_size);
  const size_t size = times * (width + 1) + types * 6 + chars + leaps * (width + 4) + standard + utc;
  if (types == 0 || bytes.size() < at + size) return Broken(name_);
  const size_t numbers = at + times * width, infos = numbers + times, names = infos + types * 6;
  moments_.clear();
  which_.clear();
  periods_.clear();
  for (size_t i = 0; i < times; ++i) {
    moments_.push_back(BigEndian(bytes, at + i * width, time_size));
    which_.push_back(static_cast<uint8_t>(bytes[numbers + i]));
    if (which_.back() >= types) return Broken(name_);
  }
  for (size_t i = 0; i < types; ++i) {
    const size_t name = static_cast<uint8_t>(bytes[infos + i * 6 + 5]);
    if (name >= chars) return Broken(name_);
    const std::string_view all = bytes.substr(names, chars);
    periods_.push_back({static_cast<int32_t>(BigEndian(bytes, infos + i * 6, 4)), bytes[infos + i * 6 + 4] != 0,
                        std::string(all.substr(name, all.find('\0', name) - name))});
  }
  at += size;
  return {};
}

Result<std::shared_ptr<const ZoneRules>> ZoneRules::Parse(const std::string& name, std::string_view bytes) {
  auto rules = std::make_shared<ZoneRules>();
  rules->name_ = name;
  size_t at = 0;
  DVT_TRY(rules->ReadBlock(bytes, at, 4));
  if (bytes[4] >= '2') {
    DVT_TRY(rules->ReadBlock(bytes, at, 8));
    const std::string_view rest = bytes.substr(at);
    if (rest.size() > 2) DVT_TRY(rules->ReadRule(rest.substr(1, rest.find('\n', 1) - 1)));
  }
  return std::shared_ptr<const ZoneRules>(rules);
}

Result<std::shared_ptr<const ZoneRules>> ZoneRules::Load(const std::string& name) {
  static std::mutex mutex;
  static std::map<std::string, std::shared_ptr<const ZoneRules>> known;
  std::lock_guard lock(mutex);
  if (const auto found = known.find(name); found != known.end()) return found->second;
  const char* given = std::getenv("TZDIR");
  const std::string folder = given != nullptr ? given : "/usr/share/zoneinfo";
  const bool safe = !name.empty() && name[0] != '/' && name.find("..") == std::string::npos;
  if (!safe || !FileExists(JoinPath(folder, name))) {
    return Error(ErrorCode::kNotFound, fmt::format("time zone '{}' is unknown", name))
        .WithHint(fmt::format("names are those of {}, such as Europe/Berlin; the package tzdata puts them there", folder));
  }
  DVT_ASSIGN(const std::string bytes, ReadFile(JoinPath(folder, name)));
  DVT_ASSIGN(auto rules, Parse(name, bytes));
  known.emplace(name, rules);
  return rules;
}

const ZoneRules::Period& ZoneRules::ByRule(int64_t seconds) const {
  if (rule_.size() < 2) return rule_.front();
  const Period& standard = rule_[0];
  const Period& dst = rule_[1];
  const int year = YearOf(seconds + standard.offset);
  const int64_t from = WallClockOf(to_dst_, year) - standard.offset;
  const int64_t until = WallClockOf(to_standard_, year) - dst.offset;
  const bool in_dst = from < until ? seconds >= from && seconds < until : seconds >= from || seconds < until;
  return in_dst ? dst : standard;
}

const ZoneRules::Period& ZoneRules::At(int64_t seconds) const {
  const auto next = std::upper_bound(moments_.begin(), moments_.end(), seconds);
  if (next == moments_.end() && !rule_.empty()) return ByRule(seconds);
  if (next == moments_.begin()) return periods_.front();
  return periods_[which_[static_cast<size_t>(next - moments_.begin()) - 1]];
}

const ZoneRules::Period& ZoneRules::OfWallClock(int64_t seconds, bool dst) const {
  const Period& before = At(seconds - kDaySeconds);
  const Period& after = At(seconds + kDaySeconds);
  const auto holds = [&](const Period& period) { return At(seconds - period.offset).offset == period.offset; };
  const bool first = holds(before), second = holds(after);
  if (first != second) return first ? before : after;
  return before.dst == dst ? before : after;
}

}  // namespace dvt::tmpl
