#include <fmt/format.h>

#include "dvt/lake/iceberg/json_fields.h"

namespace dvt::lake {

namespace {

Error Missing(const Value& json, const char* key, const char* wanted) {
  const Value* found = json.Find(key);
  if (found == nullptr) return Error(ErrorCode::kData, fmt::format("'{}' is missing in the table's metadata", key));
  return Error(ErrorCode::kData, fmt::format("'{}' in the table's metadata must be {}, not {}", key, wanted, ToJson(*found)));
}

}  // namespace

Result<int64_t> RequiredInt(const Value& json, const char* key) {
  const Value& value = json[key];
  if (!value.is_int()) return Missing(json, key, "a whole number");
  return value.as_int();
}

Result<std::string> RequiredText(const Value& json, const char* key) {
  const Value& value = json[key];
  if (!value.is_string()) return Missing(json, key, "a text");
  return value.as_string();
}

int64_t OptionalInt(const Value& json, const char* key, int64_t otherwise) { return MaybeInt(json, key).value_or(otherwise); }

std::optional<int64_t> MaybeInt(const Value& json, const char* key) {
  const Value& value = json[key];
  if (!value.is_int()) return std::nullopt;
  return value.as_int();
}

std::string OptionalText(const Value& json, const char* key) {
  const Value& value = json[key];
  return value.is_string() ? value.as_string() : std::string();
}

std::vector<int> IntsOf(const Value& list) {
  std::vector<int> out;
  if (!list.is_list()) return out;
  for (const auto& each : list.list())
    if (each.is_int()) out.push_back(static_cast<int>(each.as_int()));
  return out;
}

Value IntList(const std::vector<int>& numbers) {
  Value list = Value::MakeList();
  for (const int number : numbers) list.Push(number);
  return list;
}

std::map<std::string, std::string> TextMapOf(const Value& json) {
  std::map<std::string, std::string> out;
  if (!json.is_map()) return out;
  for (const auto& entry : json.map())
    if (!entry.value.is_null()) out.emplace(entry.key, entry.value.ToText());
  return out;
}

Value TextMapToJson(const std::map<std::string, std::string>& map) {
  Value json = Value::MakeMap();
  for (const auto& [key, value] : map) json.Set(key, value);
  return json;
}

}  // namespace dvt::lake
