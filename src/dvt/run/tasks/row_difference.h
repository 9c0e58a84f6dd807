#pragma once

#include <optional>
#include <string>
#include <vector>

namespace dvt::run {

/// A row as texts; nullopt is NULL.
using TextRow = std::vector<std::optional<std::string>>;

/// How two sets of rows differ, whatever their order, as an aligned table: rows marked +++ came out and were not expected, --- were
/// expected and did not come out, → has cells `expected→actual`. Rows that both have are shown for orientation, unless there are
/// many. Empty if the sets are equal.
std::string DescribeDifference(const std::vector<std::string>& columns, const std::vector<TextRow>& actual,
                               const std::vector<TextRow>& expected);

}  // namespace dvt::run
