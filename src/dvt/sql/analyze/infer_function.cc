// Types of calls: by the dialect's function table, else by the table of result types.
#include <algorithm>

#include "dvt/base/text/text.h"
#include "dvt/sql/analyze/infer_internal.h"
#include "dvt/sql/dialects/result_types.h"

namespace dvt::sql {

using columnar::DataType;
using columnar::Field;
using columnar::TypeKind;

namespace {

// A type as the table of results writes it.
DataType NamedResult(std::string_view name) {
  struct Entry {
    std::string_view name;
    TypeKind kind;
  };
  static constexpr Entry kEntries[] = {{"BOOL", TypeKind::kBool},
                                       {"INT8", TypeKind::kInt8},
                                       {"INT32", TypeKind::kInt32},
                                       {"INT64", TypeKind::kInt64},
                                       {"UINT64", TypeKind::kUInt64},
                                       {"FLOAT64", TypeKind::kFloat64},
                                       {"STRING", TypeKind::kString},
                                       {"BINARY", TypeKind::kBinary},
                                       {"DATE", TypeKind::kDate},
                                       {"TIME", TypeKind::kTime},
                                       {"TIMESTAMP", TypeKind::kTimestamp},
                                       {"TIMESTAMPTZ", TypeKind::kTimestampTz},
                                       {"INTERVAL", TypeKind::kInterval},
                                       {"JSON", TypeKind::kJson},
                                       {"UUID", TypeKind::kUuid},
                                       {"DECIMAL", TypeKind::kDecimal},
                                       {"LIST", TypeKind::kList}};
  if (name.starts_with("LIST<")) return DataType::List(NamedResult(name.substr(5, name.size() - 6)));
  if (name.starts_with("DECIMAL(")) {
    const auto parts = Split(name.substr(8, name.size() - 9), ',');
    return DataType::Decimal(std::stoi(parts[0]), std::stoi(parts[1]));
  }
  for (const Entry& entry : kEntries) {
    if (entry.name == name) return entry.kind;
  }
  return {};
}

// DATEADD (HOUR, …), DATE_ADD (…, INTERVAL 1 HOUR): a date becomes a moment.
bool HasTimeUnit(const Node* args) {
  static constexpr std::string_view kUnits[] = {"HOUR", "MINUTE", "SECOND", "MILLISECOND", "MICROSECOND", "NANOSECOND"};
  return std::any_of(args->Children().begin(), args->Children().end(), [](const Node* each) {
    std::string unit;
    if (each->Is(Kind::kInterval) || each->Is(Kind::kString)) unit = ToUpper(each->text);
    if (each->Is(Kind::kColumn) && each->count == 1) unit = ToUpper(each->Child(0)->text);
    if (unit.ends_with('S')) unit.pop_back();
    return std::find(std::begin(kUnits), std::end(kUnits), unit) != std::end(kUnits);
  });
}

}  // namespace

DataType Inference::OfArgument(const Node* call, uint32_t i) const {
  const Node* args = call->Child(kArgsSlot);
  return args != nullptr && i < args->count ? Of(args->Child(i)) : DataType();
}

bool Inference::HasArgument(const Node* call, TypeKind kind) const {
  const Node* args = call->Child(kArgsSlot);
  for (uint32_t i = 0; args != nullptr && i < args->count; ++i) {
    if (Of(args->Child(i)).kind == kind) return true;
  }
  return false;
}

DataType Inference::OfFunction(const Node* node) const {
  const Node* args = node->Child(kArgsSlot);
  std::string name = ToUpper(node->text);
  if (DataType made = OfConstructor(name, args); made.kind != TypeKind::kUnknown) return made;
  // PERCENTILE_CONT (0.5) WITHIN GROUP (ORDER BY x) is about x.
  const Node* within = node->Child(kWithinSlot);
  if (within != nullptr && within->count > 0 && (name == "PERCENTILE_DISC" || name == "MODE" || name == "PERCENTILE_CONT")) {
    const DataType type = Of(within->Child(0)->Child(0));
    const bool number = name == "PERCENTILE_CONT" || OwnResultRule(dialect_, name) == "FLOAT64";
    return number && !type.is_temporal() ? DataType(TypeKind::kFloat64) : type;
  }
  if (const Node* schema = node->Child(kSchemaSlot); schema != nullptr && schema->count == 1) {
    const std::string_view rule = ResultRule(dialect_, ToUpper(schema->Child(0)->text) + "." + name);
    if (!rule.empty()) return OfResult(rule, node);
  }
  if (const std::string_view own = OwnResultRule(dialect_, name); !own.empty()) return OfResult(own, node);
  // What holds everywhere and is finer than the rules of the function tables.
  const std::string_view shared = ResultRule(dialect_, name);
  if (shared == "$last" || shared == "$if" || (shared == "$text" && OfArgument(node, 0).kind == TypeKind::kBinary))
    return OfResult(shared, node);
  const int count = args == nullptr ? 0 : static_cast<int>(args->count);
  const FunctionSpec* spec = FindFunction(dialect_, node->text, count);
  if (spec == nullptr) spec = FindFunction(dialect_, node->text);
  if (spec != nullptr && spec->type == TypeRule::kList && (spec->flags & kAggregate) == 0) {
    if (DataType first = OfArgument(node, 0); first.kind == TypeKind::kList) return first;
  }
  if (spec != nullptr && spec->type != TypeRule::kUnknown) return OfRule(spec->type, node);
  return OfResult(shared, node);
}

// Calls that make arrays and structures of their arguments.
DataType Inference::OfConstructor(std::string_view name, const Node* args) const {
  if (name == "STRUCT" || name == "STRUCT_PACK") return OfStruct(args);
  if (name == "ARRAY" || name == "LIST_VALUE" || name == "ARRAY_CONSTRUCT") {
    if (args != nullptr && args->count == 1 && args->Child(0)->IsQuery()) {
      DataType element = Of(args->Child(0));
      return element.kind == TypeKind::kUnknown ? element : DataType::List(std::move(element));
    }
    static const Node kNone;
    return OfArray(args == nullptr ? &kNone : args);
  }
  if (name != "NAMED_STRUCT" || args == nullptr) return {};
  std::vector<Field> fields;
  for (uint32_t i = 0; i + 1 < args->count; i += 2) {
    DataType type = Of(args->Child(i + 1));
    if (!args->Child(i)->Is(Kind::kString) || type.kind == TypeKind::kUnknown) return {};
    fields.push_back({std::string(args->Child(i)->text), std::move(type), true, {}});
  }
  return DataType::Struct(std::move(fields));
}

DataType Inference::OfRule(TypeRule rule, const Node* call) const {
  switch (rule) {
    case TypeRule::kUnknown: return {};
    case TypeRule::kFirst: return OfArgument(call, 0);
    case TypeRule::kSecond: return OfArgument(call, 1);
    case TypeRule::kCommon: return CommonOf(call->Child(kArgsSlot), 0);
    case TypeRule::kBool: return TypeKind::kBool;
    case TypeRule::kInt32: return TypeKind::kInt32;
    case TypeRule::kInt64: return TypeKind::kInt64;
    case TypeRule::kFloat64: return TypeKind::kFloat64;
    case TypeRule::kString: return DataType::String();
    case TypeRule::kBinary: return TypeKind::kBinary;
    case TypeRule::kDate: return TypeKind::kDate;
    case TypeRule::kTime: return TypeKind::kTime;
    case TypeRule::kTimestamp: return TypeKind::kTimestamp;
    case TypeRule::kTimestampTz: return TypeKind::kTimestampTz;
    case TypeRule::kInterval: return TypeKind::kInterval;
    case TypeRule::kJson: return TypeKind::kJson;
    case TypeRule::kUuid: return TypeKind::kUuid;
    case TypeRule::kList: return OfResult("$list", call);
    case TypeRule::kSum: return OfSum(OfArgument(call, 0));
    case TypeRule::kAvg: {
      const DataType first = OfArgument(call, 0);
      const bool exact = first.kind == TypeKind::kDecimal || first.is_integer();
      return exact && !dialect_.Has(Feature::kDynamicTyping) ? DataType(TypeKind::kDecimal) : DataType(TypeKind::kFloat64);
    }
    case TypeRule::kRound: {
      DataType first = OfArgument(call, 0);
      return first.kind == TypeKind::kDecimal ? DataType(TypeKind::kDecimal) : first;
    }
    case TypeRule::kElement: return OfResult("$element", call);
    case TypeRule::kDecimalOfFirst: {
      const DataType first = OfArgument(call, 0);
      return first.kind == TypeKind::kDecimal || first.is_integer() ? DataType(TypeKind::kDecimal) : first;
    }
  }
  return {};
}

DataType Inference::OfResult(std::string_view rule, const Node* call) const {
  if (rule.empty()) return {};
  // Where whole numbers are of one width only, all are.
  if (rule.starts_with("INT") && ResultRule(dialect_, "{integer}") == "INT64" && rule != "INTERVAL") return TypeKind::kInt64;
  if (rule[0] != '$') return NamedResult(rule);
  if (rule == "$1") return OfArgument(call, 0);
  if (rule == "$2") return OfArgument(call, 1);
  if (rule == "$common") return CommonOf(call->Child(kArgsSlot), 0);
  if (rule == "$if") return CommonOf(call->Child(kArgsSlot), 1);
  if (rule == "$last") {
    const DataType third = OfArgument(call, 2), first = OfArgument(call, 0);
    return third.kind == TypeKind::kUnknown ? first : CommonType(first, third);
  }
  const DataType first = OfArgument(call, 0);
  if (rule == "$text") {
    if (first.kind == TypeKind::kList) return first;
    return first.kind == TypeKind::kBinary && !HasArgument(call, TypeKind::kString) ? DataType(TypeKind::kBinary)
                                                                                    : DataType::String();
  }
  if (rule == "$anybinary") return HasArgument(call, TypeKind::kBinary) ? DataType(TypeKind::kBinary) : DataType::String();
  if (rule == "$bits") return first.kind == TypeKind::kBinary ? first : DataType(TypeKind::kUInt64);
  if (rule == "$float") return first.is_integer() ? DataType(TypeKind::kFloat64) : first;
  if (rule == "$real") {
    const bool exact = first.kind == TypeKind::kDecimal || OfArgument(call, 1).kind == TypeKind::kDecimal;
    const DataType common = exact ? CommonOf(call->Child(kArgsSlot), 0) : DataType(TypeKind::kFloat64);
    if (common.kind != TypeKind::kDecimal) return common;
    return common.precision > 38 ? DataType::Decimal(76, 38) : DataType::Decimal(38, 9);
  }
  if (rule == "$percentile" || rule == "$quantile") {
    const DataType value = rule == "$percentile" ? DataType(TypeKind::kFloat64) : first;
    return OfArgument(call, 1).kind == TypeKind::kList ? DataType::List(value) : value;
  }
  if (rule == "$sum") return OfSum(first);
  if (rule == "$number") return first.kind == TypeKind::kDecimal ? DataType(TypeKind::kDecimal) : first;
  if (rule == "$list") {
    if (ResultRule(dialect_, "{array}") == "LIST") return TypeKind::kList;
    return first.kind == TypeKind::kUnknown ? DataType() : DataType::List(first);
  }
  if (rule == "$element") return first.kind == TypeKind::kList && !first.children.empty() ? first.children[0].type : DataType();
  if (rule == "$json") return first.kind == TypeKind::kString ? DataType::String() : first;
  if (rule == "$jsonlist") return first.kind == TypeKind::kUnknown ? DataType() : DataType::List(first);
  return OfTemporalArgument(call, ToUpper(call->text));
}

// The moved date or time. A text is read as what the function is named after.
DataType Inference::OfTemporalArgument(const Node* call, std::string_view name) const {
  const Node* args = call->Child(kArgsSlot);
  bool text = false;
  for (uint32_t i = 0; args != nullptr && i < args->count; ++i) {
    const DataType type = Of(args->Child(i));
    if (type.kind == TypeKind::kDate && HasTimeUnit(args)) return TypeKind::kTimestamp;
    if (type.is_temporal() && type.kind != TypeKind::kInterval) return type;
    text = text || type.kind == TypeKind::kString;
  }
  if (!text) return {};
  if (name.starts_with("TIMESTAMP")) return TypeKind::kTimestamp;
  return name.starts_with("DATE") ? DataType(TypeKind::kDate) : DataType();
}

DataType Inference::OfSum(const DataType& argument) const {
  if (argument.kind == TypeKind::kFloat32 || argument.kind == TypeKind::kFloat64) return TypeKind::kFloat64;
  if (dialect_.Has(Feature::kDynamicTyping))
    return argument.is_integer() ? DataType(TypeKind::kInt64) : DataType(TypeKind::kFloat64);
  if (argument.is_integer() && argument.kind != TypeKind::kInt64 && argument.kind < TypeKind::kUInt32 &&
      dialect_.Has(Feature::kSmallSums))
    return TypeKind::kInt64;
  if (argument.is_integer()) return DataType::Decimal(38, 0);
  if (argument.kind == TypeKind::kDecimal && argument.precision > 0)
    return DataType::Decimal(std::max(38, argument.precision), argument.scale);
  return argument.kind == TypeKind::kDecimal || argument.kind == TypeKind::kInterval ? argument : DataType();
}

}  // namespace dvt::sql
