#include "dvt/plan/fragment/fragment.h"

#include <algorithm>
#include <cctype>

#include "dvt/base/text/text.h"

namespace dvt::plan {

std::string_view WayName(Way way) {
  switch (way) {
    case Way::kPushdown: return "pushdown";
    case Way::kDirect: return "direct";
    case Way::kFederated: return "federated";
  }
  return "unknown";
}

std::optional<int64_t> ExpectedRows(const ExtractFragment& extract, std::optional<int64_t> of_reader) {
  if (!of_reader || !extract.estimated_rows) return of_reader ? of_reader : extract.estimated_rows;
  return std::min(*of_reader, *extract.estimated_rows);
}

namespace {

bool IsWordChar(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

void Blank(std::string& text, const std::string& value) {
  if (value.empty()) return;
  for (size_t at = text.find(value); at != std::string::npos; at = text.find(value, at + 1)) {
    const bool word =
        (at > 0 && IsWordChar(text[at - 1])) || (at + value.size() < text.size() && IsWordChar(text[at + value.size()]));
    if (!word) text.replace(at, value.size(), "?");
  }
}

// Without the values that the model's own table had, or that bound what it reads: they move on with every run.
std::string WithoutValues(const ModelPlan& plan, std::string text) {
  for (const auto& [expression, value] : plan.own_values) Blank(text, value);
  for (const auto& bound : plan.watermarks) {
    Blank(text, bound.upto.value_or(""));
    Blank(text, bound.above.value_or(""));
  }
  return text;
}

}  // namespace

std::string PlanId(const ModelPlan& plan) {
  std::string text(WayName(plan.way));
  const auto add = [&](std::string_view part) {
    text += '\x1f';
    text += plan.own_values.empty() && plan.watermarks.empty() ? std::string(part) : WithoutValues(plan, std::string(part));
  };
  for (const ExtractFragment& extract : plan.extracts) {
    add(extract.connection);
    add(extract.input_name);
    add(extract.sql);
    for (const auto& all : extract.key_filters) {
      add("or");
      for (const KeyFilter& filter : all) {
        add(filter.column.name);
        for (const KeySource& source : filter.from) add(source.input + "." + source.column);
      }
    }
  }
  add(plan.transform.sql);
  if (plan.way == Way::kPushdown) add(plan.sql);
  add(plan.load.connection);
  add(plan.load.relation.ToString());
  add(plan.load.materialization);
  return Md5Hex(text);
}

}  // namespace dvt::plan
