#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "dvt/base/text/value.h"

namespace dvt {

struct RepeatedKey {
  std::string key;
  Mark mark;  ///< of the later one
};

/// ParseYaml for files in which a mapping may have a key twice: the last one counts, and `repeated` is told of each.
Result<Value> ParseYamlWithRepeats(std::string_view text, std::string_view file, std::vector<RepeatedKey>& repeated);

}  // namespace dvt
