#pragma once
// Forward declarations of `plan`: include this from headers that only name these types.

namespace dvt::plan {

class Catalog;
struct ExtractFragment;
struct LoadFragment;
struct ModelPlan;
struct PlanRequest;
struct ReadFacts;
struct TransformFragment;
struct UpstreamTable;

}  // namespace dvt::plan
