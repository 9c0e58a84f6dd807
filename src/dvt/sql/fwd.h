#pragma once
// Forward declarations of `sql`: include this from headers that only name these types.

namespace dvt::sql {

class Arena;
class Analysis;
class SchemaProvider;
struct Ast;
struct Dialect;
struct Node;
struct PrintOptions;

}  // namespace dvt::sql
