#pragma once

#include <string>
#include <vector>

#include "dvt/base/result/diagnostics.h"
#include "dvt/base/text/value.h"
#include "dvt/base/text/yaml_repeats.h"
#include "dvt/model/node.h"
#include "dvt/project/load/package.h"

namespace dvt::project {

/// One `- name: …` entry of a property file.
struct Patch {
  std::string section;  ///< "models", "seeds", "snapshots", "analyses", "macros", "sources", "exposures", "groups", "metrics", …
  std::string name;
  Value raw;  ///< rendered, but for tests and descriptions
  std::string package;
  const SourceFile* file = nullptr;
  Place place;
  bool used = false;

  std::string owner() const;  ///< "model 'orders'"
};

/// A warning for each key that a file has twice.
void WarnOfRepeats(const std::vector<RepeatedKey>& repeated, const std::string& file, Diagnostics& diagnostics);

/// Reads one property file: structure and names are checked, templates rendered. Wrong entries are left out and reported.
std::vector<Patch> ReadPropertyFile(const SourceFile& file, const std::string& package, const YamlScope& scope,
                                    TemplateFrontend& frontend, Diagnostics& diagnostics);

/// The `columns:` of a model, seed, source table or version.
std::vector<model::ColumnProperties> ReadColumns(const Value& owner_map, const std::string& owner, const std::string& file,
                                                 Diagnostics& diagnostics);

}  // namespace dvt::project
