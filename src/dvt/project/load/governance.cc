#include <algorithm>
#include <chrono>
#include <cstdio>

#include "dvt/base/text/text.h"
#include "dvt/project/load/loader_internal.h"
#include "dvt/project/load/yaml_check.h"

namespace dvt::project {
namespace {

using model::ResourceType;

std::string AccessOf(const model::Node& node) {
  const Value& access = node.config["access"];
  return access.is_string() ? access.as_string() : "protected";
}

std::string TextOf(const Value& value) { return value.is_string() ? value.as_string() : std::string(); }

/// "2024-01-31" or a time on it, as "2024-01-31T00:00:00+00:00"; empty if it is no date.
std::string IsoDate(const std::string& text) {
  static constexpr std::string_view kForm = "dddd-dd-dd";
  if (text.size() < kForm.size()) return "";
  for (size_t i = 0; i < kForm.size(); ++i) {
    const bool digit = text[i] >= '0' && text[i] <= '9';
    if (kForm[i] == 'd' ? !digit : text[i] != kForm[i]) return "";
  }
  if (text.size() == kForm.size()) return text + "T00:00:00+00:00";
  std::string iso = text;
  iso[10] = 'T';
  const bool zone = iso.find_first_of("+Z", 10) != std::string::npos || iso.find('-', 10) != std::string::npos;
  return zone ? iso : iso + "+00:00";
}

std::string Today() {
  const std::chrono::year_month_day date(std::chrono::floor<std::chrono::days>(std::chrono::system_clock::now()));
  char text[16];
  std::snprintf(text, sizeof text, "%04d-%02u-%02u", static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                static_cast<unsigned>(date.day()));
  return text;
}

std::string NameOf(const model::Node& node) { return node.version.empty() ? node.name : node.name + ".v" + node.version; }

}  // namespace

// `access`, `deprecation_date` and the description of a model, or of one of its versions.
void Loader::ReadGovernance(Draft& draft) {
  model::Node& node = draft.node;
  if (node.type != ResourceType::kModel) return;
  const Place place = draft.patch ? draft.patch->place : node.place;
  static const Keys kAccess = {"private", "protected", "public"};
  const Value& access = node.config["access"];
  if (!access.is_null() &&
      (!access.is_string() || std::find(kAccess.begin(), kAccess.end(), access.as_string()) == kAccess.end())) {
    draft.findings.Fail("'access' of model '" + node.name + "' must be private, protected or public, found " + ToJson(access),
                        access.mark().line > 0 && draft.patch ? PlaceOf(place.file, access.mark()) : place);
  } else if (node.is_ephemeral() && AccessOf(node) == "public") {
    draft.findings.Fail(
        "'access' of model '" + node.name + "' is public, but an ephemeral model builds nothing that others could read", place,
        "make it a view, or take the access back");
  }
  if (!draft.patch) return;
  const Value* date = draft.patch->raw.Find("deprecation_date");
  if (draft.version_entry != nullptr) {
    if (const Value* own = draft.version_entry->Find("deprecation_date"); own && !own->is_null()) date = own;
    if (const Value& text = (*draft.version_entry)["description"]; text.is_string() && !text.as_string().empty())
      node.description = text.as_string();
  }
  if (date == nullptr || date->is_null()) return;
  node.deprecation_date = IsoDate(date->ToText());
  if (node.deprecation_date.empty()) {
    draft.findings.Fail("'deprecation_date' of model '" + node.name + "' must be a date, found " + ToJson(*date),
                        PlaceOf(place.file, date->mark()), "write 2024-01-31");
  }
}

// A test belongs to the group of what it tests.
std::string Loader::GroupOf(const model::Node& node) const {
  if (node.config["group"].is_string()) return node.config["group"].as_string();
  if (!node.test) return "";
  const auto tested = manifest_.nodes.find(node.test->attached_node);
  return tested == manifest_.nodes.end() ? "" : TextOf(tested->second.config["group"]);
}

void Loader::CheckAccess(const model::Node& node, const model::Node& target) {
  if (target.type != ResourceType::kModel || (node.test && node.test->attached_node == target.unique_id)) return;
  const std::string access = AccessOf(target), group = TextOf(target.config["group"]);
  const Value& restricted = PackageOf(target.package)->config.raw["restrict-access"];
  const bool closed = node.package != target.package && restricted.is_bool() && restricted.as_bool();
  if (access == "private" && (group.empty() || GroupOf(node) != group || closed)) {
    manifest_.diagnostics.Fail(DescribeNode(node, node.place) + " reads " + target.unique_id + ", which is private to " +
                                   (group.empty() ? "a group that it does not name" : "the group '" + group + "'"),
                               node.place,
                               "put it into the group, or make the access of " + target.name + " protected or public");
  } else if (access == "protected" && closed) {
    manifest_.diagnostics.Fail(DescribeNode(node, node.place) + " reads " + target.unique_id +
                                   ", which is protected in package '" + target.package + "'",
                               node.place, "only models whose access is public may be read from other packages");
  }
}

void Loader::WarnDeprecated(const model::Node& node, const model::Node& target, const std::string& today) {
  if (target.deprecation_date.empty()) return;
  const bool past = target.deprecation_date.substr(0, 10) < today;
  std::string message = DescribeNode(node, node.place) + " reads " + NameOf(target) +
                        (past ? ", which was deprecated on " : ", which will be deprecated on ") +
                        target.deprecation_date.substr(0, 10);
  const Value& latest = target.patch["latest_version"];
  const std::string newest = latest.is_null() ? "" : latest.ToText();
  std::string hint;
  if (!target.version.empty() && !target.latest_version)
    hint = "there is a newer version: ref('" + target.name + "'" + (newest.empty() ? "" : ", v=" + newest) + ")";
  manifest_.diagnostics.Warn(past ? "DeprecatedReference" : "UpcomingReferenceDeprecation", message, node.place, hint);
}

void Loader::CheckGovernance() {
  const std::string today = Today();
  for (const auto& [id, node] : manifest_.nodes) {
    if (!node.deprecation_date.empty() && node.deprecation_date.substr(0, 10) < today) {
      manifest_.diagnostics.Warn(
          "DeprecatedModel", "Model " + NameOf(node) + " has passed its deprecation date " + node.deprecation_date.substr(0, 10),
          node.place, "disable it, or remove it");
    }
    for (const auto& input : node.depends_on_nodes) {
      const auto target = manifest_.nodes.find(input);
      if (target == manifest_.nodes.end()) continue;
      CheckAccess(node, target->second);
      if (node.type == ResourceType::kModel) WarnDeprecated(node, target->second, today);
    }
  }
}

}  // namespace dvt::project
