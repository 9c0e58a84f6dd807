#pragma once
// Forward declarations of `columnar/duckdb`.

namespace dvt::columnar::duckdb {

class ChunkReader;
class Connection;
class Database;
class LogicalType;
class Prepared;
class VectorWriter;
struct MappedType;

}  // namespace dvt::columnar::duckdb
