#pragma once
// Forward declarations of `columnar`.

namespace dvt::columnar {

class Array;
class BatchBuilder;
class ColumnBuilder;
class ColumnView;
class Schema;
class Stream;
struct DataType;
struct Field;
struct RelationInfo;
struct RelationName;
struct TableInfo;

}  // namespace dvt::columnar
