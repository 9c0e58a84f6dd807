#include <fmt/format.h>

#include "dvt/base/text/text.h"
#include "dvt/plan/resolve/planner.h"

namespace dvt::plan {
namespace {

constexpr std::string_view kBold = "\x1b[1m";
constexpr std::string_view kDim = "\x1b[2m";
constexpr std::string_view kReset = "\x1b[0m";

std::string WatermarkText(const WatermarkBound& bound) {
  std::string text = fmt::format("watermark {}.{} · ", bound.input, bound.column);
  if (!bound.upto) return text + (bound.above ? "nothing is above " + *bound.above : "no value yet");
  text += bound.above ? fmt::format("above {}, up to {}", *bound.above, *bound.upto) : "up to " + *bound.upto;
  return bound.known ? text : text + ", first read";
}

std::string KeyText(const PartedSide& side) {
  return side.column.empty() ? fmt::format("{} of {}", side.key, side.input) : fmt::format("{}.{}", side.input, side.column);
}

class TreeText {
 public:
  TreeText(const ModelPlan& plan, const RenderPlanOptions& options) : plan_(plan), options_(options) {}

  std::string Render() {
    out_ = fmt::format("{} · {}\n", Styled(plan_.node_id, kBold), WayName(plan_.way));
    for (const auto& [expression, value] : plan_.own_values)
      Branch(
          fmt::format("asked {} first · {} is {}", Connection(plan_.load.connection), expression, value.empty() ? "NULL" : value),
          false);
    for (const auto& bound : plan_.watermarks) Branch(WatermarkText(bound), false);
    for (size_t i = 0; i < plan_.extracts.size(); ++i)
      Extract(plan_.extracts[i], i < options_.reads.size() ? &options_.reads[i] : nullptr);
    if (options_.changes) Changes(*options_.changes);
    if (!plan_.transform.sql.empty()) {
      Branch(fmt::format("transform · {}", plan_.transform.compute), false);
      if (const auto& parts = plan_.transform.parts)
        Line("joined",
             fmt::format("in {} parts of equal keys: {} = {}", parts->count, KeyText(parts->left), KeyText(parts->right)), false);
      Sql(plan_.transform.sql, false);
    }
    Branch(fmt::format("{} {} · {}{}", plan_.way == Way::kPushdown ? "run in" : "load into", Connection(plan_.load.connection),
                       plan_.load.relation.ToString(),
                       plan_.load.materialization.empty() ? "" : " as " + plan_.load.materialization),
           true);
    if (plan_.way == Way::kPushdown) Sql(plan_.sql, true);
    for (const Diagnostic& warning : plan_.warnings.items()) {
      out_ += fmt::format("  {}{}\n", warning.code.empty() ? "" : warning.code + " ", warning.message);
    }
    return std::move(out_);
  }

 private:
  std::string Styled(std::string_view text, std::string_view style) const {
    return options_.color ? fmt::format("{}{}{}", style, text, kReset) : std::string(text);
  }

  std::string Connection(const std::string& name) const {
    const auto it = options_.connection_types.find(name);
    return it == options_.connection_types.end() ? name : fmt::format("{} ({})", name, it->second);
  }

  void Branch(const std::string& text, bool last) { out_ += fmt::format("{} {}\n", last ? "└─" : "├─", text); }

  void Line(std::string_view label, std::string_view text, bool last) {
    out_ += fmt::format("{}    {} {}\n", last ? " " : "│", Styled(fmt::format("{:<10}", label), kDim), text);
  }

  void Sql(const std::string& sql, bool last) {
    std::string_view label = "sql";
    for (const std::string& line : Split(sql, '\n')) {
      Line(label, line, last);
      label = "";
    }
  }

  void Changes(const ChangeFacts& changes) {
    Branch(fmt::format("changes · rows are compared by their hashes, key {}", Join(changes.key, ", ")), false);
    Line("state", changes.state, false);
    Line("hashes", changes.hashes, false);
    if (!changes.hash_sql.empty()) Sql(changes.hash_sql, false);
    Line("reads", changes.reads, false);
    Line("deletes", changes.deletes, false);
  }

  void Shared(const SharedFacts& shared) {
    const auto count = [](const std::optional<int64_t>& rows) {
      return rows ? "about " + HumanCount(static_cast<double>(*rows)) : std::string("an unknown number of");
    };
    Line("shared", fmt::format("one read of {} rows for {}", count(shared.estimated_rows), Join(shared.readers, ", ")), false);
    Line("", fmt::format("instead of {} rows apart, by:", count(shared.rows_apart)), false);
    for (const std::string& line : Split(shared.sql, '\n')) Line("", line, false);
  }

  void Extract(const ExtractFragment& extract, const ReadFacts* read) {
    Branch(fmt::format("extract {} · {} · {}", Styled(extract.input_name, kBold), Connection(extract.connection),
                       Join(extract.sources, ", ")),
           false);
    const auto rows = ExpectedRows(extract, read != nullptr ? read->estimated_rows : std::nullopt);
    std::string count = rows ? "about " + HumanCount(static_cast<double>(*rows)) : "not known before reading";
    if (!extract.key_filters.empty() && extract.estimated_rows && extract.rows_without_keys) {
      count = fmt::format("about {}, {} without the join filters", HumanCount(static_cast<double>(*extract.estimated_rows)),
                          HumanCount(static_cast<double>(*extract.rows_without_keys)));
    }
    Line("rows", count, false);
    if (read != nullptr) {
      std::string text = fmt::format("{} partition{}", read->partitions, read->partitions == 1 ? "" : "s");
      if (!read->partitioned_by.empty()) text += ", " + read->partitioned_by;
      if (read->parallel > 1) text += fmt::format(", {} at a time", read->parallel);
      if (!read->method.empty()) text += ", " + read->method;
      Line("reading", text, false);
    }
    if (read != nullptr && read->shared) Shared(*read->shared);
    Sql(extract.sql, false);
    std::string_view label = "pushed";
    for (const std::string& item : extract.pushed) {
      Line(label, item, false);
      label = "";
    }
    label = "not pushed";
    for (const NotPushed& item : extract.not_pushed) {
      Line(label, fmt::format("{}: {}", item.what, item.reason), false);
      label = "";
    }
    label = "note";
    for (const std::string& note : read != nullptr ? read->notes : std::vector<std::string>{}) {
      Line(label, note, false);
      label = "";
    }
  }

  const ModelPlan& plan_;
  const RenderPlanOptions& options_;
  std::string out_;
};

}  // namespace

std::string RenderPlanText(const ModelPlan& plan, const RenderPlanOptions& options) { return TreeText(plan, options).Render(); }

}  // namespace dvt::plan
