#pragma once
// Forward declarations of `engine`.

namespace dvt::engine {

class Engine;
struct ComputeConfig;
struct Input;

}  // namespace dvt::engine
