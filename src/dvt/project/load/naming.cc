#include "dvt/base/text/text.h"
#include "dvt/project/load/loader_internal.h"
#include "dvt/project/profiles/profiles.h"

namespace dvt::project {

std::string Loader::GenerateName(std::string_view macro, const Value& custom, const model::Node& node, std::string fallback) {
  auto name = frontend_.GenerateName(macro, custom, node, PackageOf(node.package)->scope);
  if (!name) {
    manifest_.diagnostics.Fail(Error(name.error()).AtIfUnknown(node.place));
    return fallback;
  }
  return *name ? std::string(TrimView(**name)) : fallback;
}

void Loader::NameNode(model::Node& node) {
  const Value& config = node.config;
  std::string wanted = config["target"].is_string() ? config["target"].as_string() : "";
  bool is_test = node.type == model::ResourceType::kTest;
  if (node.test && wanted.empty()) {  // a generic test runs where its relation lives
    if (!node.test->attached_node.empty()) {
      if (auto tested = manifest_.nodes.find(node.test->attached_node); tested != manifest_.nodes.end())
        node.connection = tested->second.connection;
    } else if (!node.sources.empty()) {
      auto source = manifest_.sources.find("source." + node.package + "." + node.sources[0].source + "." + node.sources[0].table);
      if (source != manifest_.sources.end()) node.connection = source->second.connection;
    }
  } else if (!target_forced_ || is_test) {
    node.connection = wanted;
  }
  if (node.connection.empty()) node.connection = manifest_.target;
  const ConnectionNames& names = NamesOf(node.connection, node.place);
  auto text = [&](const char* key) {
    return config[key].is_null() ? std::string() : std::string(TrimView(config[key].ToText()));
  };
  std::string database = text("database");
  std::string schema = text("schema");
  std::string alias = text("alias");
  if (node.type == model::ResourceType::kSnapshot) {
    if (database.empty()) database = text("target_database");
    if (schema.empty() && !text("target_schema").empty()) {
      schema = text("target_schema");
      node.schema = schema;
    }
  }
  node.database = GenerateName("generate_database_name", config["database"], node, database.empty() ? names.database : database);
  if (node.schema.empty()) {
    node.schema =
        GenerateName("generate_schema_name", config["schema"], node, schema.empty() ? names.schema : names.schema + "_" + schema);
  }
  std::string plain = node.version.empty() ? node.name : node.name + "_v" + ReplaceAll(node.version, ".", "_");
  node.alias = GenerateName("generate_alias_name", config["alias"], node, alias.empty() ? plain : alias);
}

void Loader::NameNodes() {
  // Tests last: they go where the tested node went.
  for (bool tests : {false, true}) {
    for (auto* nodes : {&manifest_.nodes, &manifest_.disabled}) {
      for (auto& [id, node] : *nodes) {
        if ((node.type == model::ResourceType::kTest) != tests) continue;
        if (nodes == &manifest_.disabled) {
          auto known = manifest_.profile.outputs.Find(node.config["target"].ToText());
          if (node.config["target"].is_string() && !known) continue;  // what is disabled may name what is not there
        }
        NameNode(node);
      }
    }
  }
}

const RelationWriter& Loader::WriterOf(const std::string& connection, const Place& place) {
  const auto known = relation_writers_.find(connection);
  if (known != relation_writers_.end()) return known->second;
  RelationWriter writer;
  if (options_.relation_writer) {
    auto output = FindOutput(manifest_.profile, connection, place);
    if (output) writer = options_.relation_writer((**output)["type"].ToText(), **output);
  }
  return relation_writers_.emplace(connection, std::move(writer)).first->second;
}

void Loader::NameRelations() {
  const auto name = [&](const std::string& connection, const Place& place, const std::string& database, const std::string& schema,
                        const std::string& identifier) {
    const RelationWriter& writer = WriterOf(connection, place);
    return writer ? writer(database, schema, identifier) : std::string();
  };
  for (auto& [id, node] : manifest_.nodes) {
    const bool is_relation = node.type == model::ResourceType::kModel || node.type == model::ResourceType::kSeed ||
                             node.type == model::ResourceType::kSnapshot || node.type == model::ResourceType::kFunction;
    if (is_relation && !node.is_ephemeral())
      node.relation_name = name(node.connection, node.place, node.database, node.schema, node.alias);
  }
  for (auto& [id, source] : manifest_.sources) {
    source.relation_name = name(source.connection.empty() ? manifest_.target : source.connection, source.place, source.database,
                                source.schema, source.identifier);
  }
}

void Loader::CheckDuplicateRelations() {
  std::unordered_map<std::string, const model::Node*> relations;
  for (const auto& [id, node] : manifest_.nodes) {
    bool is_relation = node.type == model::ResourceType::kModel || node.type == model::ResourceType::kSeed ||
                       node.type == model::ResourceType::kSnapshot;
    if (!is_relation || node.is_ephemeral()) continue;
    auto [at, added] = relations.emplace(node.connection + "|" + node.database + "|" + node.schema + "|" + node.alias, &node);
    if (added) continue;
    std::string name = Join({node.database, node.schema, node.alias}, ".");
    manifest_.diagnostics.Fail("Two resources would be built as '" + name + "' on connection '" + node.connection +
                                   "': " + at->second->unique_id + " (" + at->second->original_path + ") and " + id + " (" +
                                   node.original_path + ")",
                               node.place, "change `alias` or `schema` of one of them");
  }
}

}  // namespace dvt::project
