#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "dvt/columnar/c_abi/batch_builder.h"
#include "dvt/columnar/c_abi/column_view.h"
#include "dvt/connectors/api/connector.h"
#include "dvt/sql/dialects/dialect.h"

namespace dvt::run::testing {

/// A connector over memory for tests: one table of consecutive integers to read in partitions, and sinks that keep what they got.
/// Failures are scripted.
class MemoryConnector : public connectors::Connector {
 public:
  explicit MemoryConnector(std::string name) {
    config_.name = std::move(name);
    config_.type = "memory";
  }

  int64_t rows_per_partition = 1000;
  int partitions = 4;
  bool repeatable = true;
  bool parallel_sinks = true;
  std::function<int64_t(int64_t)> mark;  ///< of a value: a second column, where the plan has one
  std::atomic<int> opened{0};            ///< partitions
  std::atomic<int> read_failures{0};     ///< that many reads break in their middle
  std::atomic<int> write_failures{0};    ///< that many writes fail with a lost connection
  std::atomic<int> commit_failures{0};
  std::atomic<int> lost_moments{0};   ///< that many opens find their moment lost
  std::atomic<int> plan_failures{0};  ///< that many plans fail with a lost connection
  std::atomic<int> moments{0};        ///< how many were begun
  std::atomic<int> commits{0};
  std::mutex mutex;
  std::vector<int64_t> committed;  ///< values made durable by sinks
  std::atomic<int> open_sinks{0};
  std::atomic<int> aborted{0};

  const connectors::ConnectionConfig& config() const override { return config_; }
  uint32_t capabilities() const override {
    return static_cast<uint32_t>(connectors::Capability::kSource) | static_cast<uint32_t>(connectors::Capability::kTarget) |
           (parallel_sinks ? static_cast<uint32_t>(connectors::Capability::kParallelSinks) : 0);
  }
  const sql::Dialect& dialect() const override { return *sql::FindDialect("postgres"); }
  std::string default_database() const override { return "db"; }
  std::string default_schema() const override { return "public"; }
  int max_identifier() const override { return 63; }
  std::string identity() const override { return config_.name; }
  Result<std::string> Test(std::stop_token) override { return std::string("memory"); }
  Result<std::vector<columnar::RelationInfo>> ListRelations(const std::string&, std::stop_token) override {
    return std::vector<columnar::RelationInfo>();
  }
  Result<std::vector<std::string>> ListSchemas(std::stop_token) override { return std::vector<std::string>(); }
  Result<columnar::TableInfo> Describe(const columnar::RelationName&, std::stop_token) override { return columnar::TableInfo(); }
  Result<columnar::Fields> DescribeQuery(const std::string&, std::stop_token) override { return fields(); }
  Result<std::shared_ptr<connectors::ReadScope>> BeginRead(std::stop_token) override {
    class Scope : public connectors::ReadScope {
      std::string Describe() const override { return "memory"; }
    };
    ++moments;
    return std::shared_ptr<connectors::ReadScope>(std::make_shared<Scope>());
  }
  Result<connectors::ReadPlan> PlanRead(const connectors::ReadRequest& request, const std::shared_ptr<connectors::ReadScope>&,
                                        std::stop_token) override {
    if (plan_failures > 0 && plan_failures-- > 0) return Error(ErrorCode::kConnection, "connection reset");
    connectors::ReadPlan plan;
    plan.fields = fields();
    plan.options = request.options;
    plan.parallel = 2;
    plan.repeatable = repeatable;
    for (int i = 0; i < partitions; ++i)
      plan.partitions.push_back({std::to_string(i), "partition " + std::to_string(i), rows_per_partition});
    return plan;
  }
  Result<columnar::Stream> Open(const connectors::ReadPlan& plan, int partition, const std::shared_ptr<connectors::ReadScope>&,
                                std::stop_token stop) override;
  Result<std::unique_ptr<connectors::Session>> OpenSession(std::stop_token) override {
    return Error(ErrorCode::kUnsupported, "no sessions");
  }
  Result<std::unique_ptr<connectors::Sink>> OpenSink(const connectors::SinkRequest& request, std::stop_token) override;
  Result<std::string> TypeName(const columnar::DataType& type, std::string*) const override { return type.ToString(); }
  std::string Quote(std::string_view identifier) const override { return '"' + std::string(identifier) + '"'; }
  std::string QuoteRelation(const columnar::RelationName& relation) const override { return Quote(relation.name); }

  static columnar::Fields fields() { return {{"n", columnar::TypeKind::kInt64, true, {}}}; }

 private:
  connectors::ConnectionConfig config_;
};

}  // namespace dvt::run::testing
