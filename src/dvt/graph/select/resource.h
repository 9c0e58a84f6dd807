#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "dvt/model/project.h"

namespace dvt::graph {

/// What selection looks at, whatever kind of resource a vertex is. Views into the manifest, which must outlive it.
struct Resource {
  std::string_view id;
  std::string_view type;  ///< "model", "source", "metric", …
  std::string_view name;
  std::string_view package;
  std::string_view original_path;
  std::string_view patch_path;  ///< file of the property entry; empty: none
  const std::vector<std::string>* fqn = nullptr;
  const std::vector<std::string>* tags = nullptr;
  const Value* config = nullptr;              ///< null: it has none
  const model::Node* node = nullptr;          ///< models, seeds, snapshots, tests, analyses, unit tests
  const model::SourceNode* source = nullptr;  ///< source tables
};

/// The resource of a vertex; an empty type if the manifest has none of that id.
Resource FindResource(const model::Manifest& manifest, const std::string& id);

}  // namespace dvt::graph
