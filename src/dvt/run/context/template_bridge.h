#pragma once

#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <unordered_map>

#include "dvt/project/load/template_frontend.h"
#include "dvt/template/dbt/context.h"
#include "dvt/template/lang/extract.h"

namespace dvt::run {

/// The template language for the loader of projects, and the catalog of macros that grows while it loads.
class TemplateBridge : public project::TemplateFrontend {
 public:
  explicit TemplateBridge(const std::string& root_package);
  /// Parses the built-in macros.
  Status Prepare() override;
  std::shared_ptr<const tmpl::MacroCatalog> macros() const { return macros_; }

  bool DependsOnMoment() const override;
  void VariablesAreTemplates() override { variables_are_templates_ = true; }
  Result<Value> RenderYaml(const Value& tree, const project::YamlScope& scope, const std::string& file) override;
  Result<std::vector<project::FileBlock>> AddMacroFile(const std::string& package, const std::string& path,
                                                       std::string_view text) override;
  std::vector<model::MacroNode> BuiltinMacros() override;
  std::vector<std::string> MacroDependencies(const model::MacroNode& macro) override;
  Result<std::vector<project::FileBlock>> SnapshotBlocks(const std::string& package, const std::string& path,
                                                         std::string_view text) override;
  Result<project::ModelCalls> ExtractModel(const std::string& package, std::string_view text, const Place& place) override;
  Result<project::ModelCalls> RenderModel(const model::Node& node, const project::YamlScope& scope) override;
  Result<std::optional<std::string>> GenerateName(std::string_view macro, const Value& custom, const model::Node& node,
                                                  const project::YamlScope& scope) override;

 private:
  tmpl::ContextParams Params(const project::YamlScope& scope) const;
  /// Whether a macro, or one that it calls, may itself call ref, source or config.
  bool MacroDecides(const tmpl::MacroCatalog::Entry& entry);
  bool Decides(const tmpl::MacroCatalog::Entry& entry, std::set<std::string>& visiting);

  /// Whether one of the calls may itself stand for ref, source or config: a variable that holds a template.
  bool ReadsTemplates(const tmpl::ExtractedCalls& calls) const;

  std::shared_ptr<tmpl::MacroCatalog> macros_;
  double started_;  // run_started_at while parsing
  bool variables_are_templates_ = false;
  std::mutex mutex_;
  std::unordered_map<std::string, bool> decides_;  // by unique id
};

}  // namespace dvt::run
