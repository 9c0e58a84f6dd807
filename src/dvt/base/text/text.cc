#include "dvt/base/text/text.h"

#include <fmt/format.h>

#include <algorithm>

namespace dvt {
namespace {

constexpr char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }
constexpr char Upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; }

std::string Scaled(double number, const char* const* units, std::string_view suffix) {
  int unit = 0;
  double magnitude = number < 0 ? -number : number;
  while (magnitude >= 999.95 && unit < 5) {
    magnitude /= 1000;
    number /= 1000;
    ++unit;
  }
  if (unit == 0) return fmt::format("{:.0f}{}{}", number, suffix.empty() ? "" : " ", suffix);
  return fmt::format("{:.1f} {}{}", number, units[unit], suffix);
}

}  // namespace

std::string_view TrimView(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n\f\v";
  size_t begin = text.find_first_not_of(kSpace);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kSpace) - begin + 1);
}

std::string ToLower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), Lower);
  return out;
}

std::string ToUpper(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), Upper);
  return out;
}

bool EqualsIgnoreCase(std::string_view a, std::string_view b) {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) { return Lower(x) == Lower(y); });
}

std::vector<std::string> Split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  size_t start = 0;
  while (true) {
    size_t end = text.find(separator, start);
    parts.emplace_back(text.substr(start, end - start));
    if (end == std::string_view::npos) return parts;
    start = end + 1;
  }
}

std::string Join(const std::vector<std::string>& parts, std::string_view separator) {
  std::string out;
  for (size_t i = 0; i < parts.size(); ++i) {
    if (i > 0) out += separator;
    out += parts[i];
  }
  return out;
}

std::string ReplaceAll(std::string text, std::string_view from, std::string_view to) {
  if (from.empty()) return text;
  std::string out;
  size_t start = 0;
  for (size_t at = text.find(from); at != std::string::npos; at = text.find(from, start)) {
    out.append(text, start, at - start);
    out += to;
    start = at + from.size();
  }
  if (start == 0) return text;
  return out.append(text, start);
}

int EditDistance(std::string_view a, std::string_view b) {
  std::vector<int> before(b.size() + 1), previous(b.size() + 1), current(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) previous[j] = static_cast<int>(j);
  for (size_t i = 1; i <= a.size(); ++i) {
    current[0] = static_cast<int>(i);
    for (size_t j = 1; j <= b.size(); ++j) {
      int cost = a[i - 1] == b[j - 1] ? 0 : 1;
      current[j] = std::min({previous[j] + 1, current[j - 1] + 1, previous[j - 1] + cost});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) current[j] = std::min(current[j], before[j - 2] + 1);
    }
    std::swap(before, previous);
    std::swap(previous, current);
  }
  return previous[b.size()];
}

std::string NearestName(std::string_view name, const std::vector<std::string>& candidates) {
  std::string lower = ToLower(name);
  int best_distance = std::max<int>(1, static_cast<int>(name.size() + 1) / 3) + 1;
  const std::string* best = nullptr;
  for (const auto& candidate : candidates) {
    auto gap = static_cast<int>(candidate.size()) - static_cast<int>(name.size());
    if (std::abs(gap) >= best_distance) continue;
    int distance = EditDistance(lower, ToLower(candidate));
    if (distance >= best_distance) continue;
    best_distance = distance;
    best = &candidate;
  }
  return best ? *best : std::string();
}

std::string DidYouMean(std::string_view name, const std::vector<std::string>& candidates) {
  std::string nearest = NearestName(name, candidates);
  return nearest.empty() ? nearest : " Did you mean '" + nearest + "'?";
}

std::string HumanCount(double count) {
  static constexpr const char* kUnits[] = {"", "k", "M", "G", "T", "P"};
  return Scaled(count, kUnits, "");
}

std::string HumanBytes(double bytes) {
  static constexpr const char* kUnits[] = {"", "k", "M", "G", "T", "P"};
  return Scaled(bytes, kUnits, "B");
}

std::string HumanSeconds(double seconds) {
  if (seconds < 59.995) return fmt::format("{:.2f} s", seconds);
  auto whole = static_cast<long long>(seconds + 0.5);
  if (whole < 3600) return fmt::format("{} m {:02} s", whole / 60, whole % 60);
  return fmt::format("{} h {:02} m {:02} s", whole / 3600, whole / 60 % 60, whole % 60);
}

bool IsUtf8(std::string_view bytes) {
  const auto* p = reinterpret_cast<const unsigned char*>(bytes.data());
  const auto* end = p + bytes.size();
  while (p < end) {
    if (*p < 0x80) {
      ++p;
      continue;
    }
    int more = 0;
    uint32_t code = 0;
    uint32_t least = 0;
    if ((*p & 0xe0) == 0xc0) {
      more = 1, code = *p & 0x1f, least = 0x80;
    } else if ((*p & 0xf0) == 0xe0) {
      more = 2, code = *p & 0x0f, least = 0x800;
    } else if ((*p & 0xf8) == 0xf0) {
      more = 3, code = *p & 0x07, least = 0x10000;
    } else {
      return false;
    }
    if (end - p <= more) return false;
    for (int i = 1; i <= more; ++i) {
      if ((p[i] & 0xc0) != 0x80) return false;
      code = code << 6 | (p[i] & 0x3f);
    }
    if (code < least || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) return false;
    p += more + 1;
  }
  return true;
}

}  // namespace dvt
