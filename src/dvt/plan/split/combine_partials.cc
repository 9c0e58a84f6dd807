#include <fmt/format.h>

#include <algorithm>

#include "dvt/base/text/text.h"
#include "dvt/plan/split/reduce.h"

namespace dvt::plan {
namespace {

using columnar::DataType;
using columnar::TypeKind;
using sql::Kind;
using sql::Node;
using sql::Op;
using sql::Source;

class Combiner {
 public:
  Combiner(sql::Arena& arena, const sql::Dialect& dialect, const sql::Analysis& analysis, const CollectedInputs& inputs,
           std::map<const Node*, DataType>& types)
      : arena_(arena), dialect_(dialect), analysis_(analysis), inputs_(inputs), types_(types) {
    for (const JoinedInput& join : inputs.joins) {
      for (const auto& member : join.members) names_[member.input.occurrences.front()] = join.name;
    }
  }

  void Combine(const PartialCall& partial) {
    const bool whole = analysis_.TypeOf(partial.call).is_integer();
    Node* made = nullptr;
    switch (partial.kind) {
      case PartialCall::Kind::kExtreme:
        made = sql::MakeFunction(arena_, ToUpper(partial.call->text), {Column(partial.own, partial.sum, TypeOfPart(partial))});
        break;
      case PartialCall::Kind::kRows:
      case PartialCall::Kind::kCount: made = Count(partial, true); break;
      case PartialCall::Kind::kSum:
        made = Cast(Sum(partial), partial.integer && whole ? Integer() : Decimal(partial.scale));
        break;
      case PartialCall::Kind::kAverage: made = Average(partial); break;
    }
    *partial.call = *made;
  }

 private:
  Node* Column(const Source* source, const std::string& name, const DataType& type) {
    const auto joined = names_.find(source);
    Node* column =
        sql::MakeColumn(arena_, arena_.Copy(joined != names_.end() ? joined->second : source->name), arena_.Copy(name));
    types_[column] = type;
    // Some sources have no types of expressions.
    return type.kind == TypeKind::kInt64 ? Cast(column, Integer()) : column;
  }

  DataType TypeOfPart(const PartialCall& partial) const {
    const Node* argument = sql::Unparen(partial.call->Child(sql::kArgsSlot)->Child(0));
    return analysis_.TypeOf(argument);
  }

  Node* Integer() { return sql::MakeTypeName(arena_, "BIGINT"); }
  Node* Decimal(int scale) { return sql::MakeTypeName(arena_, "DECIMAL", {38, scale}); }
  Node* Cast(Node* value, Node* type) { return sql::MakeCast(arena_, value, type); }
  Node* Float(Node* value) {
    const auto name = sql::RenderTypeName(dialect_, TypeKind::kFloat64);
    return Cast(value, sql::MakeTypeName(arena_, arena_.Copy(name ? *name : "DOUBLE")));
  }

  // How often each row of the block counts, but for what the unit of `own` has counted itself; nullptr: once.
  Node* Weight(const PartialCall& partial) {
    const Source* own = partial.own;
    Node* product = nullptr;
    for (const RowWeight& weight : inputs_.weights) {
      if (weight.scope->query != partial.block || weight.source == own) continue;
      Node* rows = Rows(weight);
      product = product == nullptr ? rows : sql::MakeBinary(arena_, Op::kMul, product, rows);
    }
    return product;
  }

  Node* Times(Node* value, Node* weight) { return weight == nullptr ? value : sql::MakeBinary(arena_, Op::kMul, value, weight); }

  // How many rows each row of the own extract stands for.
  Node* OwnWeight(const PartialCall& partial) {
    for (const RowWeight& weight : inputs_.weights) {
      if (weight.scope->query == partial.block && weight.source == partial.own) return Rows(weight);
    }
    return nullptr;
  }

  Node* Rows(const RowWeight& weight) {
    Node* rows = Column(weight.source, weight.count, TypeKind::kInt64);
    return weight.nullable ? sql::MakeFunction(arena_, "COALESCE", {rows, sql::MakeNumber(arena_, 1)}) : rows;
  }

  // The CASE with partial results: sums, or (in a copy) numbers of values.
  Node* Branches(const PartialCall& partial, bool counts) {
    Node* made = sql::Unparen(counts ? Argument(partial) : partial.call->Child(sql::kArgsSlot)->Child(0));
    for (const PartialCall::Branch& branch : partial.branches) {
      Node* holder = branch.at == 1 ? made : made->Child(branch.at);
      Node* value = nullptr;
      if (!branch.sum.empty()) {
        value = counts ? Column(partial.own, branch.count, TypeKind::kInt64)
                       : Column(partial.own, branch.sum, DataType::Decimal(38, partial.scale));
      } else if (counts) {
        value = OwnWeight(partial);
        if (value == nullptr) value = sql::MakeNumber(arena_, 1);
      } else {
        value = Cast(holder->Child(1), Decimal(partial.scale));
        if (!branch.zero) value = Times(value, OwnWeight(partial));
      }
      sql::SetChild(arena_, holder, 1, value);
    }
    return sql::MakeParen(arena_, made);
  }

