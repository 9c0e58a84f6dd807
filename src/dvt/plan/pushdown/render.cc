#include <fmt/format.h>

#include <algorithm>

#include "dvt/base/text/text.h"
#include "dvt/plan/pushdown/own_meaning.h"
#include "dvt/plan/pushdown/predicate.h"
#include "dvt/sql/dialects/dialect.h"

namespace dvt::plan {
namespace {

using columnar::DataType;
using columnar::TypeKind;
using sql::Op;
using PKind = Predicate::Kind;

constexpr int64_t kMicrosPerDay = 86'400'000'000;

std::string_view OpText(Op op) {
  switch (op) {
    case Op::kEq: return "=";
    case Op::kNeq: return "<>";
    case Op::kLt: return "<";
    case Op::kLe: return "<=";
    case Op::kGt: return ">";
    default: return ">=";
  }
}

int64_t FloorDay(int64_t micros) {
  int64_t day = micros / kMicrosPerDay;
  return micros % kMicrosPerDay < 0 ? day - 1 : day;
}

class Renderer {
 public:
  Renderer(const columnar::Fields& columns, const SourceProfile& source, const std::string& qualifier,
           std::vector<std::string>* reasons)
      : columns_(columns), source_(source), qualifier_(qualifier), reasons_(reasons) {}

  std::optional<std::string> Render(const Predicate& p, bool nested) {
    switch (p.kind) {
      case PKind::kAnd: return RenderAnd(p, nested);
      case PKind::kOr: return RenderOr(p);
      case PKind::kCompare: return Compare(p.column.index, p.op, p.literals.front());
      case PKind::kColumns: return Columns(p);
      case PKind::kIn: return In(p);
      case PKind::kNull: return Null(p);
      case PKind::kLike: return Like(p);
      case PKind::kUnknown: break;
    }
    return std::nullopt;
  }

 private:
  std::optional<std::string> RenderAnd(const Predicate& p, bool nested) {
    std::vector<std::string> parts;
    for (const Predicate& child : p.children) {
      if (auto text = Render(child, true)) parts.push_back(std::move(*text));
    }
    if (parts.empty()) return std::nullopt;
    std::string text = Join(parts, " AND ");
    return nested && parts.size() > 1 ? "(" + text + ")" : text;
  }

  std::optional<std::string> RenderOr(const Predicate& p) {
    std::vector<std::string> parts;
    for (const Predicate& child : p.children) {
      auto text = Render(child, true);
      if (!text) return std::nullopt;
      parts.push_back(std::move(*text));
    }
    return "(" + Join(parts, " OR ") + ")";
  }

  const columnar::Field& FieldAt(int index) const { return columns_[static_cast<size_t>(index)]; }
  std::string Name(int index) const { return qualifier_ + sql::QuoteIdentifier(*source_.dialect, FieldAt(index).name); }

  std::optional<std::string> Lost(int index, std::string_view why) {
    if (reasons_ != nullptr) {
      std::string text = fmt::format("{}: {}", FieldAt(index).name, why);
      if (std::find(reasons_->begin(), reasons_->end(), text) == reasons_->end()) reasons_->push_back(std::move(text));
    }
    return std::nullopt;
  }

  std::optional<std::string> Compare(int index, Op op, const Literal& literal) {
    const DataType& type = FieldAt(index).type;
    if (EqualsIgnoreCase(FieldAt(index).native_type.substr(0, 4), "year"))
      return Lost(index, "YEAR reads short numbers as years");
    if (type.is_integer() || type.kind == TypeKind::kDecimal || type.kind == TypeKind::kFloat64)
      return Number(index, op, literal);
    if (type.kind == TypeKind::kDate || type.kind == TypeKind::kTimestamp) return Temporal(index, op, literal);
    if (type.kind == TypeKind::kTimestampTz) return Moment(index, op, literal);
    if (type.kind == TypeKind::kString) return Text(index, op, literal);
    if (type.kind == TypeKind::kBool && !source_.facts.loose_types && literal.kind == Literal::Kind::kBool &&
        source_.dialect->Has(sql::Feature::kBooleanType)) {
      return fmt::format("{} {} {}", Name(index), OpText(op), literal.ticks != 0 ? "TRUE" : "FALSE");
    }
    return Lost(index, fmt::format("comparison of {} values may differ between the systems", type.ToString()));
  }

