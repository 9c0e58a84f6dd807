#include "dvt/run/materialize/contract.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "dvt/base/text/text.h"
#include "dvt/sql/dialects/dialect.h"

namespace dvt::run {
namespace {

using columnar::Field;

// "Numeric ( 10,2 )" → "NUMERIC(10,2)"; without modifiers "NUMERIC". What stands behind the bracket stays ("time with time zone").
std::string TypeKey(const std::string& type, bool modifiers) {
  std::string key;
  int depth = 0;
  for (const char c : type) {
    if (c == '(') ++depth;
    const bool kept = modifiers ? c != ' ' || depth == 0 : depth == 0;
    if (kept) key += c;
    if (c == ')') --depth;
  }
  key = ToUpper(TrimView(key));
  for (size_t at = key.find("  "); at != std::string::npos; at = key.find("  ")) key.erase(at, 1);
  return key;
}

std::string TargetType(const Field& field, const connectors::Connector& target) {
  auto name = target.TypeName(field.type, nullptr);
  return name ? *name : field.type.ToString();
}

std::string Shown(const Field& field, const connectors::Connector& target) {
  return ToUpper(field.native_type.empty() ? TargetType(field, target) : field.native_type);
}

bool TypesAgree(const Field& definition, const Field& contract, const connectors::Connector& target, const ContractRules& rules) {
  if (!rules.typed_queries && definition.native_type.empty()) return true;
  const auto key = [&](const std::string& type) { return TypeKey(type, rules.modifiers); };
  if (key(Shown(definition, target)) == key(Shown(contract, target))) return true;
  if (rules.kinds && definition.type.kind == contract.type.kind)
    return contract.type.kind != columnar::TypeKind::kDecimal || contract.type.precision == 0 ||
           contract.type.scale >= definition.type.scale;  // a smaller scale would round
  const auto unknown = [](const Field& field) { return field.type.kind == columnar::TypeKind::kUnknown; };
  if (unknown(definition) || unknown(contract)) return false;
  return key(TargetType(definition, target)) == key(TargetType(contract, target));
}

const Field* Find(const columnar::Fields& fields, const std::string& name) {
  const auto found = std::find_if(fields.begin(), fields.end(), [&](const Field& field) { return field.name == name; });
  return found == fields.end() ? nullptr : &*found;
}

}  // namespace

std::vector<ContractMismatch> CompareContract(const columnar::Fields& definition, const columnar::Fields& contract,
                                              const connectors::Connector& target, const ContractRules& rules) {
  std::vector<ContractMismatch> mismatches;
  for (const auto& field : definition) {
    const Field* agreed = Find(contract, field.name);
    if (agreed == nullptr) {
      mismatches.push_back({field.name, Shown(field, target), "", "missing in contract"});
    } else if (!TypesAgree(field, *agreed, target, rules)) {
      mismatches.push_back({field.name, Shown(field, target), Shown(*agreed, target), "data type mismatch"});
    }
  }
  for (const auto& field : contract) {
    if (Find(definition, field.name) == nullptr)
      mismatches.push_back({field.name, "", Shown(field, target), "missing in definition"});
  }
  std::sort(mismatches.begin(), mismatches.end(), [](const auto& a, const auto& b) { return a.column < b.column; });
  return mismatches;
}

Error ContractError(const std::vector<ContractMismatch>& mismatches) {
  std::vector<std::array<std::string, 4>> rows = {{"column_name", "definition_type", "contract_type", "mismatch_reason"}};
  for (const auto& each : mismatches) rows.push_back({each.column, each.definition_type, each.contract_type, each.reason});
  std::array<size_t, 4> widths{};
  for (const auto& row : rows) {
    for (size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  std::string table;
  const auto line = [&](const auto& cell) {
    table += "\n  |";
    for (size_t i = 0; i < widths.size(); ++i) table += fmt::format(" {:<{}} |", cell(i), widths[i]);
  };
  for (const auto& row : rows) {
    line([&](size_t i) { return row[i]; });
    if (&row == &rows.front()) line([&](size_t i) { return std::string(widths[i], '-'); });
  }
  return Error(ErrorCode::kConfig, "the model's query breaks its enforced contract:" + table)
      .WithHint("make names and types of the columns alike: cast in the query, or correct data_type in the property file");
}

Result<columnar::Fields> DeclaredFields(const std::vector<std::pair<std::string, std::string>>& columns,
                                        const connectors::Connector& target) {
  columnar::Fields fields;
  for (const auto& [name, type] : columns) {
    Field field;
    field.name = name;
    field.native_type = type;
    DVT_ASSIGN(field.type, sql::ParseTypeName(target.dialect(), type));
    fields.push_back(std::move(field));
  }
  return fields;
}

}  // namespace dvt::run
