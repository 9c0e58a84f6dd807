#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "dvt/base/result/result.h"
#include "dvt/base/text/value.h"

namespace dvt::lake {

// Members of the metadata's JSON objects. What is required and missing, or of another kind, is an error that names the member.

Result<int64_t> RequiredInt(const Value& json, const char* key);
Result<std::string> RequiredText(const Value& json, const char* key);
int64_t OptionalInt(const Value& json, const char* key, int64_t otherwise);
std::optional<int64_t> MaybeInt(const Value& json, const char* key);
std::string OptionalText(const Value& json, const char* key);
std::vector<int> IntsOf(const Value& list);
Value IntList(const std::vector<int>& numbers);
std::map<std::string, std::string> TextMapOf(const Value& json);
Value TextMapToJson(const std::map<std::string, std::string>& map);

}  // namespace dvt::lake
