#pragma once

#include <string>

#include "dvt/artifacts/manifest/manifest_file.h"
#include "dvt/base/result/result.h"
#include "dvt/model/results.h"

namespace dvt::artifacts {

/// run_results.json, schema v6. dvt's own findings are inside each result's `adapter_response` (a free mapping in the schema): `dvt_way`,
/// `dvt_plan`, `dvt_warnings` and `dvt_transfers`; docs/run_report.md tells their fields.
std::string RunResultsJson(const model::RunResults& results, const Metadata& metadata);
/// The document of an earlier run; null if the folder has none.
Result<Value> ReadRunResults(const std::string& folder);
/// Writes it atomically to `<target folder>/run_results.json`.
Status WriteRunResults(const std::string& folder, const model::RunResults& results, const Metadata& metadata);

}  // namespace dvt::artifacts
