#include "dvt/run/context/relation_cache.h"

#include <algorithm>

namespace dvt::run {

Result<const RelationCache::Relations*> RelationCache::Known(connectors::Connector& connector, const std::string& schema,
                                                             std::unique_lock<std::mutex>& lock, std::stop_token stop) {
  const std::string& effective = schema.empty() ? connector.default_schema() : schema;
  const Key key{connector.config().name, effective};
  if (const auto found = schemas_.find(key); found != schemas_.end()) return &found->second;
  lock.unlock();
  DVT_ASSIGN(auto listed, connector.ListRelations(effective, stop));
  lock.lock();
  const auto [at, added] = schemas_.try_emplace(key);
  // Somebody who asked at the same time may have changed relations since.
  for (size_t i = 0; added && i < listed.size(); ++i) at->second.try_emplace(listed[i].name.name, listed[i]);
  return &at->second;
}

Result<std::vector<columnar::RelationInfo>> RelationCache::List(connectors::Connector& connector, const std::string& schema,
                                                                std::stop_token stop) {
  return ListStarting(connector, schema, "", std::move(stop));
}

Result<std::vector<columnar::RelationInfo>> RelationCache::ListStarting(connectors::Connector& connector,
                                                                        const std::string& schema, const std::string& prefix,
                                                                        std::stop_token stop) {
  std::unique_lock lock(mutex_);
  DVT_ASSIGN(const Relations* known, Known(connector, schema, lock, std::move(stop)));
  std::vector<columnar::RelationInfo> relations;
  for (auto at = known->lower_bound(prefix); at != known->end() && at->first.starts_with(prefix); ++at)
    relations.push_back(at->second);
  return relations;
}

Result<std::optional<columnar::RelationInfo>> RelationCache::Find(connectors::Connector& connector,
                                                                  const columnar::RelationName& name, std::stop_token stop) {
  std::unique_lock lock(mutex_);
  DVT_ASSIGN(const Relations* known, Known(connector, name.schema, lock, std::move(stop)));
  const auto found = known->find(name.name);
  return found == known->end() ? std::optional<columnar::RelationInfo>() : std::optional(found->second);
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

Status RelationCache::EnsureSchema(connectors::Connector& connector, const std::string& schema, std::stop_token stop,
                                   const std::function<Status()>& make) {
  if (schema.empty() || !connector.Has(connectors::Capability::kSchemas)) return {};
  std::lock_guard lock(mutex_);
  auto found = schema_names_.find(connector.config().name);
  if (found == schema_names_.end()) {
    DVT_ASSIGN(auto names, connector.ListSchemas(stop));
    found = schema_names_.emplace(connector.config().name, std::move(names)).first;
  }
  if (std::find(found->second.begin(), found->second.end(), schema) != found->second.end()) return {};
  if (make) {
    DVT_TRY(make());
    found->second.push_back(schema);
    return {};
  }
  DVT_ASSIGN(auto session, connector.OpenSession(stop));
  auto made = session->Execute("create schema if not exists " + connector.Quote(schema), stop);
  if (!made)
    return std::move(made).error().Within("while creating schema '" + schema + "' on connection '" + connector.config().name +
                                          "'");
  found->second.push_back(schema);
  return {};
}

}  // namespace dvt::run
