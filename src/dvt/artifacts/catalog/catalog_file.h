#pragma once

#include <string>

#include "dvt/artifacts/manifest/manifest_file.h"
#include "dvt/model/results.h"

namespace dvt::artifacts {

/// catalog.json as dbt's published schema v1 has it.
std::string CatalogJson(const model::Catalog& catalog, const Metadata& metadata);
Status WriteCatalog(const std::string& folder, const model::Catalog& catalog, const Metadata& metadata);

}  // namespace dvt::artifacts
