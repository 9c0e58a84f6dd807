#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dvt/base/result/result.h"
#include "dvt/template/lang/template.h"

namespace dvt::tmpl {

/// A file of dvt's own macros, embedded in the program.
struct BuiltinMacroFile {
  std::string_view path;  ///< "macros/adapters/relation.sql"
  std::string_view text;
};
const std::vector<BuiltinMacroFile>& BuiltinMacros();

/// All macros of a run. Fill it, then share it read-only over threads.
class MacroCatalog {
 public:
  struct Entry {
    std::string package;    ///< "dbt" for built-in ones
    std::string unique_id;  ///< "macro.<package>.<name>"
    std::shared_ptr<const Template> tmpl;
    const Definition* definition = nullptr;
    Object object;
  };

  explicit MacroCatalog(std::string root_package) : root_package_(std::move(root_package)) {}
  /// Adds every macro, materialization and test block of a parsed file. kConfig if the package has that macro already.
  Status Add(const std::string& package, const std::shared_ptr<const Template>& tmpl);
  /// Parses and adds BuiltinMacros() under package "dbt". Later additions of other packages win over them.
  Status AddBuiltins();

  /// dbt's order: the searching package, the root project, the built-in ones. Not other packages.
  const Entry* Find(std::string_view name, std::string_view search_package) const;
  /// Only in `package` ("dbt" and "dvt" mean the built-in ones).
  const Entry* FindIn(std::string_view package, std::string_view name) const;
  /// The first of `<prefix>__<name>` for the prefixes in order, in the packages in order; for an empty package list, as Find.
  const Entry* FindDispatch(std::string_view name, const std::vector<std::string>& prefixes,
                            const std::vector<std::string>& packages, std::string_view search_package) const;
  /// Every macro `<prefix>__<name>` of every package: what dispatch may find.
  const std::vector<const Entry*>& Implementations(const std::string& name) const;
  /// materialization_<name>_<adapter>: adapter prefixes first, root project over built-in ones. A package's one takes the place of a
  /// built-in one only if `packages_override` (the flag require_explicit_package_overrides_for_builtin_materializations is off).
  const Entry* FindMaterialization(std::string_view name, const std::vector<std::string>& adapters, bool packages_override) const;

  const std::string& root_package() const { return root_package_; }
  const std::map<std::string, std::map<std::string, Entry, std::less<>>, std::less<>>& packages() const { return packages_; }
  std::vector<std::string> Names() const;

 private:
  std::string root_package_;
  std::map<std::string, std::map<std::string, Entry, std::less<>>, std::less<>> packages_;
  std::map<std::string, std::vector<const Entry*>> implementations_;
};

}  // namespace dvt::tmpl
