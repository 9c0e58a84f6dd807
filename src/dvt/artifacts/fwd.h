#pragma once
// Forward declarations of `artifacts`.

namespace dvt::artifacts {

struct Metadata;

}  // namespace dvt::artifacts
