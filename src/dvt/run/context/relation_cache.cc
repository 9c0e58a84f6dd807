#include "dvt/run/context/relation_cache.h"

#include <algorithm>

namespace dvt::run {

Result<std::vector<columnar::RelationInfo>> RelationCache::List(connectors::Connector& connector, const std::string& schema,
                                                                std::stop_token stop) {
  const std::string& effective = schema.empty() ? connector.default_schema() : schema;
  const Key key{connector.config().name, effective};
  std::unique_lock lock(mutex_);
  auto found = schemas_.find(key);
  if (found == schemas_.end()) {
    lock.unlock();
    DVT_ASSIGN(auto listed, connector.ListRelations(effective, stop));
    lock.lock();
    found = schemas_.try_emplace(key).first;
    for (auto& relation : listed) found->second.try_emplace(relation.name.name, relation);
  }
  std::vector<columnar::RelationInfo> relations;
  for (const auto& [name, relation] : found->second) relations.push_back(relation);
  return relations;
}

Result<std::optional<columnar::RelationInfo>> RelationCache::Find(connectors::Connector& connector,
                                                                  const columnar::RelationName& name, std::stop_token stop) {
  DVT_ASSIGN(const auto relations, List(connector, name.schema, stop));
  for (const auto& relation : relations) {
    if (relation.name.name == name.name) return std::optional(relation);
  }
  return std::optional<columnar::RelationInfo>();
}

void RelationCache::Add(const std::string& connection, const columnar::RelationInfo& relation) {
  std::lock_guard lock(mutex_);
  const auto found = schemas_.find({connection, relation.name.schema});
  if (found != schemas_.end()) found->second[relation.name.name] = relation;
}

void RelationCache::Drop(const std::string& connection, const columnar::RelationName& relation) {
  std::lock_guard lock(mutex_);
  const auto found = schemas_.find({connection, relation.schema});
  if (found != schemas_.end()) found->second.erase(relation.name);
}

void RelationCache::Forget(const std::string& connection, const std::string& schema) {
  std::lock_guard lock(mutex_);
  schemas_.erase({connection, schema});
}

Status RelationCache::EnsureSchema(connectors::Connector& connector, const std::string& schema, std::stop_token stop) {
  if (schema.empty() || !connector.Has(connectors::Capability::kSchemas)) return {};
  std::lock_guard lock(mutex_);
  auto found = schema_names_.find(connector.config().name);
  if (found == schema_names_.end()) {
    DVT_ASSIGN(auto names, connector.ListSchemas(stop));
    found = schema_names_.emplace(connector.config().name, std::move(names)).first;
  }
  if (std::find(found->second.begin(), found->second.end(), schema) != found->second.end()) return {};
  DVT_ASSIGN(auto session, connector.OpenSession(stop));
  auto made = session->Execute("create schema if not exists " + connector.Quote(schema), stop);
  if (!made)
    return std::move(made).error().Within("while creating schema '" + schema + "' on connection '" + connector.config().name +
                                          "'");
  found->second.push_back(schema);
  return {};
}

}  // namespace dvt::run
