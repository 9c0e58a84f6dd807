#pragma once
// Forward declarations of `project`.

namespace dvt::project {

class TemplateFrontend;
struct ConfigCall;
struct ConnectionNames;
struct FileBlock;
struct LoadOptions;
struct ModelCalls;
struct YamlScope;

}  // namespace dvt::project
