#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace dvt::sql {

/// One step of a path into JSON: a member's key, or a position that counts from 0.
struct JsonStep {
  std::string key;
  bool index = false;
};

/// How keys that are no plain words are written.
enum class JsonKeys {
  kQuoted,      ///< $["a b"]
  kDotted,      ///< $."a b"
  kApostrophes  ///< $['a b']
};

/// Whether a key needs no quotes.
bool IsPlainJsonKey(std::string_view key, bool dashes = false);
bool IsJsonIndex(std::string_view key);
/// The steps of '$.a[0]["b c"]."d"'; false for slices and anything else that is no path. Steps that mean several values, [*] and .*, are left out and
/// set `several`.
bool ReadJsonPath(std::string_view path, std::vector<JsonStep>& steps, bool& several);
std::string WriteJsonPath(const std::vector<JsonStep>& steps, JsonKeys keys, bool dashes = false);

}  // namespace dvt::sql
