#pragma once

#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "dvt/model/results.h"
#include "dvt/plan/resolve/planner.h"
#include "dvt/run/context/compiler.h"
#include "dvt/run/context/run_context.h"
#include "dvt/run/watermarks/watermark.h"

namespace dvt::run {

/// How one building of a model reads its inputs, and what it stores of that with its rows.
struct ModelWatermarks {
  columnar::RelationName table;  ///< of the watermarks, beside the model's own
  std::string model;             ///< by which that table knows the model: the name of its relation
  std::vector<Watermark> inputs;
  bool anew = false;       ///< the model's table is built anew; nothing that is stored counts
  bool samples = false;    ///< --sample or --empty: no row that is read counts as read
  bool empty = false;      ///< --empty
  bool only_adds = false;  ///< rows that are read again come twice
  bool stored = false;     ///< set by Store

  const Watermark* Find(const std::string& node_id) const;
};

/// Reads what is stored for the model and asks its inputs for their greatest values, at the moment at which they are read or before. Null:
/// the model has no watermarks. kConfig tells of columns that cannot have any.
Result<std::unique_ptr<ModelWatermarks>> FindWatermarks(RunContext& run, const Compiler& compiler, plan::Catalog& catalog,
                                                        const model::Node& node, NodeAdapter& adapter, std::stop_token stop);

/// The condition on an input, in the dialect of the model's target. `elsewhere`: the input is on another connection.
Result<std::string> WatermarkPredicate(const Compiler& compiler, const model::Node& node, NodeAdapter& adapter,
                                       const Watermark& mark, bool elsewhere);

/// Makes the table of the watermarks, once a run. `marks` may be null, here and in FinishWatermarks: nothing is done then.
Status EnsureWatermarkTable(RunContext& run, const Compiler& compiler, const ModelWatermarks* marks, const model::Node& node,
                            NodeAdapter& adapter, std::stop_token stop);
/// Writes the new values in the open transaction of the adapter, with the rows that were read up to them.
Status StoreWatermarks(const RunContext& run, ModelWatermarks& marks, NodeAdapter& adapter);
/// Removes what is stored for the model.
Status ForgetWatermarks(const ModelWatermarks& marks, NodeAdapter& adapter);

/// When the model is built: what moved goes into its result. kConfig if its materialization did not store it.
Status FinishWatermarks(const ModelWatermarks* marks, const model::Node& node, model::NodeResult& result);

/// For plans.
std::vector<plan::WatermarkBound> BoundsOf(const ModelWatermarks& marks);

}  // namespace dvt::run