  std::optional<std::string> Number(int index, Op op, Literal literal) {
    const DataType& type = FieldAt(index).type;
    if (literal.kind == Literal::Kind::kString) {
      auto number = ParseNumberText(literal.text);
      const int digits = type.is_integer() ? 0 : type.kind == TypeKind::kDecimal && type.precision > 0 ? type.scale : 15;
      if (!number || number->scale > digits) return Lost(index, "a number is compared with a text");  // which is rounded
      literal = *number;
    }
    if (literal.kind != Literal::Kind::kNumber) return Lost(index, "a number is compared with another type");
    if (!source_.facts.loose_types || type.kind != TypeKind::kDecimal) {
      return fmt::format("{} {} {}", Name(index), OpText(op), NumberText(literal));
    }
    return LooseDecimal(index, op, literal);
  }

  // Stored as binary floats and rounded to the declared scale on their way to the engine: the bound gets one unit of slack.
  std::optional<std::string> LooseDecimal(int index, Op op, Literal literal) {
    if (op == Op::kNeq) return Lost(index, "decimals are stored as floating-point numbers there");
    const int scale = std::max(FieldAt(index).type.precision == 0 ? 9 : FieldAt(index).type.scale, literal.scale);
    if (scale > 15) return Lost(index, "decimals are stored as floating-point numbers there");
    while (literal.scale < scale) {
      literal.digits *= 10;
      ++literal.scale;
    }
    Literal low = literal, high = literal;
    low.digits -= 1;
    high.digits += 1;
    const std::string name = Name(index);
    if (op == Op::kLt || op == Op::kLe) return fmt::format("{} <= {}", name, NumberText(high));
    if (op == Op::kGt || op == Op::kGe) return fmt::format("{} >= {}", name, NumberText(low));
    return fmt::format("{} BETWEEN {} AND {}", name, NumberText(low), NumberText(high));
  }

  std::optional<std::string> Temporal(int index, Op op, const Literal& literal) {
    const bool date = FieldAt(index).type.kind == TypeKind::kDate;
    const auto stamp = AsTimestamp(literal);
    if (!stamp) return Lost(index, "the date it is compared with is not a plain constant");
    if (date && literal.kind == Literal::Kind::kString && !AsDate(literal))
      return Lost(index, "a date is compared with a text of a time");
    if (source_.facts.loose_types) return LooseDate(index, op, *stamp);
    const auto day = AsDate(literal);
    if (date && !day) return Lost(index, "a date is compared with a time of day");
    if (date) return fmt::format("{} {} DATE '{}'", Name(index), OpText(op), DateText(day->ticks));
    return fmt::format("{} {} TIMESTAMP '{}'", Name(index), OpText(op), TimestampText(stamp->ticks));
  }

  // A text that ends in +00 is a moment, whatever the zone of a session.
  std::optional<std::string> Moment(int index, Op op, const Literal& literal) {
    const bool utc = literal.kind == Literal::Kind::kString && literal.text.ends_with("+00");
    const auto named = sql::ParseTypeName(*source_.dialect, "timestamp with time zone");
    const bool zoned = named && named->kind == TypeKind::kTimestampTz;
    auto stamp = utc ? ParseDateText(std::string_view(literal.text).substr(0, literal.text.size() - 3)) : std::nullopt;
    if (!utc && !zoned) stamp = AsTimestamp(literal);  // its sessions are in UTC, as the engine is
    if (!stamp || stamp->kind != Literal::Kind::kTimestamp || source_.facts.loose_types)
      return Lost(index, "comparison of timestamp with time zone values may differ between the systems");
    const std::string text = TimestampText(stamp->ticks);
    if (zoned) return fmt::format("{} {} TIMESTAMP WITH TIME ZONE '{}+00'", Name(index), OpText(op), text);
    return fmt::format("{} {} TIMESTAMP '{}'", Name(index), OpText(op), text);
  }

