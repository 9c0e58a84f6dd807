#include "dvt/run/context/plan_catalog.h"

#include <fmt/format.h>

#include "dvt/base/net/http_client.h"
#include "dvt/base/result/retry.h"
#include "dvt/columnar/c_abi/column_view.h"
#include "dvt/connectors/api/statistics.h"
#include "dvt/sql/dialects/dialect.h"

namespace dvt::run {

namespace {

// Servers look the keys of a list up as fast as those of a table; but they read the list anew for each partition.
constexpr int64_t kKeysOfServerTable = 100'000;

}  // namespace

std::shared_ptr<connectors::Connector> PlanCatalog::Find(const std::string& connection) const {
  auto found = connections_.ForReading(connection);
  return found ? *found : nullptr;
}

Result<columnar::TableInfo> PlanCatalog::Describe(const std::string& connection, const columnar::RelationName& relation) {
  const std::pair key{connection, relation};
  {
    std::lock_guard lock(mutex_);
    if (const auto found = known_.find(key); found != known_.end()) return found->second;
  }
  DVT_ASSIGN(const auto connector, connections_.ForReading(connection));
  columnar::TableInfo info;
  DVT_ASSIGN(const RetryPolicy policy, connections_.RetryOf(connection));
  DVT_TRY(Ask(connection, policy, [&]() -> Status {
    auto described = connector->Describe(relation, stop_);
    if (!described)
      return std::move(described).error().Within(
          fmt::format("while asking connection '{}' about {}", connection, relation.ToString()));
    info = std::move(*described);
    return {};
  }));
  std::lock_guard lock(mutex_);
  return known_.try_emplace(key, std::move(info)).first->second;
}

Status PlanCatalog::Ask(const std::string& connection, const RetryPolicy& policy, const std::function<Status()>& work) {
  constexpr int kUnreachable = 3;
  std::optional<Error> lasting;
  DVT_TRY(RunWithRetry(
      policy, stop_,
      [&]() -> Status {
        Status done = work();
        const std::lock_guard lock(mutex_);
        const bool away = !done && IsUnreachable(done.error());
        if (!away) reached_.insert(connection);
        const bool back_soon = away && reached_.contains(connection) && WasNeverSent(done.error());
        if (!away || back_soon || ++missed_[connection] < kUnreachable) return done;
        lasting = std::move(done).error();
        return {};
      },
      [&](const Error& error, int attempt, double wait) {
        if (tell_)
          tell_(fmt::format("connection '{}': {}; attempt {} in {:.1f} s", connection, error.message(), attempt + 1, wait));
      }));
  if (lasting) return *std::move(lasting);
  return {};
}

columnar::TableStatistics PlanCatalog::Statistics(const std::string& connection, const columnar::TableInfo& table) {
  const std::pair key{connection, table.name};
  {
    std::lock_guard lock(mutex_);
    if (const auto found = statistics_.find(key); found != statistics_.end()) return found->second;
  }
  const auto connector = Find(connection);
  auto* source = dynamic_cast<connectors::StatisticsSource*>(connector.get());
  if (source == nullptr) return {};
  auto found = source->Statistics(table, stop_);
  if (!found) return {};  // rules of thumb do, too
  std::lock_guard lock(mutex_);
  return statistics_[key] = std::move(*found);
}

namespace {

// The only value of the only row; empty if there are more or none.
Result<std::optional<plan::SingleValue>> OnlyValue(columnar::Stream rows) {
  DVT_ASSIGN(const auto fields, rows.GetFields());
  std::optional<plan::SingleValue> value;
  if (fields.size() != 1) return value;
  for (;;) {
    DVT_ASSIGN(const auto batch, rows.Next());
    if (!batch.valid()) return value;
    if (batch.length() == 0) continue;
    if (value || batch.length() > 1) return std::optional<plan::SingleValue>();
    const auto columns = columnar::BatchColumns(batch.get(), fields);
    value = plan::SingleValue{fields[0], std::nullopt};
    if (!columns[0].IsNull(0)) columnar::AppendText(value->text.emplace(), columns[0], 0);
  }
}

}  // namespace

// A query that the database refuses stays where it was: it is told when the model runs.
Result<std::optional<plan::SingleValue>> PlanCatalog::Evaluate(const std::string& connection, const std::string& sql) {
  std::optional<plan::SingleValue> value;
  if (connections_.tape() != nullptr) return value;
  DVT_ASSIGN(const auto connector, connections_.Get(connection));
  if (!connector->Has(connectors::Capability::kSql)) return value;
  DVT_ASSIGN(RetryPolicy policy, connections_.RetryOf(connection));
  policy.retry_on_unknown = false;
  auto asked = Ask(connection, policy, [&]() -> Status {
    DVT_ASSIGN(const auto session, connector->OpenSession(stop_));
    DVT_ASSIGN(auto rows, session->QueryValues(sql, stop_));
    DVT_ASSIGN(value, OnlyValue(std::move(rows)));
    return {};
  });
  if (asked) return value;
  const bool lasting = asked.error().code() != ErrorCode::kCancelled && !policy.IsRetryable(asked.error());
  if (lasting) return std::optional<plan::SingleValue>();
  return std::move(asked).error().Within(fmt::format("while asking connection '{}' for {}", connection, sql));
}

const sql::Dialect& PlanCatalog::DialectOf(const std::string& connection) const {
  const auto connector = Find(connection);
  return connector == nullptr ? *sql::FindDialect("postgres") : connector->dialect();
}

uint32_t PlanCatalog::abilities(const std::string& connection) const {
  const auto connector = Find(connection);
  uint32_t bits = 0;
  if (connector != nullptr && connector->Has(connectors::Capability::kSql))
    bits |= static_cast<uint32_t>(plan::SourceAbility::kQueries);
  if (connector != nullptr && connector->Has(connectors::Capability::kViews))
    bits |= static_cast<uint32_t>(plan::SourceAbility::kViews);
  if (connector != nullptr && connector->Has(connectors::Capability::kFilters))
    bits |= static_cast<uint32_t>(plan::SourceAbility::kFilters);
  return bits;
}

std::string PlanCatalog::Identity(const std::string& connection) const {
  const auto connector = Find(connection);
  return connector == nullptr ? "" : connector->identity();
}

std::string PlanCatalog::TypeOf(const std::string& connection) const {
  const auto connector = Find(connection);
  return connector == nullptr ? "" : connector->config().type;
}

std::string PlanCatalog::TextOrder(const std::string& connection) const {
  {
    std::lock_guard lock(mutex_);
    if (const auto found = text_orders_.find(connection); found != text_orders_.end()) return found->second;
  }
  const auto connector = Find(connection);
  if (connector == nullptr) return {};
  const auto order = connector->TextOrder(stop_);
  if (!order) return {};  // nothing that depends on it is pushed then
  std::lock_guard lock(mutex_);
  return text_orders_[connection] = *order;
}

sql::LetterCase PlanCatalog::LetterCaseOf(const std::string& connection,
                                          const std::vector<columnar::RelationName>& relations) const {
  const auto connector = Find(connection);
  const auto known = connector == nullptr ? sql::LetterCase::kOwn : connector->LetterCaseOf(relations, stop_);
  return known ? *known : sql::LetterCase::kOwn;  // nothing that depends on it is pushed then
}

plan::SourceFacts PlanCatalog::Facts(const std::string& connection) const {
  plan::SourceFacts facts = Catalog::Facts(connection);
  const auto connector = Find(connection);
  if (connector == nullptr) return facts;
  facts.key_tables = connector->Has(connectors::Capability::kKeyTables);
  const KeyTableSetting setting = connections_.KeyTablesOf(connection);
  const bool local = connector->Has(connectors::Capability::kLocalSessions);
  facts.key_tables_free = setting.allowed.value_or(local);
  facts.key_table_from = setting.from.value_or(local ? plan::kKeysOfTable : kKeysOfServerTable);
  return facts;
}

std::vector<std::string> PlanCatalog::Parts(const std::string& connection, const columnar::RelationName& relation) const {
  const auto connector = Find(connection);
  if (connector == nullptr) return Catalog::Parts(connection, relation);
  // The parts that the system itself would write.
  const std::string all = connector->QuoteRelation({"d", "s", "n"});
  std::vector<std::string> parts;
  if (!relation.database.empty() && all.find(connector->Quote("d")) != std::string::npos) parts.push_back(relation.database);
  if (!relation.schema.empty() && all.find(connector->Quote("s")) != std::string::npos) parts.push_back(relation.schema);
  parts.push_back(relation.name);
  return parts;
}

void PlanCatalog::Forget(const std::string& connection, const columnar::RelationName& relation) {
  const auto is_it = [&](const auto& entry) {
    return entry.first.first == connection && entry.first.second.name == relation.name &&
           entry.first.second.schema == relation.schema;
  };
  std::lock_guard lock(mutex_);
  std::erase_if(known_, is_it);
  std::erase_if(statistics_, is_it);
}

}  // namespace dvt::run
