#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <stop_token>
#include <string>
#include <vector>

#include "dvt/plan/resolve/planner.h"
#include "dvt/run/context/connections.h"

namespace dvt::run {

/// The planner's view of the connections. Descriptions are kept for the run. Thread-safe.
class PlanCatalog : public plan::Catalog {
 public:
  PlanCatalog(Connections& connections, std::stop_token stop) : connections_(connections), stop_(std::move(stop)) {}

  /// Hears of every pause before a source is asked again. Set before the first use.
  void OnRetry(std::function<void(const std::string&)> tell) { tell_ = std::move(tell); }

  Result<columnar::TableInfo> Describe(const std::string& connection, const columnar::RelationName& relation) override;
  columnar::TableStatistics Statistics(const std::string& connection, const columnar::TableInfo& table) override;
  /// By a session of its own. Nothing while a tape runs: what it holds must not depend on the target.
  Result<std::optional<plan::SingleValue>> Evaluate(const std::string& connection, const std::string& sql) override;
  const sql::Dialect& DialectOf(const std::string& connection) const override;
  uint32_t abilities(const std::string& connection) const override;
  std::string Identity(const std::string& connection) const override;
  std::string TypeOf(const std::string& connection) const override;
  std::string TextOrder(const std::string& connection) const override;
  sql::LetterCase LetterCaseOf(const std::string& connection,
                               const std::vector<columnar::RelationName>& relations) const override;
  plan::SourceFacts Facts(const std::string& connection) const override;
  std::vector<std::string> Parts(const std::string& connection, const columnar::RelationName& relation) const override;
  /// A model's relation was rebuilt: ask again next time.
  void Forget(const std::string& connection, const columnar::RelationName& relation);

 private:
  /// Asks again by the connection's settings. One that was never reached is soon given up while it cannot be reached at all.
  Status Ask(const std::string& connection, const RetryPolicy& policy, const std::function<Status()>& work);
  /// Null if the connection cannot even be configured; asking for its relations then reports why.
  std::shared_ptr<connectors::Connector> Find(const std::string& connection) const;

  Connections& connections_;
  std::stop_token stop_;
  std::function<void(const std::string&)> tell_;
  mutable std::mutex mutex_;
  std::set<std::string> reached_;
  std::map<std::string, int> missed_;  // how often those that were never reached could not be
  mutable std::map<std::string, std::string> text_orders_;
  std::map<std::pair<std::string, columnar::RelationName>, columnar::TableInfo> known_;
  std::map<std::pair<std::string, columnar::RelationName>, columnar::TableStatistics> statistics_;
};

}  // namespace dvt::run
