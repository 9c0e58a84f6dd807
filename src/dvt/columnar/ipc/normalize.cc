#include <arrow/array.h>
#include <arrow/c/bridge.h>
#include <arrow/compute/cast.h>
#include <arrow/compute/initialize.h>
#include <arrow/record_batch.h>
#include <arrow/type.h>
#include <arrow/util/decimal.h>

#include <mutex>

#include "dvt/columnar/ipc/arrow_functions.h"

namespace dvt::columnar::with_arrow {

namespace {

Error FromArrow(const arrow::Status& status) {
  switch (status.code()) {
    case arrow::StatusCode::OutOfMemory: return Error(ErrorCode::kMemory, status.message());
    case arrow::StatusCode::IOError: return Error(ErrorCode::kIo, status.message());
    case arrow::StatusCode::NotImplemented: return Error(ErrorCode::kType, status.message());
    default: return Error(ErrorCode::kData, status.message());
  }
}

DataType NeutralType(const arrow::DataType& type) {
  switch (type.id()) {
    case arrow::Type::NA: return TypeKind::kNull;
    case arrow::Type::BOOL: return TypeKind::kBool;
    case arrow::Type::INT8: return TypeKind::kInt8;
    case arrow::Type::INT16: return TypeKind::kInt16;
    case arrow::Type::INT32: return TypeKind::kInt32;
    case arrow::Type::INT64: return TypeKind::kInt64;
    case arrow::Type::UINT8: return TypeKind::kUInt8;
    case arrow::Type::UINT16: return TypeKind::kUInt16;
    case arrow::Type::UINT32: return TypeKind::kUInt32;
    case arrow::Type::UINT64: return TypeKind::kUInt64;
    case arrow::Type::HALF_FLOAT:
    case arrow::Type::FLOAT: return TypeKind::kFloat32;
    case arrow::Type::DOUBLE: return TypeKind::kFloat64;
    case arrow::Type::STRING:
    case arrow::Type::LARGE_STRING:
    case arrow::Type::STRING_VIEW: return TypeKind::kString;
    case arrow::Type::BINARY:
    case arrow::Type::LARGE_BINARY:
    case arrow::Type::BINARY_VIEW:
    case arrow::Type::FIXED_SIZE_BINARY: return TypeKind::kBinary;
    case arrow::Type::DATE32:
    case arrow::Type::DATE64: return TypeKind::kDate;
    case arrow::Type::TIME32:
    case arrow::Type::TIME64: return TypeKind::kTime;
    case arrow::Type::TIMESTAMP:
      return static_cast<const arrow::TimestampType&>(type).timezone().empty() ? TypeKind::kTimestamp : TypeKind::kTimestampTz;
    case arrow::Type::INTERVAL_MONTHS:
    case arrow::Type::INTERVAL_DAY_TIME:
    case arrow::Type::INTERVAL_MONTH_DAY_NANO: return TypeKind::kInterval;
    case arrow::Type::DECIMAL32:
    case arrow::Type::DECIMAL64:
    case arrow::Type::DECIMAL128:
    case arrow::Type::DECIMAL256: {
      const auto& decimal = static_cast<const arrow::DecimalType&>(type);
      return DataType::Decimal(decimal.precision(), decimal.scale());
    }
    case arrow::Type::DICTIONARY: return NeutralType(*static_cast<const arrow::DictionaryType&>(type).value_type());
    case arrow::Type::LIST:
    case arrow::Type::LARGE_LIST:
    case arrow::Type::FIXED_SIZE_LIST: return DataType::List(NeutralType(*type.field(0)->type()));
    case arrow::Type::STRUCT: {
      std::vector<Field> children;
      for (const auto& field : type.fields())
        children.push_back({field->name(), NeutralType(*field->type()), field->nullable(), {}});
      return DataType::Struct(std::move(children));
    }
    case arrow::Type::EXTENSION: {
      const auto& extension = static_cast<const arrow::ExtensionType&>(type);
      if (extension.extension_name() == "arrow.uuid") return TypeKind::kUuid;
      if (extension.extension_name() == "arrow.json") return TypeKind::kJson;
      return NeutralType(*extension.storage_type());
    }
    default: return TypeKind::kUnknown;
  }
}

// The storage type of a neutral type in Arrow C++ (uuid and json without their extension wrapper).
Result<std::shared_ptr<arrow::DataType>> StorageType(const DataType& type) {
  DataType plain = type;
  if (type.kind == TypeKind::kUuid) return std::static_pointer_cast<arrow::DataType>(arrow::fixed_size_binary(16));
  if (type.kind == TypeKind::kJson) plain = TypeKind::kString;
  Schema schema = ExportSchema({Field{"c", plain, true, {}}});
  ArrowSchema raw = schema.Take();
  auto imported = arrow::ImportSchema(&raw);
  if (!imported.ok()) return FromArrow(imported.status());
  return (*imported)->field(0)->type();
}

void InitializeCompute() {
  static std::once_flag once;
  std::call_once(once, [] { (void)arrow::compute::Initialize(); });
}

class NormalizingSource : public BatchSource {
 public:
  NormalizingSource(Stream inner, std::shared_ptr<arrow::Schema> from, Fields target)
      : inner_(std::move(inner)), from_(std::move(from)), target_(std::move(target)) {}

