#include "catalog.h"

#include "dvt/base/text/secrets.h"
#include "dvt/lake/table/append.h"
#include "stoppable.h"
#include "telemetry.h"

namespace dvt::python {

namespace {

using lake::Properties;

Catalog Connect(const Properties& properties) {
  return RunStoppable([&](std::stop_token stop) -> Result<Catalog> {
    DVT_ASSIGN(auto config, lake::CatalogConfig::FromProperties(properties));
    config.on_retry = &TellRetry;
    DVT_ASSIGN(auto rest, lake::RestCatalog::Connect(config, stop));
    return Catalog{std::move(rest)};
  });
}

Result<lake::Namespace> LevelsOf(const std::string& text) {
  return text.empty() ? Result<lake::Namespace>(lake::Namespace{}) : lake::ParseNamespace(text);
}

// What may be seen: no secrets, neither by name nor by value.
Properties Shown(const Catalog& catalog) {
  Properties shown;
  for (const auto& [key, value] : catalog.rest->properties())
    if (!IsSecretSetting(key) && key != "credential" && key.find("secret") == std::string::npos &&
        key.find("token") == std::string::npos && key.find("key") == std::string::npos && !key.starts_with("header."))
      shown[key] = SecretRegistry::Redact(value);
  return shown;
}

std::vector<std::string> NamesOf(const std::vector<lake::TableIdentifier>& tables) {
  std::vector<std::string> names;
  for (const auto& table : tables) names.push_back(table.ToString());
  return names;
}

std::vector<std::string> ListNamespaces(Catalog& self, const std::string& parent) {
  return RunStoppable([&](std::stop_token stop) -> Result<std::vector<std::string>> {
    DVT_ASSIGN(const auto levels, LevelsOf(parent));
    DVT_ASSIGN(const auto found, self.rest->ListNamespaces(levels, stop));
    std::vector<std::string> names;
    for (const auto& each : found) names.push_back(lake::NamespaceText(each));
    return names;
  });
}

bool CreateNamespace(Catalog& self, const std::string& name, const Properties& properties, bool if_missing) {
  return RunStoppable([&](std::stop_token stop) -> Result<bool> {
    DVT_ASSIGN(const auto levels, lake::ParseNamespace(name));
    if (if_missing) return self.rest->CreateNamespaceIfMissing(levels, properties, stop);
    DVT_TRY(self.rest->CreateNamespace(levels, properties, stop));
    return true;
  });
}

Properties LoadNamespace(Catalog& self, const std::string& name) {
  return RunStoppable([&](std::stop_token stop) -> Result<Properties> {
    DVT_ASSIGN(const auto levels, lake::ParseNamespace(name));
    return self.rest->LoadNamespace(levels, stop);
  });
}

bool NamespaceExists(Catalog& self, const std::string& name) {
  return RunStoppable([&](std::stop_token stop) -> Result<bool> {
    DVT_ASSIGN(const auto levels, lake::ParseNamespace(name));
    return self.rest->NamespaceExists(levels, stop);
  });
}

void UpdateNamespace(Catalog& self, const std::string& name, const Properties& updates,
                     const std::vector<std::string>& removals) {
  RunStoppable([&](std::stop_token stop) -> Status {
    DVT_ASSIGN(const auto levels, lake::ParseNamespace(name));
    return self.rest->UpdateNamespace(levels, updates, removals, stop);
  });
}

void DropNamespace(Catalog& self, const std::string& name) {
  RunStoppable([&](std::stop_token stop) -> Status {
    DVT_ASSIGN(const auto levels, lake::ParseNamespace(name));
    return self.rest->DropNamespace(levels, stop);
  });
}

template <auto kList>
std::vector<std::string> List(Catalog& self, const std::string& name) {
  return RunStoppable([&](std::stop_token stop) -> Result<std::vector<std::string>> {
    DVT_ASSIGN(const auto levels, lake::ParseNamespace(name));
    DVT_ASSIGN(const auto found, (self.rest.get()->*kList)(levels, stop));
    return NamesOf(found);
  });
}

template <auto kExists>
bool Exists(Catalog& self, const std::string& name) {
  return RunStoppable([&](std::stop_token stop) -> Result<bool> {
    DVT_ASSIGN(const auto identifier, lake::TableIdentifier::Parse(name));
    return (self.rest.get()->*kExists)(identifier, stop);
  });
}

template <auto kRename>
void Rename(Catalog& self, const std::string& from, const std::string& to) {
  RunStoppable([&](std::stop_token stop) -> Status {
    DVT_ASSIGN(const auto old_name, lake::TableIdentifier::Parse(from));
    DVT_ASSIGN(const auto new_name, lake::TableIdentifier::Parse(to));
    return (self.rest.get()->*kRename)(old_name, new_name, stop);
  });
}

void DropTable(Catalog& self, const std::string& name, bool purge) {
  RunStoppable([&](std::stop_token stop) -> Status {
    DVT_ASSIGN(const auto identifier, lake::TableIdentifier::Parse(name));
    return self.rest->DropTable(identifier, purge, stop);
  });
}

void DropView(Catalog& self, const std::string& name) {
  RunStoppable([&](std::stop_token stop) -> Status {
    DVT_ASSIGN(const auto identifier, lake::TableIdentifier::Parse(name));
    return self.rest->DropView(identifier, stop);
  });
}

nb::object LoadView(Catalog& self, const std::string& name) {
  return ToPython(RunStoppable([&](std::stop_token stop) -> Result<Value> {
    DVT_ASSIGN(const auto identifier, lake::TableIdentifier::Parse(name));
    return self.rest->LoadView(identifier, stop);
  }));
}

}  // namespace

void BindCatalog(nb::module_& module) {
  using lake::RestCatalog;
  nb::class_<Catalog>(module, "Catalog")
      .def_prop_ro("properties", &Shown)
      .def("list_namespaces", &ListNamespaces)
      .def("create_namespace", &CreateNamespace)
      .def("load_namespace", &LoadNamespace)
      .def("namespace_exists", &NamespaceExists)
      .def("update_namespace", &UpdateNamespace)
      .def("drop_namespace", &DropNamespace)
      .def("list_tables", &List<&RestCatalog::ListTables>)
      .def("table_exists", &Exists<&RestCatalog::TableExists>)
      .def("drop_table", &DropTable)
      .def("rename_table", &Rename<&RestCatalog::RenameTable>)
      .def("list_views", &List<&RestCatalog::ListViews>)
      .def("view_exists", &Exists<&RestCatalog::ViewExists>)
      .def("load_view", &LoadView)
      .def("drop_view", &DropView)
      .def("rename_view", &Rename<&RestCatalog::RenameView>);
  module.def("connect", &Connect);
}

}  // namespace dvt::python
