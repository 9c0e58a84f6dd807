#pragma once

#include <memory>
#include <optional>
#include <stop_token>

#include "dvt/model/results.h"
#include "dvt/plan/fragment/fragment.h"
#include "dvt/run/changes/changes_mover.h"
#include "dvt/run/context/run_context.h"

namespace dvt::run {

/// What a model's change detection is to do in this run; nothing if it has none, or if the run reads only some of the rows (--empty,
/// --sample). Errors as of ChangeSettingsOf.
Result<std::optional<ChangeSettings>> ChangesAskedOf(const RunContext& run, const model::Node& node, NodeAdapter& adapter);

/// Makes a plan whose target would run the whole query read it through us instead, so that only changed rows are touched there.
void ReadFromTarget(const model::Node& node, plan::ModelPlan& plan);

/// A mover of changes around the mover of all rows.
Result<std::unique_ptr<ChangesMover>> MakeChangesMover(const RunContext& run, const model::Node& node,
                                                       std::unique_ptr<PlanMover> rows, ChangeSettings settings,
                                                       TransferContext context, NodeAdapter& adapter, NodeProgress& progress,
                                                       std::stop_token stop);

/// What `dvt plan` tells of a model's change detection; changes nothing. `rows` is taken.
Result<plan::ChangeFacts> ForecastChanges(const RunContext& run, const model::Node& node, std::unique_ptr<PlanMover> rows,
                                          ChangeSettings settings, TransferContext context, NodeAdapter& adapter,
                                          NodeProgress& progress, std::stop_token stop);

/// Commits the target, makes the state valid, and writes the counts into the result.
Status FinishChanges(ChangesMover& changes, NodeAdapter& adapter, model::NodeResult& result);

}  // namespace dvt::run
