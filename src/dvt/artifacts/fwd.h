#pragma once
// Forward declarations of `artifacts`.

namespace dvt::artifacts {

class JsonWriter;
struct Metadata;

}  // namespace dvt::artifacts
