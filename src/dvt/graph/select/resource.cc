#include "dvt/graph/select/resource.h"

namespace dvt::graph {

namespace {

Resource OfNode(const model::Node& node) {
  Resource resource;
  resource.type = model::ResourceTypeName(node.type);
  resource.name = node.name;
  resource.package = node.package;
  resource.original_path = node.original_path;
  const size_t scheme = node.patch_path.find("://");
  if (scheme != std::string::npos) resource.patch_path = std::string_view(node.patch_path).substr(scheme + 3);
  resource.fqn = &node.fqn;
  resource.tags = &node.tags;
  resource.config = &node.config;
  resource.node = &node;
  return resource;
}

Resource OfSource(const model::SourceNode& source) {
  Resource resource;
  resource.type = "source";
  resource.name = source.name;
  resource.package = source.package;
  resource.original_path = source.original_path;
  resource.fqn = &source.fqn;
  resource.tags = &source.tags;
  resource.config = &source.config;
  resource.source = &source;
  return resource;
}

// Exposures, metrics and their like.
template <class Other>
Resource OfOther(const Other& other, std::string_view type) {
  Resource resource;
  resource.type = type;
  resource.name = other.name;
  resource.package = other.package;
  resource.original_path = other.original_path;
  resource.fqn = &other.fqn;
  resource.tags = &other.tags;
  resource.config = &other.config;
  return resource;
}

}  // namespace

Resource FindResource(const model::Manifest& manifest, const std::string& id) {
  Resource resource;
  if (const model::Node* node = manifest.FindNode(id)) {
    resource = OfNode(*node);
  } else if (const auto source = manifest.sources.find(id); source != manifest.sources.end()) {
    resource = OfSource(source->second);
  } else if (const auto exposure = manifest.exposures.find(id); exposure != manifest.exposures.end()) {
    resource = OfOther(exposure->second, "exposure");
  } else if (const auto other = manifest.semantic_nodes.find(id); other != manifest.semantic_nodes.end()) {
    resource = OfOther(other->second, model::SemanticKindName(other->second.kind));
  }
  resource.id = id;
  return resource;
}

}  // namespace dvt::graph
