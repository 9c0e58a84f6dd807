#include "dvt/project/packages/version_range.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "dvt/base/text/text.h"

namespace dvt::project {

namespace {

bool IsNumber(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// Identifiers between dots: numbers by size and before texts, fewer before more.
bool PrereleaseLess(const std::string& a, const std::string& b) {
  const auto left = Split(a, '.'), right = Split(b, '.');
  for (size_t i = 0; i < std::min(left.size(), right.size()); ++i) {
    if (left[i] == right[i]) continue;
    const bool numbers = IsNumber(left[i]) && IsNumber(right[i]);
    if (numbers && left[i].size() != right[i].size()) return left[i].size() < right[i].size();
    if (IsNumber(left[i]) != IsNumber(right[i])) return IsNumber(left[i]);
    return left[i] < right[i];
  }
  return left.size() < right.size();
}

}  // namespace

std::optional<Version> Version::Parse(std::string_view text) {
  text = TrimView(text);
  if (!text.empty() && (text[0] == 'v' || text[0] == 'V')) text.remove_prefix(1);
  text = text.substr(0, text.find('+'));
  Version version;
  const size_t dash = text.find('-');
  if (dash != std::string_view::npos) version.prerelease = std::string(text.substr(dash + 1));
  const auto parts = Split(text.substr(0, dash), '.');
  if (parts.size() > 3) return std::nullopt;
  int64_t* numbers[] = {&version.major, &version.minor, &version.patch};
  for (size_t i = 0; i < parts.size(); ++i) {
    const std::string& part = parts[i];
    if (!IsNumber(part) || std::from_chars(part.data(), part.data() + part.size(), *numbers[i]).ec != std::errc())
      return std::nullopt;
  }
  if (dash != std::string_view::npos && version.prerelease.empty()) return std::nullopt;
  return version;
}

std::string Version::ToString() const {
  return fmt::format("{}.{}.{}{}{}", major, minor, patch, prerelease.empty() ? "" : "-", prerelease);
}

bool Version::operator<(const Version& other) const {
  if (major != other.major) return major < other.major;
  if (minor != other.minor) return minor < other.minor;
  if (patch != other.patch) return patch < other.patch;
  if (prerelease.empty() || other.prerelease.empty()) return !prerelease.empty() && other.prerelease.empty();
  return PrereleaseLess(prerelease, other.prerelease);
}

Status VersionRange::Add(std::string_view text) {
  for (const auto& piece : Split(text, ',')) {
    std::string_view rest = TrimView(piece);
    if (rest.empty()) continue;
    Condition condition;
    const size_t digits = rest.find_first_not_of("<>=~^! ");
    condition.comparison = std::string(TrimView(rest.substr(0, std::min(digits, rest.size()))));
    if (condition.comparison.empty() || condition.comparison == "==") condition.comparison = "=";
    const auto version = digits == std::string_view::npos ? std::nullopt : Version::Parse(rest.substr(digits));
    static constexpr std::string_view kComparisons[] = {"=", ">", "<", ">=", "<="};
    const bool known =
        std::find(std::begin(kComparisons), std::end(kComparisons), condition.comparison) != std::end(kComparisons);
    if (!version || !known) {
      return Error(ErrorCode::kConfig, fmt::format("'{}' is no version", rest))
          .WithHint("write 1.2.3, \">=1.0.0\" or a list such as [\">=1.0.0\", \"<2.0.0\"]");
    }
    condition.version = *version;
    conditions_.push_back(std::move(condition));
  }
  return {};
}

bool VersionRange::Allows(const Version& version) const {
  return std::all_of(conditions_.begin(), conditions_.end(), [&](const Condition& condition) {
    const Version& limit = condition.version;
    if (condition.comparison == "=") return version == limit;
    if (condition.comparison == ">") return limit < version;
    if (condition.comparison == "<") return version < limit;
    return condition.comparison == ">=" ? !(version < limit) : !(limit < version);
  });
}

bool VersionRange::exact() const {
  return std::any_of(conditions_.begin(), conditions_.end(), [](const Condition& c) { return c.comparison == "="; });
}

std::string VersionRange::ToString() const {
  std::string text;
  for (const auto& condition : conditions_)
    text += (text.empty() ? "" : ", ") + condition.comparison + condition.version.ToString();
  return text;
}

}  // namespace dvt::project
