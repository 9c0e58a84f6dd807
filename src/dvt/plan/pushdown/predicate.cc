#include "dvt/plan/pushdown/predicate.h"

#include <algorithm>

namespace dvt::plan {
namespace {

using sql::Kind;
using sql::Node;
using sql::Op;

using PKind = Predicate::Kind;

bool IsComparison(Op op) { return op >= Op::kEq && op <= Op::kGe; }

Op Mirror(Op op) {
  switch (op) {
    case Op::kLt: return Op::kGt;
    case Op::kLe: return Op::kGe;
    case Op::kGt: return Op::kLt;
    case Op::kGe: return Op::kLe;
    default: return op;
  }
}

Op Opposite(Op op) {
  switch (op) {
    case Op::kEq: return Op::kNeq;
    case Op::kNeq: return Op::kEq;
    case Op::kLt: return Op::kGe;
    case Op::kLe: return Op::kGt;
    case Op::kGt: return Op::kLe;
    case Op::kGe: return Op::kLt;
    default: return Op::kNone;
  }
}

std::optional<ColumnRef> ReadColumn(const Node* node, const Resolve& resolve) {
  node = sql::Unparen(node);
  if (node == nullptr || !node->Is(Kind::kColumn)) return std::nullopt;
  return resolve(node);
}

Predicate Unknown(const Node* origin) {
  Predicate out;
  out.origin = origin;
  return out;
}

Predicate ReadComparison(Op op, const Node* left, const Node* right, const Node* origin, const Resolve& resolve) {
  auto a = ReadColumn(left, resolve), b = ReadColumn(right, resolve);
  Predicate out = Unknown(origin);
  out.op = op;
  if (a && b) {
    out.kind = PKind::kColumns;
    out.column = *a;
    out.other = *b;
    return out;
  }
  if (!a && b) {
    std::swap(a, b);
    std::swap(left, right);
    out.op = Mirror(op);
  }
  if (!a) return Unknown(origin);
  if (sql::Unparen(right)->Is(Kind::kNull)) {  // never true, nor is its opposite
    out.kind = PKind::kIn;
    out.column = *a;
    return out;
  }
  auto literal = FoldConstant(right);
  if (!literal) return Unknown(origin);
  out.kind = PKind::kCompare;
  out.column = *a;
  out.literals.push_back(std::move(*literal));
  return out;
}

Predicate ReadIn(const Node* node, bool negated, const Resolve& resolve) {
  const auto column = ReadColumn(node->Child(0), resolve);
  const Node* list = node->Child(1);
  if (!column || list == nullptr || !list->Is(Kind::kList) || list->count == 0) return Unknown(node);
  Predicate out = Unknown(node);
  for (const Node* item : list->Children()) {
    auto literal = FoldConstant(item);
    if (!literal) return Unknown(node);
    out.literals.push_back(std::move(*literal));
  }
  out.kind = PKind::kIn;
  out.negated = negated;
  out.column = *column;
  return out;
}

Predicate ReadLike(const Node* node, bool negated, const Resolve& resolve) {
  const auto column = ReadColumn(node->Child(0), resolve);
  if (!column || node->op != Op::kLikeOp || node->Child(2) != nullptr) return Unknown(node);
  auto pattern = FoldConstant(node->Child(1));
  if (!pattern || pattern->kind != Literal::Kind::kString || pattern->text.find('\\') != std::string::npos) return Unknown(node);
  Predicate out = Unknown(node);
  out.kind = PKind::kLike;
  out.negated = negated;
  out.column = *column;
  out.literals.push_back(std::move(*pattern));
  return out;
}

Predicate ReadIs(const Node* node, bool negated, const Resolve& resolve) {
  const auto column = ReadColumn(node->Child(0), resolve);
  if (!column || node->Child(1) == nullptr || !node->Child(1)->Is(Kind::kNull)) return Unknown(node);
  Predicate out = Unknown(node);
  out.kind = PKind::kNull;
  out.negated = negated;
  out.column = *column;
  return out;
}

Predicate ReadBetween(const Node* node, bool negated, const Resolve& resolve) {
  if (node->Has(sql::kSymmetric)) return Unknown(node);
  Predicate low = ReadComparison(negated ? Op::kLt : Op::kGe, node->Child(0), node->Child(1), node, resolve);
  Predicate high = ReadComparison(negated ? Op::kGt : Op::kLe, node->Child(0), node->Child(2), node, resolve);
  std::vector<Predicate> both;
  both.push_back(std::move(low));
  both.push_back(std::move(high));
  return negated ? AnyOf(std::move(both)) : AllOf(std::move(both));
}

Predicate Read(const Node* node, bool negated, const Resolve& resolve);

Predicate ReadConnective(const Node* node, bool negated, const Resolve& resolve) {
  std::vector<Predicate> children;
  children.push_back(Read(node->Child(0), negated, resolve));
  children.push_back(Read(node->Child(1), negated, resolve));
  const bool conjunction = (node->op == Op::kAnd) != negated;
  return conjunction ? AllOf(std::move(children)) : AnyOf(std::move(children));
}

// `negated`: the truth of NOT node. Comparisons of NULL are NULL both ways, so that NOT may move down to the leaves.
Predicate Read(const Node* node, bool negated, const Resolve& resolve) {
  node = sql::Unparen(node);
  if (node == nullptr) return Unknown(node);
  switch (node->kind) {
    case Kind::kUnary: return node->op == Op::kNot ? Read(node->Child(0), !negated, resolve) : Unknown(node);
    case Kind::kBinary:
      if (node->op == Op::kAnd || node->op == Op::kOr) return ReadConnective(node, negated, resolve);
      if (!IsComparison(node->op)) return Unknown(node);
      return ReadComparison(negated ? Opposite(node->op) : node->op, node->Child(0), node->Child(1), node, resolve);
    case Kind::kBetween: return ReadBetween(node, negated != node->Has(sql::kNot), resolve);
    case Kind::kIn: return ReadIn(node, negated != node->Has(sql::kNot), resolve);
    case Kind::kLike: return ReadLike(node, negated != node->Has(sql::kNot), resolve);
    case Kind::kIs: return ReadIs(node, negated != node->Has(sql::kNot), resolve);
    default: return Unknown(node);
  }
}

bool SameLiteral(const Literal& a, const Literal& b) {
  return a.kind == b.kind && a.digits == b.digits && a.scale == b.scale && a.text == b.text && a.ticks == b.ticks;
}

Predicate Combine(PKind kind, std::vector<Predicate> predicates) {
  std::vector<Predicate> flat;
  for (Predicate& p : predicates) {
    if (p.kind == kind) {
      for (Predicate& child : p.children) flat.push_back(std::move(child));
    } else {
      flat.push_back(std::move(p));
    }
  }
  std::vector<Predicate> distinct;
  for (Predicate& p : flat) {
    const bool known = p.kind != PKind::kUnknown && std::any_of(distinct.begin(), distinct.end(),
                                                                [&](const Predicate& have) { return SamePredicate(have, p); });
    if (!known) distinct.push_back(std::move(p));
  }
  if (distinct.size() == 1) return std::move(distinct.front());
  Predicate out;
  out.kind = kind;
  if (!distinct.empty()) out.origin = distinct.front().origin;
  out.children = std::move(distinct);
  return out;
}

}  // namespace

Predicate ReadPredicate(const Node* expression, const Resolve& resolve) { return Read(expression, false, resolve); }

std::optional<Predicate> Weaken(const Predicate& predicate,
                                const std::function<std::optional<ColumnRef>(const ColumnRef&)>& keep) {
  if (predicate.kind == PKind::kUnknown) return std::nullopt;
  if (predicate.kind == PKind::kAnd || predicate.kind == PKind::kOr) {
    std::vector<Predicate> kept;
    for (const Predicate& child : predicate.children) {
      auto weaker = Weaken(child, keep);
      if (weaker) {
        kept.push_back(std::move(*weaker));
      } else if (predicate.kind == PKind::kOr) {
        return std::nullopt;
      }
    }
    if (kept.empty()) return std::nullopt;
    return predicate.kind == PKind::kAnd ? AllOf(std::move(kept)) : AnyOf(std::move(kept));
  }
  const auto column = keep(predicate.column);
  if (!column) return std::nullopt;
  Predicate out = predicate;
  out.column = *column;
  if (predicate.kind == PKind::kColumns) {
    const auto other = keep(predicate.other);
    if (!other || other->source != column->source) return std::nullopt;
    out.other = *other;
  }
  return out;
}

std::optional<Predicate> WeakenTo(const Predicate& predicate, const sql::Source* source) {
  return Weaken(predicate,
                [&](const ColumnRef& column) { return column.source == source ? std::optional(column) : std::nullopt; });
}

bool RejectsNulls(const Predicate& predicate) {
  switch (predicate.kind) {
    case PKind::kUnknown: return false;
    case PKind::kNull: return predicate.negated;
    case PKind::kAnd: return std::any_of(predicate.children.begin(), predicate.children.end(), RejectsNulls);
    case PKind::kOr: return std::all_of(predicate.children.begin(), predicate.children.end(), RejectsNulls);
    default: return true;
  }
}

Predicate AllOf(std::vector<Predicate> predicates) { return Combine(PKind::kAnd, std::move(predicates)); }
Predicate AnyOf(std::vector<Predicate> predicates) { return Combine(PKind::kOr, std::move(predicates)); }

bool SamePredicate(const Predicate& a, const Predicate& b) {
  if (a.kind != b.kind || a.negated != b.negated || a.op != b.op || a.column != b.column || a.other != b.other) return false;
  return std::equal(a.literals.begin(), a.literals.end(), b.literals.begin(), b.literals.end(), SameLiteral) &&
         std::equal(a.children.begin(), a.children.end(), b.children.begin(), b.children.end(), SamePredicate);
}

}  // namespace dvt::plan
