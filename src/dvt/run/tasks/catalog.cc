#include "dvt/run/tasks/catalog.h"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <thread>

#include "dvt/base/text/secrets.h"

namespace dvt::run {

namespace {

// A relation to ask for.
struct Wanted {
  std::string unique_id;
  std::string connection;
  columnar::RelationName name;
  bool source = false;
};

std::vector<Wanted> WantedRelations(const RunContext& run, const std::set<std::string>& chosen) {
  std::vector<Wanted> wanted;
  const model::Manifest& manifest = *run.manifest;
  for (const auto& [id, node] : manifest.nodes) {
    const bool relation = node.type == model::ResourceType::kModel || node.type == model::ResourceType::kSeed ||
                          node.type == model::ResourceType::kSnapshot;
    if (!relation || node.is_ephemeral() || (!chosen.empty() && chosen.count(id) == 0)) continue;
    wanted.push_back({id, node.connection, {node.database, node.schema, node.alias}, false});
  }
  for (const auto& [id, source] : manifest.sources) {
    if (!chosen.empty() && chosen.count(id) == 0) continue;
    wanted.push_back({id,
                      source.connection.empty() ? manifest.target : source.connection,
                      {source.database, source.schema, source.identifier},
                      true});
  }
  return wanted;
}

std::string KindText(columnar::RelationKind kind) {
  switch (kind) {
    case columnar::RelationKind::kView: return "VIEW";
    case columnar::RelationKind::kMaterializedView: return "MATERIALIZED VIEW";
    case columnar::RelationKind::kFile: return "FILE";
    default: return "BASE TABLE";
  }
}

// An entry, or none if there is no such relation.
Result<std::optional<model::CatalogEntry>> Describe(RunContext& run, const Wanted& wanted, const std::stop_token& stop) {
  DVT_ASSIGN(const auto connector, run.connections->Get(wanted.connection));
  auto info = connector->Describe(wanted.name, stop);
  if (!info) {
    if (info.error().code() == ErrorCode::kNotFound) return std::optional<model::CatalogEntry>();
    return std::move(info).error();
  }
  DVT_ASSIGN(const auto listed, run.relations.Find(*connector, wanted.name, stop));
  model::CatalogEntry entry;
  entry.unique_id = wanted.unique_id;
  entry.kind = KindText(listed ? listed->kind : info->kind);
  entry.database = wanted.name.database;
  entry.schema = wanted.name.schema;
  entry.name = wanted.name.name;
  for (size_t i = 0; i < info->columns.size(); ++i) {
    const auto& column = info->columns[i];
    entry.columns.push_back({column.name, column.native_type});
    if (i < info->column_comments.size()) entry.columns.back().comment = info->column_comments[i];
  }
  entry.estimated_rows = info->estimated_rows;
  entry.estimated_bytes = info->estimated_bytes;
  entry.owner = info->owner;
  entry.comment = info->comment;
  return std::optional(std::move(entry));
}

}  // namespace

model::Catalog ReadCatalog(RunContext& run, const std::set<std::string>& chosen, std::stop_token stop) {
  const auto wanted = WantedRelations(run, chosen);
  std::vector<std::optional<model::CatalogEntry>> found(wanted.size());
  model::Catalog catalog;
  std::mutex mutex;
  std::atomic<size_t> next{0};
  const int threads = run.options.threads > 0 ? run.options.threads : run.manifest->profile.threads;
  {
    std::vector<std::jthread> workers;
    for (int i = 0; i < std::max(1, threads); ++i) {
      workers.emplace_back([&] {
        for (size_t at = next++; at < wanted.size() && !stop.stop_requested(); at = next++) {
          auto entry = Describe(run, wanted[at], stop);
          if (entry) {
            found[at] = *std::move(entry);
            continue;
          }
          const std::lock_guard lock(mutex);
          catalog.errors.push_back(wanted[at].unique_id + ": " + SecretRegistry::Redact(entry.error().ToString()));
        }
      });
    }
  }
  for (size_t i = 0; i < found.size(); ++i) {
    if (found[i]) (wanted[i].source ? catalog.sources : catalog.nodes).push_back(*std::move(found[i]));
  }
  std::sort(catalog.errors.begin(), catalog.errors.end());
  return catalog;
}

}  // namespace dvt::run
