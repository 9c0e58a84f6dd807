#include <fmt/format.h>

#include "dvt/base/text/text.h"
#include "dvt/run/changes/changes_mover.h"

namespace dvt::run {

Result<plan::ChangeFacts> ChangesMover::Forecast(const std::string& why_whole, std::stop_token stop) const {
  plan::ChangeFacts facts;
  for (const auto& field : key_fields_) facts.key.push_back(field.name);
  std::string why_not = why_whole;
  std::optional<RowState::Known> known;
  if (why_whole.empty()) known = state_.Look(Header(), why_not);
  if (known) facts.known_rows = known->rows;
  facts.whole = !why_whole.empty() || (!facts.known_rows && MayRebuild());
  facts.state = facts.known_rows ? fmt::format("key and hash of {} rows are known from the run before",
                                               HumanCount(static_cast<double>(*facts.known_rows)))
                                 : why_not;
  facts.hashes = source_ ? "computed by " + source_->connector->config().name : "computed here: " + why_here_;
  const bool grouped = known && AsksForGroups(known->groups, known->rows);
  if (source_ && !facts.whole) {
    const connectors::ReadRequest request = grouped ? GroupSumsRequest(*source_, known->groups->grouping) : HashRequest(*source_);
    DVT_ASSIGN(const auto read, source_->connector->PlanRead(request, source_->scope, stop));
    facts.hash_sql = request.relation ? connectors::SelectText(*source_->connector, request) : request.sql;
    facts.hashes += fmt::format(", {} partition{}", read.partitions.size(), read.partitions.size() == 1 ? "" : "s");
    if (read.partitions.size() > 1) facts.hashes += fmt::format(", {} at a time", read.parallel);
  }
  if (facts.whole) {
    facts.reads = "all rows; they are hashed on their way, and the table is built anew";
  } else if (!source_) {
    facts.reads = AsksForExtracts() ? "sums of the hashes of all inputs; if these are not as they were, all rows, of which only "
                                      "those that differ are written"
                                    : "all rows; only those that differ are written";
  } else if (facts.known_rows) {
    std::string first = "keys and hashes of all rows";
    if (grouped) {
      const bool by_key = known->groups->grouping.by == columnar::RowGrouping::By::kKey;
      first = fmt::format("sums of the hashes of {} groups of rows, by {}, then keys and hashes of the groups that differ",
                          HumanCount(static_cast<double>(known->groups->sums.size())),
                          by_key ? "ranges of " + key_fields_.front().name : "the hashes' first bits");
    }
    facts.reads = fmt::format("{}, then those rows that differ by their keys; all of them if more than {} differ", first,
                              HumanCount(static_cast<double>(MostKeysToLookFor(*source_, *facts.known_rows))));
  } else {
    facts.reads = "all rows: each counts as new and is merged";
  }
  facts.deletes =
      settings_.deletes ? "rows that are gone from the source go from the target" : "rows that are gone from the source stay";
  return facts;
}

}  // namespace dvt::run