  // Dates are ISO texts, perhaps with a time behind, which follows a blank or a T: no text is left out that may stand for such a value, and other
  // storage classes are left in.
  std::optional<std::string> LooseDate(int index, Op op, const Literal& stamp) {
    if (op == Op::kNeq) return Lost(index, "dates are stored as texts or numbers there");
    const int64_t day = FloorDay(stamp.ticks);
    const std::string name = Name(index);
    const bool time = FieldAt(index).type.kind == TypeKind::kTimestamp;
    const std::string from =
        time ? From(name, op, stamp.ticks) : fmt::format("{} >= '{}'", name, DateText(op == Op::kGt ? day + 1 : day));
    const std::string until = time ? Until(name, stamp.ticks) : fmt::format("{} < '{}'", name, DateText(day + 1));
    const std::string other = fmt::format("typeof({}) NOT IN ('text', 'null')", name);
    if (op == Op::kEq) return fmt::format("(({} AND {}) OR {})", from, until, other);
    if (op == Op::kLt && stamp.ticks % kMicrosPerDay == 0) return fmt::format("({} < '{}' OR {})", name, DateText(day), other);
    return fmt::format("({} OR {})", op == Op::kGt || op == Op::kGe ? from : until, other);
  }

  // Texts of moments from this one on, or behind it: seconds and midnights need not be written.
  static std::string From(const std::string& name, Op op, int64_t micros) {
    const int64_t day = FloorDay(micros), second = (micros - day * kMicrosPerDay) / 1'000'000;
    if (op != Op::kGt && second == 0) return fmt::format("{} >= '{}'", name, DateText(day));
    std::string text = TimestampText(day * kMicrosPerDay + second * 1'000'000);
    if (op != Op::kGt && second % 60 == 0) text.resize(text.size() - 3);
    return fmt::format("({0} {1} '{2}' AND {0} < '{3}T' OR {0} {1} '{3}T{4}')", name, op == Op::kGt ? ">" : ">=", text,
                       text.substr(0, 10), text.substr(11));
  }

  // Texts of moments up to this one, whatever stands between date and time.
  static std::string Until(const std::string& name, int64_t micros) {
    const int64_t day = FloorDay(micros), next = (micros - day * kMicrosPerDay) / 1'000'000 + 1;
    if (next == 86400) return fmt::format("{} < '{}'", name, DateText(day + 1));
    const std::string text = TimestampText(day * kMicrosPerDay + next * 1'000'000);
    return fmt::format("({0} < '{1}' OR {0} >= '{2}T' AND {0} < '{2}T{3}')", name, text, text.substr(0, 10), text.substr(11));
  }

  // A collation finds at least what bytes find, so that a test that accepts may go to the source; the engine repeats it. Constants
  // that a column's character set might not have would be errors there.
  bool TextAllowed(int index, bool accepting, const std::string& text) {
    if (!IsPlainText(FieldAt(index)) && !source_.facts.loose_types) {
      Lost(index, FieldAt(index).native_type + " has its own equality there");
      return false;
    }
    const bool ascii = std::all_of(text.begin(), text.end(), [](unsigned char c) { return c < 0x80; });
    if (!source_.facts.binary_collation && !(accepting && ascii)) {
      Lost(index, "texts compare by a collation there (perhaps ignoring case), in the engine by bytes");
      return false;
    }
    if (!source_.model_text_binary) {
      Lost(index, "the model's own database compares texts by a collation");
      return false;
    }
    return true;
  }

  std::optional<std::string> Text(int index, Op op, const Literal& literal) {
    if (literal.kind != Literal::Kind::kString || literal.text.find('\0') != std::string::npos) {
      return Lost(index, "a text is compared with another type");
    }
    if (op != Op::kEq && op != Op::kNeq) return Lost(index, "the order of texts depends on the collation");
    if (!TextAllowed(index, op == Op::kEq, literal.text)) return std::nullopt;
    if (FieldAt(index).type.fixed && literal.text.ends_with(' '))
      return Lost(index, "blanks at the end of CHAR do not count there");
    // A looser equality there (COLLATE NOCASE of one column) would make <> stricter.
    if (op == Op::kNeq && source_.facts.loose_types) return Lost(index, "a column's own collation may make <> stricter there");
    return fmt::format("{} {} {}", Name(index), OpText(op), sql::QuoteString(*source_.dialect, literal.text));
  }

