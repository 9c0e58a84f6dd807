#pragma once

#include <map>
#include <string>
#include <vector>

#include "dvt/base/result/result.h"
#include "dvt/base/text/value.h"

namespace dvt::artifacts {

/// What one model's part of the page shows.
struct PlannedModel {
  std::string unique_id;
  std::string name;
  std::string path;
  Value plan;         ///< as `dvt plan --json` prints it; null if it could not be planned
  std::string error;  ///< why not
};

/// A box of the drawing of the whole selection: a model that was planned, or something that one reads.
struct PlanThing {
  std::string unique_id;
  std::string type;  ///< "source", "model", …
  std::string label;
  std::string connection;
  std::string under;  ///< the box's second line
  std::vector<std::string> parents;
};

/// The page of `dvt plan --html`.
struct PlanPage {
  std::string project;
  std::string target;
  std::string version;  ///< of dvt
  std::string generated_at;
  std::map<std::string, std::string> connections;  ///< name → type
  std::vector<PlanThing> things;
  std::vector<PlannedModel> models;
  Value last_run;  ///< run_results.json of the last run; null if there is none
};

/// One self-contained page: pictures, SQL, estimates, what was not pushed and why, warnings. Numbers of the last run stand beside a plan
/// where that run followed the same one (`plan_id` of the plan is `dvt_plan` of the result). Secrets are masked.
std::string PlanHtml(const PlanPage& page);

}  // namespace dvt::artifacts
