#include "dvt/artifacts/site/site_file.h"

#include <algorithm>
#include <map>
#include <vector>

#include "dvt/artifacts/site/embedded_page.h"
#include "dvt/artifacts/site/site_page.h"
#include "dvt/base/fs/files.h"
#include "dvt/base/text/text.h"
#include "dvt/model/node_value.h"

namespace dvt::artifacts {

namespace {

using model::ResourceTypeName;

void SetText(Value& map, const char* key, const std::string& text) {
  if (!text.empty()) map.Set(key, text);
}

void SetGiven(Value& map, const char* key, const Value& given) {
  const bool nothing = given.is_null() || (given.is_string() && given.as_string().empty()) ||
                       (given.is_map() && given.map().empty()) || (given.is_list() && given.list().empty());
  if (!nothing) map.Set(key, given);
}

bool Hidden(const Value& config) {
  const Value& show = config["docs"]["show"];
  return show.is_bool() && !show.as_bool();
}

/// Collects the things that the page shows: nodes, sources and exposures.
class SiteData {
 public:
  SiteData(const model::Manifest& manifest, const model::Catalog& catalog, const model::Documentation& documentation)
      : manifest_(manifest), documentation_(documentation) {
    for (const auto* entries : {&catalog.nodes, &catalog.sources}) {
      for (const auto& entry : *entries) entries_[entry.unique_id] = &entry;
    }
  }

  Value Things() const {
    Value things = Value::MakeList();
    for (const auto& [id, source] : manifest_.sources) {
      if (!Hidden(source.config)) things.Push(Source(source));
    }
    for (const auto& [id, node] : manifest_.nodes) {
      if (!Hidden(node.config) && node.type != model::ResourceType::kOperation) things.Push(Node(node));
    }
    for (const auto& [id, exposure] : manifest_.exposures) things.Push(Exposure(exposure));
    return things;
  }

  // The project's and its packages'; built-in ones are dvt's own matter.
  Value Macros() const {
    Value macros = Value::MakeList();
    for (const auto& [id, macro] : manifest_.macros) {
      const bool own = macro.package == manifest_.project.name || manifest_.packages.contains(macro.package);
      if (!own || Hidden(macro.patch)) continue;
      Value value = Value::MakeMap();
      value.Set("id", macro.unique_id);
      value.Set("type", "macro");
      value.Set("name", macro.name);
      value.Set("package", macro.package);
      SetText(value, "path", macro.original_path);
      SetText(value, "description", macro.description);
      SetText(value, "text", macro.text);
      SetGiven(value, "arguments", macro.patch["arguments"]);
      macros.Push(std::move(value));
    }
    return macros;
  }

  // The project's __overview__ block, else that of a package.
  std::string Overview() const {
    std::string text;
    for (const auto& entry : manifest_.docs.map()) {
      const Value& block = entry.value;
      if (block["name"].is_string() && block["name"].as_string() == "__overview__") {
        const std::string package = block["package_name"].is_string() ? block["package_name"].as_string() : std::string();
        if (text.empty() || package == manifest_.project.name) text = block["block_contents"].as_string();
      }
    }
    return text;
  }

 private:
  Value Begin(const std::string& id, std::string_view type, const std::string& name, const std::string& package) const {
    Value thing = Value::MakeMap();
    thing.Set("id", id);
    thing.Set("type", std::string(type));
    thing.Set("name", name);
    thing.Set("package", package);
    return thing;
  }

  void AddRelation(Value& thing, const std::string& database, const std::string& schema, const std::string& name) const {
    std::string relation;
    for (const std::string* part : {&database, &schema, &name}) {
      if (!part->empty()) relation += (relation.empty() ? "" : ".") + *part;
    }
    SetText(thing, "relation", relation);
    SetText(thing, "schema", schema);
  }

  // Columns of the database in its order, what is said of them, and where they come from; then those that are only described.
  void AddColumns(Value& thing, const std::string& id, const std::vector<model::ColumnProperties>& described) const {
    std::vector<std::string> names;
    std::map<std::string, Value> columns;  // by lower-case name
    const auto column = [&](const std::string& name) -> Value& {
      const auto [at, fresh] = columns.try_emplace(ToLower(name), Value::MakeMap());
      if (fresh) {
        names.push_back(at->first);
        at->second.Set("name", name);
      }
      return at->second;
    };
    if (const auto entry = entries_.find(id); entry != entries_.end()) {
      for (const auto& c : entry->second->columns) column(c.name).Set("type", c.type);
      if (entry->second->estimated_rows) thing.Set("rows", *entry->second->estimated_rows);
      if (entry->second->estimated_bytes) thing.Set("bytes", *entry->second->estimated_bytes);
    }
    if (const auto found = documentation_.columns.find(id); found != documentation_.columns.end()) {
      for (const auto& c : found->second) {
        Value from = Value::MakeList();
        for (const auto& origin : c.from) from.Push(model::StringList({origin.node_id, origin.column}));
        SetGiven(column(c.name), "from", from);
      }
    }
    for (const auto& c : described) {
      Value& value = column(c.name);
      SetText(value, "description", c.description);
      if (value.Find("type") == nullptr) SetText(value, "type", c.data_type);
      if (!c.tags.empty()) value.Set("tags", model::StringList(c.tags));
    }
    Value list = Value::MakeList();
    for (const auto& name : names) list.Push(std::move(columns[name]));
    if (!names.empty()) thing.Set("columns", std::move(list));
  }

