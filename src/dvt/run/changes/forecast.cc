#include <fmt/format.h>

#include "dvt/base/text/text.h"
#include "dvt/run/changes/changes_mover.h"

namespace dvt::run {

Result<plan::ChangeFacts> ChangesMover::Forecast(const std::string& why_whole, std::stop_token stop) const {
  plan::ChangeFacts facts;
  for (const auto& field : key_fields_) facts.key.push_back(field.name);
  std::string why_not = why_whole;
  if (why_whole.empty()) facts.known_rows = state_.Look(Header(), why_not);
  facts.whole = !why_whole.empty() || (!facts.known_rows && MayRebuild());
  facts.state = facts.known_rows ? fmt::format("key and hash of {} rows are known from the run before",
                                               HumanCount(static_cast<double>(*facts.known_rows)))
                                 : why_not;
  facts.hashes = source_ ? "computed by " + source_->connector->config().name : "computed here: " + why_here_;
  if (source_ && !facts.whole) {
    DVT_ASSIGN(const auto read, source_->connector->PlanRead(HashRequest(*source_), source_->scope, stop));
    const connectors::ReadRequest request = HashRequest(*source_);
    facts.hash_sql = request.relation ? connectors::SelectText(*source_->connector, request) : request.sql;
    facts.hashes += fmt::format(", {} partition{}", read.partitions.size(), read.partitions.size() == 1 ? "" : "s");
    if (read.partitions.size() > 1) facts.hashes += fmt::format(", {} at a time", read.parallel);
  }
  if (facts.whole) {
    facts.reads = "all rows; they are hashed on their way, and the table is built anew";
  } else if (!source_) {
    facts.reads = "all rows; only those that differ are written";
  } else if (facts.known_rows) {
    facts.reads =
        fmt::format("keys and hashes of all rows, then those rows that differ by their keys; all of them if more than {} differ",
                    HumanCount(static_cast<double>(MostKeysToLookFor(*source_, *facts.known_rows))));
  } else {
    facts.reads = "all rows: each counts as new and is merged";
  }
  facts.deletes =
      settings_.deletes ? "rows that are gone from the source go from the target" : "rows that are gone from the source stay";
  return facts;
}

}  // namespace dvt::run
