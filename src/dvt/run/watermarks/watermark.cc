#include "dvt/run/watermarks/watermark.h"

#include <algorithm>
#include <iterator>

namespace dvt::run {

namespace {

constexpr std::pair<MarkKind, std::string_view> kKinds[] = {{MarkKind::kNumber, "number"},
                                                            {MarkKind::kDate, "date"},
                                                            {MarkKind::kTimestamp, "timestamp"},
                                                            {MarkKind::kTimestampTz, "timestamp with time zone"},
                                                            {MarkKind::kText, "text"}};

int Sign(int compared) { return (compared > 0) - (compared < 0); }

// Digits before and behind the point, without zeros that say nothing.
struct Digits {
  explicit Digits(std::string_view text) {
    negative = !text.empty() && text.front() == '-';
    if (!text.empty() && (text.front() == '-' || text.front() == '+')) text.remove_prefix(1);
    const size_t point = text.find('.');
    whole = text.substr(0, point);
    if (point != std::string_view::npos) fraction = text.substr(point + 1);
    while (!whole.empty() && whole.front() == '0') whole.remove_prefix(1);
    while (!fraction.empty() && fraction.back() == '0') fraction.remove_suffix(1);
    if (whole.empty() && fraction.empty()) negative = false;
  }
  bool negative = false;
  std::string_view whole, fraction;
};

int CompareNumbers(std::string_view left, std::string_view right) {
  const Digits a(left), b(right);
  if (a.negative != b.negative) return a.negative ? -1 : 1;
  int magnitude = 0;
  if (a.whole.size() != b.whole.size()) {
    magnitude = a.whole.size() < b.whole.size() ? -1 : 1;
  } else if (magnitude = Sign(a.whole.compare(b.whole)); magnitude == 0) {
    magnitude = Sign(a.fraction.compare(b.fraction));
  }
  return a.negative ? -magnitude : magnitude;
}

}  // namespace

std::string_view MarkKindName(MarkKind kind) {
  return std::find_if(std::begin(kKinds), std::end(kKinds), [&](const auto& each) { return each.first == kind; })->second;
}

std::optional<MarkKind> MarkKindNamed(std::string_view name) {
  for (const auto& [kind, known] : kKinds) {
    if (known == name) return kind;
  }
  return std::nullopt;
}

// Dates and times have four digits for the year and fixed places: their texts sort as they do.
int CompareMarks(MarkKind kind, std::string_view a, std::string_view b) {
  return kind == MarkKind::kNumber ? CompareNumbers(a, b) : Sign(a.compare(b));
}

std::optional<std::optional<std::string>> AskedMarks::Find(const Key& key) const {
  std::lock_guard lock(mutex_);
  const auto found = values_.find(key);
  if (found == values_.end()) return std::nullopt;
  return std::optional<std::optional<std::string>>(std::in_place, found->second);
}

std::optional<std::string> AskedMarks::Keep(const Key& key, std::optional<std::string> value) {
  std::lock_guard lock(mutex_);
  return values_.try_emplace(key, std::move(value)).first->second;
}

}  // namespace dvt::run
