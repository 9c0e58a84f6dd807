#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "dvt/connectors/api/connector.h"
#include "dvt/connectors/iceberg/catalog_session.h"

namespace dvt::connectors::iceberg {

/// The tables that one model reads, each at the snapshot that it had when it was first asked for, and the files of the reads that were planned.
/// Thread-safe.
class TableScope : public ReadScope {
 public:
  std::string Describe() const override { return "each table at the snapshot that it had when planned"; }

  Result<lake::Table> TableOf(CatalogSession& catalog, const columnar::RelationName& relation, std::stop_token stop);
  /// A planned read; kept until the scope ends.
  struct Read {
    lake::Table table;
    lake::ScanPlan plan;
    lake::ScanOptions options;
  };
  size_t Keep(Read read);
  const Read& At(size_t index) const;

 private:
  mutable std::mutex mutex_;
  std::map<columnar::RelationName, lake::Table> tables_;
  std::vector<std::unique_ptr<const Read>> reads_;
};

/// Chooses the files of a request by its filter and deals them to partitions of about equal size, in the files' order.
Result<ReadPlan> PlanTableRead(const Connector& connector, const ReadRequest& request, CatalogSession& catalog, TableScope& scope,
                               std::stop_token stop);
Result<columnar::Stream> OpenTablePartition(const ReadPlan& plan, int partition, const TableScope& scope, std::stop_token stop);

}  // namespace dvt::connectors::iceberg
