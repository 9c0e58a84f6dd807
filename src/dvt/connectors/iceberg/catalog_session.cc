#include "dvt/connectors/iceberg/catalog_session.h"

#include <fmt/format.h>

#include "dvt/base/text/text.h"

namespace dvt::connectors::iceberg {

Result<std::shared_ptr<lake::RestCatalog>> CatalogSession::Open(std::stop_token stop) {
  const std::lock_guard lock(mutex_);
  if (catalog_ == nullptr) {
    if (const auto uri = properties_.find("uri"); uri == properties_.end() || uri->second.empty())
      return Error(ErrorCode::kConfig,
                   fmt::format("connection '{}' (iceberg) needs `uri`, the address of a REST catalog", config_.name))
          .At({config_.file, config_.settings.mark().line, config_.settings.mark().column});
    DVT_ASSIGN(auto config, lake::CatalogConfig::FromProperties(properties_));
    config.retry.first_attempts = 1;  // the run asks again, by its own settings, and tells of it
    config.properties.emplace("retry.store-attempts", "1");
    DVT_ASSIGN(catalog_, lake::RestCatalog::Connect(config, stop));
  }
  return catalog_;
}

Result<lake::TableIdentifier> CatalogSession::Identify(const columnar::RelationName& relation) {
  lake::TableIdentifier identifier;
  DVT_ASSIGN(identifier.levels, lake::ParseNamespace(relation.schema));
  identifier.name = relation.name;
  return identifier;
}

Result<lake::Table> CatalogSession::Load(const columnar::RelationName& relation, std::stop_token stop) {
  DVT_ASSIGN(const auto catalog, Open(stop));
  DVT_ASSIGN(const auto identifier, Identify(relation));
  auto table = lake::Table::Load(catalog, identifier, stop);
  if (table || table.error().code() != ErrorCode::kNotFound) return table;
  std::vector<std::string> names;
  if (const auto tables = catalog->ListTables(identifier.levels, stop))
    for (const auto& each : *tables) names.push_back(each.name);
  return Error(ErrorCode::kNotFound,
               fmt::format("there is no table {}.{}", identifier.ToString(), DidYouMean(relation.name, names)))
      .WithVendorCode(table.error().vendor_code());
}

}  // namespace dvt::connectors::iceberg
