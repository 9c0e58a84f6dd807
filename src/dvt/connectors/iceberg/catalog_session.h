#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>

#include "dvt/columnar/types/relation.h"
#include "dvt/connectors/api/connector.h"
#include "dvt/lake/table/table.h"

namespace dvt::connectors::iceberg {

/// One catalog, connected to when it is first needed. Thread-safe.
class CatalogSession {
 public:
  CatalogSession(ConnectionConfig config, lake::Properties properties)
      : config_(std::move(config)), properties_(std::move(properties)) {}

  Result<std::shared_ptr<lake::RestCatalog>> Open(std::stop_token stop);
  /// The table as it is now. kNotFound has the nearest name as a hint.
  Result<lake::Table> Load(const columnar::RelationName& relation, std::stop_token stop);
  /// The catalog's name of a relation: its schema is a namespace, levels separated by dots.
  static Result<lake::TableIdentifier> Identify(const columnar::RelationName& relation);
  const lake::Properties& properties() const { return properties_; }

 private:
  const ConnectionConfig config_;
  const lake::Properties properties_;
  std::mutex mutex_;
  std::shared_ptr<lake::RestCatalog> catalog_;
};

}  // namespace dvt::connectors::iceberg
