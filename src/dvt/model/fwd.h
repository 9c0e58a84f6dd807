#pragma once
// Forward declarations of `model`.

namespace dvt::model {

enum class ResourceType;
struct ColumnProperties;
struct Computes;
struct Constraint;
struct ExposureNode;
struct MacroNode;
struct Manifest;
struct Node;
struct NodeResult;
struct Profile;
struct ProjectConfig;
struct RefCall;
struct RunResults;
struct SourceCall;
struct SourceNode;
struct TestMetadata;
struct TransferStats;
struct UnitTestCase;
struct UnitTestRows;

}  // namespace dvt::model
