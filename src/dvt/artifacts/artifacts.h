#pragma once

#include <string>

#include "dvt/base/result/result.h"
#include "dvt/model/project.h"
#include "dvt/model/results.h"

namespace dvt::artifacts {

/// What the `metadata` of every artifact says.
struct Metadata {
  std::string dbt_version;
  std::string invocation_id;
  double started = 0;          ///< seconds since the epoch, UTC
  std::string adapter_type;
};

/// manifest.json in dbt's schema version 12. Written beside and renamed.
Status WriteManifest(const std::string& path, const model::Manifest& manifest, const Metadata& metadata);
/// run_results.json in dbt's schema version 6; dvt's own figures (way, transfers, warnings) stand in each result's adapter_response.
Status WriteRunResults(const std::string& path, const model::RunResults& results, const Metadata& metadata);
/// "2024-02-29T12:00:00.123456Z".
std::string IsoTimestamp(double seconds);

}  // namespace dvt::artifacts