  std::optional<std::string> In(const Predicate& p) {
    const int index = p.column.index;
    const DataType& type = FieldAt(index).type;
    if (p.literals.empty()) return "1 = 0";
    if (p.negated) return NotIn(p);
    const bool plain = !source_.facts.loose_types || type.is_integer() || type.kind == TypeKind::kString;
    std::vector<std::string> values, tests;
    for (const Literal& literal : p.literals) {
      auto test = Compare(index, Op::kEq, literal);
      if (!test) return std::nullopt;
      const std::string prefix = Name(index) + " = ";
      if (plain && test->rfind(prefix, 0) == 0) values.push_back(test->substr(prefix.size()));
      tests.push_back(std::move(*test));
    }
    if (values.size() == tests.size()) return fmt::format("{} IN ({})", Name(index), Join(values, ", "));
    return "(" + Join(tests, " OR ") + ")";
  }

  std::optional<std::string> NotIn(const Predicate& p) {
    std::vector<std::string> tests;
    for (const Literal& literal : p.literals) {
      if (auto test = Compare(p.column.index, Op::kNeq, literal)) tests.push_back(std::move(*test));
    }
    if (tests.empty()) return std::nullopt;
    return "(" + Join(tests, " AND ") + ")";
  }

  std::optional<std::string> Null(const Predicate& p) {
    const DataType& type = FieldAt(p.column.index).type;
    if (!p.negated && ((type.is_temporal() && source_.facts.odd_dates) || source_.facts.loose_types)) {
      return Lost(p.column.index, "values that the source does not take for NULL may arrive as NULL");
    }
    return fmt::format("{} IS {}NULL", Name(p.column.index), p.negated ? "NOT " : "");
  }

  std::optional<std::string> Like(const Predicate& p) {
    const int index = p.column.index;
    const DataType& type = FieldAt(index).type;
    if (type.kind != TypeKind::kString) return Lost(index, "LIKE on a column that is no text");
    if (!TextAllowed(index, !p.negated, p.literals.front().text)) return std::nullopt;
    if (type.fixed) return Lost(index, "LIKE may see the padding of CHAR there");
    if (p.negated && source_.dialect->Has(sql::Feature::kLikeIgnoresCase)) return Lost(index, "LIKE ignores case there");
    return fmt::format("{} {}LIKE {}", Name(index), p.negated ? "NOT " : "",
                       sql::QuoteString(*source_.dialect, p.literals.front().text));
  }

  std::optional<std::string> Columns(const Predicate& p) {
    const DataType& a = FieldAt(p.column.index).type;
    const DataType& b = FieldAt(p.other.index).type;
    const bool numbers = a.is_integer() && b.is_integer();
    const bool same = !source_.facts.loose_types && a.kind == b.kind &&
                      (a.kind == TypeKind::kDate || a.kind == TypeKind::kTimestamp || a.kind == TypeKind::kDecimal);
    if (!numbers && !same)
      return Lost(p.column.index, fmt::format("its comparison with {} may differ", FieldAt(p.other.index).name));
    return fmt::format("{} {} {}", Name(p.column.index), OpText(p.op), Name(p.other.index));
  }

  const columnar::Fields& columns_;
  const SourceProfile& source_;
  const std::string& qualifier_;
  std::vector<std::string>* reasons_;
};

}  // namespace

std::optional<std::string> RenderPredicate(const Predicate& predicate, const columnar::Fields& columns,
                                           const SourceProfile& source, const std::string& qualifier,
                                           std::vector<std::string>* reasons) {
  return Renderer(columns, source, qualifier, reasons).Render(predicate, false);
}

}  // namespace dvt::plan