  // A copy; its columns have the types of those that they stand for.
  Node* Argument(const PartialCall& partial) {
    const Node* argument = partial.call->Child(sql::kArgsSlot)->Child(0);
    Node* copy = sql::Clone(arena_, argument);
    KeepTypes(argument, copy);
    return copy;
  }

  void KeepTypes(const Node* from, const Node* to) {
    if (from == nullptr || to == nullptr) return;
    if (from->Is(Kind::kColumn)) {
      const auto made = types_.find(from);
      types_[to] = made != types_.end() ? made->second : analysis_.TypeOf(from);
      return;
    }
    for (uint32_t i = 0; i < from->count && i < to->count; ++i) KeepTypes(from->Child(i), to->Child(i));
  }

  Node* Sum(const PartialCall& partial) {
    Node* weight = Weight(partial);
    Node* value = nullptr;
    if (!partial.branches.empty()) {
      value = Branches(partial, false);
    } else if (partial.own != nullptr) {
      value = Column(partial.own, partial.sum, DataType::Decimal(38, partial.scale));
    } else {
      value = partial.call->Child(sql::kArgsSlot)->Child(0);
      if (partial.integer) value = Cast(value, Decimal(0));
      if (weight != nullptr && !value->Is(Kind::kCast) && !value->Is(Kind::kColumn)) value = sql::MakeParen(arena_, value);
    }
    return sql::MakeFunction(arena_, "SUM", {Times(value, weight)});
  }

  // As BIGINT, never NULL if `settled`.
  Node* Count(const PartialCall& partial, bool settled) {
    Node* weight = Weight(partial);
    Node* value = weight;
    if (!partial.branches.empty()) {
      value = Times(Branches(partial, true), weight);
    } else if (partial.own != nullptr) {
      value = Times(Column(partial.own, partial.count, TypeKind::kInt64), weight);
    } else if (partial.kind != PartialCall::Kind::kRows) {
      Node* argument = settled ? partial.call->Child(sql::kArgsSlot)->Child(0) : Argument(partial);
      Node* is = sql::NewNode(arena_, Kind::kIs, {argument, sql::NewNode(arena_, Kind::kNull)});
      is->Set(sql::kNot);
      Node* when = sql::NewNode(arena_, Kind::kWhen, {is, weight == nullptr ? sql::MakeNumber(arena_, 1) : weight});
      value = sql::NewNode(arena_, Kind::kCase, {nullptr, nullptr, when});
    }
    Node* sum = sql::MakeFunction(arena_, "SUM", {value});
    return settled ? Cast(sql::MakeFunction(arena_, "COALESCE", {sum, sql::MakeNumber(arena_, 0)}), Integer()) : sum;
  }

  // The quotient of the exact sum, as a whole number of the last digit's units, and of as many such units.
  Node* Average(const PartialCall& partial) {
    Node* count = Float(Cast(Count(partial, false), Integer()));
    Node* sum = Sum(partial);
    if (partial.scale > 0) {
      int64_t unit = 1;
      for (int i = 0; i < partial.scale && i < 18; ++i) unit *= 10;
      sum = Cast(sql::MakeBinary(arena_, Op::kMul, Cast(sum, Decimal(partial.scale)), sql::MakeNumber(arena_, unit)), Decimal(0));
      count = sql::MakeParen(arena_, sql::MakeBinary(arena_, Op::kMul, count, Float(sql::MakeNumber(arena_, unit))));
    }
    return sql::MakeParen(arena_, sql::MakeBinary(arena_, Op::kDiv, Float(sum), count));
  }

  sql::Arena& arena_;
  const sql::Dialect& dialect_;
  const sql::Analysis& analysis_;
  const CollectedInputs& inputs_;
  std::map<const Node*, DataType>& types_;
  std::map<const Source*, std::string> names_;  // of joined inputs
};

}  // namespace

void CombinePartials(sql::Arena& arena, const sql::Dialect& dialect, const sql::Analysis& analysis, const CollectedInputs& inputs,
                     std::map<const Node*, DataType>& types) {
  // Calls inside of another one's arguments come first: those are copied.
  std::vector<std::pair<size_t, const PartialCall*>> order;
  for (const PartialCall& partial : inputs.partials) {
    const auto inside = std::count_if(inputs.partials.begin(), inputs.partials.end(), [&](const PartialCall& other) {
      return sql::Contains(partial.call, [&](const Node* node) { return node == other.call; });
    });
    order.emplace_back(static_cast<size_t>(inside), &partial);
  }
  std::stable_sort(order.begin(), order.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  Combiner combiner(arena, dialect, analysis, inputs, types);
  for (const auto& [inside, partial] : order) combiner.Combine(*partial);
}

}  // namespace dvt::plan
