#include <algorithm>

#include "dvt/base/text/text.h"
#include "dvt/project/load/loader_internal.h"
#include "dvt/project/load/yaml_check.h"

namespace dvt::project {
namespace {

bool IsMicrobatch(const model::Node& node) {
  const Value& strategy = node.config["incremental_strategy"];
  return node.type == model::ResourceType::kModel && node.materialized() == "incremental" && strategy.is_string() &&
         strategy.as_string() == "microbatch";
}

// "2024-01-31", and a time behind it.
bool LooksLikeDate(const std::string& text) {
  static constexpr std::string_view kForm = "dddd-dd-dd";
  if (text.size() < kForm.size() || (text.size() > kForm.size() && text[10] != ' ' && text[10] != 'T')) return false;
  for (size_t i = 0; i < kForm.size(); ++i) {
    const bool digit = text[i] >= '0' && text[i] <= '9';
    if (kForm[i] == 'd' ? !digit : text[i] != kForm[i]) return false;
  }
  return true;
}

}  // namespace

void Loader::CheckMicrobatch(Draft& draft) {
  const model::Node& node = draft.node;
  if (!IsMicrobatch(node)) return;
  const std::string owner = "the microbatch model '" + node.name + "'";
  const auto wrong = [&](const char* key, const std::string& wanted) {
    const Value& found = node.config[key];
    const Place place = found.mark().line > 0 && draft.patch ? PlaceOf(draft.patch->place.file, found.mark())
                        : draft.calls.configs.empty()        ? node.place
                                                             : draft.calls.configs.front().place;
    draft.findings.Fail("Config '" + std::string(key) + "' of " + owner + " must be " + wanted +
                            (found.is_null() ? ", and is not set" : ", found " + ToJson(found)),
                        place);
  };
  const Value &event_time = node.config["event_time"], &begin = node.config["begin"], &size = node.config["batch_size"];
  if (!event_time.is_string() || event_time.as_string().empty()) wrong("event_time", "the column that says when a row happened");
  if (begin.is_null() || begin.is_list() || begin.is_map() || !LooksLikeDate(begin.ToText()))
    wrong("begin", "the date of its first batch, such as '2024-01-31'");
  static const Keys kSizes = {"hour", "day", "month", "year"};
  if (!size.is_string() || std::find(kSizes.begin(), kSizes.end(), ToLower(size.as_string())) == kSizes.end())
    wrong("batch_size", "hour, day, month or year");
  const Value &lookback = node.config["lookback"], &concurrent = node.config["concurrent_batches"];
  if (!lookback.is_null() && (!lookback.is_int() || lookback.as_int() < 0)) wrong("lookback", "a number of batches from 0 on");
  if (!concurrent.is_null() && !concurrent.is_bool()) wrong("concurrent_batches", "true or false");
}

// Without an input that has an event_time every batch reads everything.
void Loader::WarnWithoutEventTime() {
  for (const auto& [id, node] : manifest_.nodes) {
    if (!IsMicrobatch(node)) continue;
    const bool limited = std::any_of(node.depends_on_nodes.begin(), node.depends_on_nodes.end(), [&](const std::string& input) {
      const auto upstream = manifest_.nodes.find(input);
      if (upstream != manifest_.nodes.end()) return upstream->second.config["event_time"].is_string();
      const auto source = manifest_.sources.find(input);
      return source != manifest_.sources.end() && source->second.config["event_time"].is_string();
    });
    if (limited) continue;
    manifest_.diagnostics.Warn("MicrobatchModelNoEventTimeInputs",
                               "None of the inputs of the microbatch model '" + node.name +
                                   "' has an event_time: each of its batches reads all their rows",
                               node.place, "set event_time on the models or sources that it reads");
  }
}

}  // namespace dvt::project
