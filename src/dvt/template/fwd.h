#pragma once
// Forward declarations of `template`: include this from headers that only name these types.

namespace dvt::tmpl {

class AdapterApi;
class Context;
class Dict;
class Environment;
class GraphAdditions;
class HostObject;
class MacroCatalog;
class NodeResolver;
class Object;
class Relation;
class Template;
struct Arguments;
struct ContextParams;
struct Definition;

}  // namespace dvt::tmpl
