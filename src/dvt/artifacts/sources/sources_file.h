#pragma once

#include <string>
#include <vector>

#include "dvt/artifacts/manifest/manifest_file.h"
#include "dvt/model/results.h"

namespace dvt::artifacts {

/// sources.json as dbt's published schema v3 has it.
std::string SourcesJson(const std::vector<model::FreshnessResult>& results, double elapsed_seconds, const Metadata& metadata);
/// Writes it to `path`, whole or not at all.
Status WriteSources(const std::string& path, const std::vector<model::FreshnessResult>& results, double elapsed_seconds,
                    const Metadata& metadata);

}  // namespace dvt::artifacts
