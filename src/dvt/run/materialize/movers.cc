#include "dvt/run/materialize/movers.h"

#include "dvt/run/transfer/pump.h"

namespace dvt::run {

Result<std::unique_ptr<PlanMover>> PlanMover::Make(const plan::ModelPlan& plan, TransferContext context,
                                                   const connectors::Connector& target, NodeProgress& progress,
                                                   std::stop_token stop) {
  std::unique_ptr<PlanMover> mover(new PlanMover(plan, std::move(context), progress));
  DVT_ASSIGN(mover->transfer_, Transfer::Prepare(plan, mover->context_, progress, stop));
  mover->fields_ = mover->transfer_->fields();
  // A direct read from a system of the same kind keeps the source's own type names; anything else is named from the neutral types.
  const bool same_system =
      mover->transfer_->direct() && mover->transfer_->extracts().front().connector->config().type == target.config().type;
  for (auto& field : mover->fields_) {
    if (!same_system) field.native_type.clear();
  }
  return mover;
}

Result<int64_t> PlanMover::Load(connectors::Connector& target, const columnar::RelationName& relation, std::stop_token stop) {
  return transfer_->Load(target, relation, stop);
}

Status PlanMover::Restart(std::stop_token stop) {
  transfer_.reset();
  progress_.load.Reset();
  ++progress_.load.retries;
  DVT_ASSIGN(transfer_, Transfer::Prepare(plan_, context_, progress_, stop));
  return {};
}

Result<int64_t> SeedMover::Load(connectors::Connector& target, const columnar::RelationName& relation, std::stop_token stop) {
  progress_.load.connection = target.config().name;
  progress_.load.name = relation.ToString();
  progress_.load.path = "bulk load";
  progress_.transferring = true;
  DVT_ASSIGN(auto stream, SeedStream(seed_, fields_));
  connectors::SinkRequest request;
  request.relation = relation;
  request.fields = fields_;
  request.write = write_;
  std::stop_source stopper;
  std::stop_callback forward(stop, [&] { stopper.request_stop(); });
  return PumpIntoSinks(std::move(stream), target, request, 1, 8 << 20, progress_.load, notes_, stopper);
}

}  // namespace dvt::run