  const Fields& fields() const override { return target_; }

  Result<Array> Next() override {
    DVT_ASSIGN(Array batch, inner_.Next());
    if (!batch.valid()) return batch;
    ArrowArray raw = batch.Take();
    auto imported = arrow::ImportRecordBatch(&raw, from_);
    if (!imported.ok()) return FromArrow(imported.status());
    std::vector<std::shared_ptr<arrow::Array>> columns;
    std::vector<std::shared_ptr<arrow::Field>> fields;
    for (size_t i = 0; i < target_.size(); ++i) {
      auto column = Cast((*imported)->column(static_cast<int>(i)), target_[i]);
      if (!column) return std::move(column).error();
      fields.push_back(arrow::field(target_[i].name, (*column)->type()));
      columns.push_back(std::move(*column));
    }
    auto out = arrow::RecordBatch::Make(arrow::schema(fields), (*imported)->num_rows(), columns);
    ArrowArray exported;
    if (auto status = arrow::ExportRecordBatch(*out, &exported); !status.ok()) return FromArrow(status);
    return Array(exported);
  }

 private:
  static Result<std::shared_ptr<arrow::Array>> Cast(std::shared_ptr<arrow::Array> column, const Field& field) {
    if (column->type_id() == arrow::Type::EXTENSION) column = static_cast<const arrow::ExtensionArray&>(*column).storage();
    DVT_ASSIGN(auto wanted, StorageType(field.type));
    if (column->type()->Equals(*wanted)) return column;
    auto cast = arrow::compute::Cast(*column, wanted, arrow::compute::CastOptions::Safe());
    if (!cast.ok())
      return FromArrow(cast.status()).Within("while converting column '" + field.name + "' to " + field.type.ToString());
    return *cast;
  }

  Stream inner_;
  std::shared_ptr<arrow::Schema> from_;
  Fields target_;
};

}  // namespace

Result<Fields> NeutralFields(const ArrowSchema& schema) {
  Fields fields;
  for (int64_t i = 0; i < schema.n_children; ++i) {
    ArrowSchema wrapper{};
    ArrowSchema* children[] = {schema.children[i]};
    wrapper.n_children = 1;
    wrapper.children = children;
    Field field = ImportSchema(wrapper).front();
    if (field.type.kind == TypeKind::kUnknown) {
      // arrow::ImportField consumes its argument; give it a copy that owns nothing.
      ArrowSchema copy = *schema.children[i];
      copy.release = [](ArrowSchema* s) { s->release = nullptr; };
      auto imported = arrow::ImportField(&copy);
      if (imported.ok()) field.type = NeutralType(*(*imported)->type());
    }
    fields.push_back(std::move(field));
  }
  return fields;
}

Result<Stream> NormalizeStream(Stream stream, Fields target) {
  DVT_ASSIGN(Fields actual, stream.GetFields());
  if (actual.size() != target.size()) {
    return Error(ErrorCode::kInternal, "a stream has " + std::to_string(actual.size()) + " columns where " +
                                           std::to_string(target.size()) + " were expected");
  }
  bool same = true;
  for (size_t i = 0; i < actual.size() && same; ++i) {
    same = actual[i].type.kind != TypeKind::kUnknown && ArrowFormat(actual[i].type) == ArrowFormat(target[i].type) &&
           actual[i].type.children == target[i].type.children;
  }
  if (same) return stream;
  InitializeCompute();
  ArrowArrayStream raw = stream.Take();
  ArrowSchema schema;
  if (raw.get_schema(&raw, &schema) != 0) {
    Stream again(raw);
    return Error(ErrorCode::kData, "cannot read the schema of an Arrow stream");
  }
  Stream again(raw);
  auto imported = arrow::ImportSchema(&schema);
  if (!imported.ok()) return FromArrow(imported.status());
  return Stream(std::make_unique<NormalizingSource>(std::move(again), *imported, std::move(target)));
}

}  // namespace dvt::columnar::with_arrow
