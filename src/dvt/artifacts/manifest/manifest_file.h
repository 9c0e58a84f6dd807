#pragma once

#include <string>

#include "dvt/base/fwd.h"
#include "dvt/base/result/result.h"
#include "dvt/base/text/value.h"
#include "dvt/model/project.h"

namespace dvt::artifacts {

/// The `metadata` block that all artifacts share.
struct Metadata {
  std::string dbt_version = "1.12.0";  ///< the dbt release whose formats these are
  std::string generated_at;            ///< UTC, "2026-01-02T03:04:05.123456Z"; empty: now
  std::string invocation_id;           ///< UUID
  std::string invocation_started_at;   ///< empty: null
  std::string adapter_type;            ///< of the default target
};

/// Now, as artifacts write it.
std::string UtcTimestamp();
/// Seconds since the epoch, as artifacts write it.
std::string UtcTimestamp(double seconds);

/// The `metadata` map of an artifact with this schema address.
Value MetadataToValue(const Metadata& metadata, std::string_view schema);

/// manifest.json, schema v12; with a pool, its parts are made at the same time. dvt's own findings about a run are in run_results.json.
std::string ManifestJson(const model::Manifest& manifest, const Metadata& metadata, ThreadPool* pool = nullptr);
/// Writes it atomically to `<target folder>/manifest.json`.
Status WriteManifest(const std::string& folder, const model::Manifest& manifest, const Metadata& metadata,
                     ThreadPool* pool = nullptr);

}  // namespace dvt::artifacts
