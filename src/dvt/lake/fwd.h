#pragma once
// Forward declarations of `lake`: include this from headers that only name these types.

namespace dvt::lake {

class Expression;
class FileStore;
class RestCatalog;
class Table;
class Transform;
struct DataFile;
struct Literal;
struct ManifestEntry;
struct ManifestFile;
struct NestedField;
struct PartitionField;
struct PartitionSpec;
struct Schema;
struct Snapshot;
struct SortOrder;
struct TableMetadata;
struct Type;

}  // namespace dvt::lake