  Value Source(const model::SourceNode& source) const {
    Value thing = Begin(source.unique_id, "source", source.name, source.package);
    thing.Set("label", source.source_name + "." + source.name);
    thing.Set("source", source.source_name);
    SetText(thing, "path", source.original_path);
    SetText(thing, "connection", source.connection.empty() ? manifest_.target : source.connection);
    SetText(thing, "loader", source.loader);
    SetText(thing, "description", source.description.empty() ? source.source_description : source.description);
    if (!source.tags.empty()) thing.Set("tags", model::StringList(source.tags));
    SetGiven(thing, "meta", source.config["meta"]);
    AddRelation(thing, source.database, source.schema, source.identifier.empty() ? source.name : source.identifier);
    AddColumns(thing, source.unique_id, source.columns);
    return thing;
  }

  Value Node(const model::Node& node) const {
    Value thing = Begin(node.unique_id, ResourceTypeName(node.type), node.name, node.package);
    if (!node.version.empty()) {
      thing.Set("label", node.name + " v" + node.version);
      thing.Set("version", node.version);
    }
    SetText(thing, "path", node.original_path);
    SetText(thing, "description", node.description);
    if (node.type != model::ResourceType::kSeed) SetText(thing, "raw", node.raw_code);
    SetText(thing, "compiled", node.compiled_code);
    if (!node.tags.empty()) thing.Set("tags", model::StringList(node.tags));
    thing.Set("parents", model::StringList(node.depends_on_nodes));
    SetGiven(thing, "meta", node.config["meta"]);
    for (const char* key : {"access", "group"}) SetGiven(thing, key, node.config[key]);
    if (node.config["contract"]["enforced"].is_bool() && node.config["contract"]["enforced"].as_bool())
      thing.Set("contract", true);
    SetText(thing, "connection", node.connection);
    if (node.type == model::ResourceType::kTest) {
      AddTest(thing, node);
      return thing;
    }
    SetText(thing, "materialized", node.materialized());
    if (const auto way = documentation_.ways.find(node.unique_id); way != documentation_.ways.end())
      thing.Set("way", way->second);
    if (!node.is_ephemeral() && node.type != model::ResourceType::kAnalysis)
      AddRelation(thing, node.database, node.schema, node.alias);
    AddColumns(thing, node.unique_id, node.columns);
    return thing;
  }

  void AddTest(Value& thing, const model::Node& node) const {
    if (!node.test) return;
    SetText(thing, "short", node.test->name);
    SetText(thing, "column", node.test->column);
    SetText(thing, "attached", node.test->attached_node);
  }

  Value Exposure(const model::ExposureNode& exposure) const {
    Value thing = Begin(exposure.unique_id, "exposure", exposure.name, exposure.package);
    SetText(thing, "path", exposure.original_path);
    thing.Set("parents", model::StringList(exposure.depends_on_nodes));
    for (const char* key : {"label", "owner", "description", "maturity", "url", "tags", "meta"})
      SetGiven(thing, key, exposure.raw[key]);
    SetGiven(thing, "materialized", exposure.raw["type"]);
    return thing;
  }

  const model::Manifest& manifest_;
  const model::Documentation& documentation_;
  std::map<std::string, const model::CatalogEntry*> entries_;
};

}  // namespace

std::string SiteHtml(const model::Manifest& manifest, const model::Catalog& catalog, const model::Documentation& documentation,
                     const SiteTitle& title) {
  const SiteData site(manifest, catalog, documentation);
  Value data = Value::MakeMap();
  data.Set("project", manifest.project.name);
  data.Set("version", title.version);
  data.Set("generated_at", title.generated_at);
  data.Set("overview", site.Overview());
  Value connections = Value::MakeMap();
  for (const auto& [name, type] : documentation.connections) connections.Set(name, type);
  data.Set("connections", std::move(connections));
  data.Set("things", site.Things());
  data.Set("macros", site.Macros());
  return PageWithData(SitePage(), data);
}

Status WriteSite(const std::string& folder, const model::Manifest& manifest, const model::Catalog& catalog,
                 const model::Documentation& documentation, const SiteTitle& title) {
  return WriteFileAtomic(JoinPath(folder, "index.html"), SiteHtml(manifest, catalog, documentation, title));
}

}  // namespace dvt::artifacts
