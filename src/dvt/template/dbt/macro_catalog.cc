#include "dvt/template/dbt/macro_catalog.h"

#include <fmt/format.h>

#include <algorithm>

namespace dvt::tmpl {
namespace {

constexpr std::string_view kBuiltinPackage = "dbt";

std::string_view PackageName(std::string_view package) { return package == "dvt" ? kBuiltinPackage : package; }

}  // namespace

Status MacroCatalog::Add(const std::string& package, const std::shared_ptr<const Template>& tmpl) {
  auto& macros = packages_[package];
  for (const auto& definition : tmpl->definitions()) {
    if (definition.macro == nullptr || definition.type == Definition::Type::kSnapshot) continue;
    Entry entry{package, "macro." + package + "." + definition.macro_name, tmpl, &definition,
                MakeMacro(tmpl, definition, package)};
    auto [at, added] = macros.emplace(definition.macro_name, std::move(entry));
    if (!added) {
      return Error(ErrorCode::kConfig, fmt::format("there are two macros '{}' in package '{}'", definition.macro_name, package))
          .At(definition.place)
          .WithHint("the other one is at " + at->second.definition->place.ToString() + "; rename or remove one of them");
    }
    const std::string& name = definition.macro_name;
    for (size_t dash = name.find("__"); dash != std::string::npos; dash = name.find("__", dash + 1))
      implementations_[name.substr(dash + 2)].push_back(&at->second);
  }
  return {};
}

Status MacroCatalog::AddBuiltins() {
  for (const auto& file : BuiltinMacros()) {
    DVT_ASSIGN(auto parsed, Parse(std::string(file.text), std::string(file.path)));
    DVT_TRY(Add(std::string(kBuiltinPackage), parsed));
  }
  return {};
}

const MacroCatalog::Entry* MacroCatalog::FindIn(std::string_view package, std::string_view name) const {
  auto macros = packages_.find(PackageName(package));
  if (macros == packages_.end()) return nullptr;
  auto at = macros->second.find(name);
  return at == macros->second.end() ? nullptr : &at->second;
}

const MacroCatalog::Entry* MacroCatalog::Find(std::string_view name, std::string_view search_package) const {
  if (!search_package.empty() && search_package != root_package_) {
    if (const Entry* entry = FindIn(search_package, name)) return entry;
  }
  if (const Entry* entry = FindIn(root_package_, name)) return entry;
  return FindIn(kBuiltinPackage, name);
}

const MacroCatalog::Entry* MacroCatalog::FindDispatch(std::string_view name, const std::vector<std::string>& prefixes,
                                                      const std::vector<std::string>& packages,
                                                      std::string_view search_package) const {
  std::vector<std::string> names;
  for (const auto& prefix : prefixes) names.push_back(prefix + "__" + std::string(name));
  if (packages.empty()) {
    for (const auto& each : names) {
      if (const Entry* entry = Find(each, search_package)) return entry;
    }
    return nullptr;
  }
  for (const auto& package : packages) {
    for (const auto& each : names) {
      if (const Entry* entry = FindIn(package, each)) return entry;
    }
  }
  return nullptr;
}

const std::vector<const MacroCatalog::Entry*>& MacroCatalog::Implementations(const std::string& name) const {
  static const std::vector<const Entry*> none;
  const auto found = implementations_.find(name);
  return found == implementations_.end() ? none : found->second;
}

const MacroCatalog::Entry* MacroCatalog::FindMaterialization(std::string_view name, const std::vector<std::string>& adapters,
                                                             bool packages_override) const {
  const bool is_builtin = std::any_of(adapters.begin(), adapters.end(), [&](const std::string& adapter) {
    return FindIn(kBuiltinPackage, fmt::format("materialization_{}_{}", name, adapter)) != nullptr;
  });
  for (bool builtin : {false, true}) {
    for (const auto& adapter : adapters) {
      std::string macro = fmt::format("materialization_{}_{}", name, adapter);
      if (builtin) {
        if (const Entry* entry = FindIn(kBuiltinPackage, macro)) return entry;
        continue;
      }
      if (const Entry* entry = FindIn(root_package_, macro)) return entry;
      if (is_builtin && !packages_override) continue;
      for (const auto& [package, macros] : packages_) {
        if (package == kBuiltinPackage || package == root_package_) continue;
        if (auto at = macros.find(macro); at != macros.end()) return &at->second;
      }
    }
  }
  return nullptr;
}

std::vector<std::string> MacroCatalog::Names() const {
  std::vector<std::string> names;
  for (const auto& [package, macros] : packages_) {
    for (const auto& entry : macros) names.push_back(entry.first);
  }
  return names;
}

}  // namespace dvt::tmpl
