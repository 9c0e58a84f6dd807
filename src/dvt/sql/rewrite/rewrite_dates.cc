// Dates: parts, steps, formats.
#include "dvt/base/text/text.h"
#include "dvt/sql/rewrite/function_template.h"
#include "dvt/sql/rewrite/rewriter_internal.h"

namespace dvt::sql {

using columnar::TypeKind;

namespace {

struct Code {
  std::string_view from;
  std::string_view to;
};

// DATE_FORMAT of MySQL → strftime of DuckDB, where both print the same.
constexpr Code kMysqlFormats[] = {{"%Y", "%Y"}, {"%y", "%y"},  {"%m", "%m"}, {"%c", "%-m"},      {"%d", "%d"},  {"%e", "%-d"},
                                  {"%H", "%H"}, {"%k", "%-H"}, {"%h", "%I"}, {"%I", "%I"},       {"%l", "%-I"}, {"%i", "%M"},
                                  {"%s", "%S"}, {"%S", "%S"},  {"%f", "%f"}, {"%p", "%p"},       {"%j", "%j"},  {"%M", "%B"},
                                  {"%b", "%b"}, {"%W", "%A"},  {"%a", "%a"}, {"%T", "%H:%M:%S"}, {"%%", "%%"}};
// TO_CHAR of PostgreSQL → strftime, longest first.
constexpr Code kPostgresFormats[] = {{"FMMonth", "%B"}, {"FMDD", "%-d"}, {"FMMM", "%-m"}, {"YYYY", "%Y"}, {"HH24", "%H"},
                                     {"HH12", "%I"},    {"DDD", "%j"},   {"Mon", "%b"},   {"YY", "%y"},   {"MM", "%m"},
                                     {"DD", "%d"},      {"MI", "%M"},    {"SS", "%S"},    {"US", "%f"},   {"MS", "%g"},
                                     {"Dy", "%a"},      {"HH", "%I"}};

std::string Translate(std::string_view format, std::span<const Code> codes, bool percent) {
  std::string out;
  for (size_t i = 0; i < format.size();) {
    const Code* found = nullptr;
    for (const Code& code : codes) {
      if (format.substr(i, code.from.size()) == code.from) {
        found = &code;
        break;
      }
    }
    if (found != nullptr) {
      out += found->to;
      i += found->from.size();
      continue;
    }
    const char c = format[i];
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (c == '%' || c == '"' || c == '\\' || (letter && !percent)) return {};
    out += c;
    ++i;
  }
  return out;
}

}  // namespace

// YEAR(x) and the like as EXTRACT.
Node* Rewriter::DatePart(const Node* node, std::string_view meaning, bool stamp) {
  static constexpr Code kParts[] = {{"year", "YEAR"},       {"month", "MONTH"},       {"day", "DAY"},       {"hour", "HOUR"},
                                    {"minute", "MINUTE"},   {"quarter", "QUARTER"},   {"dayofyear", "DOY"}, {"week_iso", "WEEK"},
                                    {"dow_sunday1", "DOW"}, {"dow_monday0", "ISODOW"}};
  for (const Code& part : kParts) {
    if (meaning != part.from || !to_.Has(Feature::kExtract)) continue;
    const bool common = &part - kParts < 6;
    if (!common && to_.Has(Feature::kDatePartKeywords)) return nullptr;
    if (!stamp) Note(Verdict::kDifferent, node, ToUpper(node->text), "the value is not known to be a date");
    Node* field = Made(NewNode(arena_, Kind::kExtract, {node->Child(kArgsSlot)->Child(0)}, part.to));
    if (meaning == "dow_sunday1")
      return Made(MakeParen(arena_, Made(MakeBinary(arena_, Op::kAdd, field, MakeNumber(arena_, 1)))));
    if (meaning == "dow_monday0")
      return Made(MakeParen(arena_, Made(MakeBinary(arena_, Op::kSub, field, MakeNumber(arena_, 1)))));
    return field;
  }
  return nullptr;
}

// A date plus or minus an interval.
Node* Rewriter::DateStep(const Node* args, Op sign) {
  const TypeKind first = TypeOf(args->Child(0)).kind;
  Node* step = args->Child(1);
  if ((first != TypeKind::kDate && first != TypeKind::kTimestamp) || !step->Is(Kind::kInterval)) return nullptr;
  Node* sum = Made(MakeParen(arena_, Made(MakeBinary(arena_, sign, args->Child(0), step))));
  const bool whole_days =
      step->text == "DAY" || step->text == "WEEK" || step->text == "MONTH" || step->text == "QUARTER" || step->text == "YEAR";
  return first == TypeKind::kDate && whole_days ? Made(MakeCast(arena_, sum, MakeTypeName(arena_, "DATE"))) : sum;
}

// The days between two dates as their difference.
Node* Rewriter::DaysBetween(const Node* args) {
  const auto date = [&](const Node* value) {
    const TypeKind kind = TypeOf(value).kind;
    return kind == TypeKind::kDate || kind == TypeKind::kTimestamp || Unparen(value)->Is(Kind::kString);
  };
  if (!date(args->Child(0)) || !date(args->Child(1))) return nullptr;
  Node* left = Made(MakeCast(arena_, args->Child(0), MakeTypeName(arena_, "DATE")));
  Node* right = Made(MakeCast(arena_, args->Child(1), MakeTypeName(arena_, "DATE")));
  return Made(MakeParen(arena_, Made(MakeBinary(arena_, Op::kSub, left, right))));
}

// DATE_PART('year', x), or with a bare `word`, as EXTRACT.
Node* Rewriter::DatePartByName(const Node* args, bool word) {
  const Node* field = Unparen(args->Child(0));
  if ((!word && !field->Is(Kind::kString)) || (!to_.Has(Feature::kExtract) && FindConcept(to_, "date_part_tsql") == nullptr))
    return nullptr;
  std::string name = word ? UnitWord(field) : ToUpper(field->text);
  if (name.size() > 2 && name.back() == 'S') name.pop_back();
  return Extract(NewNode(arena_, Kind::kExtract, {args->Child(1)}, arena_.Copy(name)));
}

Node* Rewriter::Dates(Node* node, std::string_view meaning) {
  Node* args = node->Child(kArgsSlot);
  auto argument = [&](uint32_t i) { return args->Child(i); };
  const TypeKind first = args->count > 0 ? TypeOf(argument(0)).kind : TypeKind::kNull;
  const bool stamp = first == TypeKind::kDate || first == TypeKind::kTimestamp;
  if (Node* part = DatePart(node, meaning, stamp)) return part;
  if (meaning == "date_part_unit")
    return Extract(NewNode(arena_, Kind::kExtract, {argument(1)}, arena_.Copy(UnitWord(argument(0)))));
  if ((meaning == "date_add" || meaning == "date_sub") && to_.Has(Feature::kIntervalType))
    return DateStep(args, meaning == "date_add" ? Op::kAdd : Op::kSub);
  if (meaning == "datediff_days" && to_.Has(Feature::kDoubleColonCast)) return DaysBetween(args);
  if (meaning == "to_date_of_timestamp" && !to_.Has(Feature::kDynamicTyping)) {
    if (!stamp) Note(Verdict::kDifferent, node, "DATE()", "what is no date gives NULL in MySQL and an error elsewhere");
    return Made(MakeCast(arena_, argument(0), MakeTypeName(arena_, "DATE")));
  }
  if (meaning == "date_part" || meaning == "date_part_int" || meaning == "date_part_tsql")
    return DatePartByName(args, meaning == "date_part_tsql");
  if (meaning == "now_local" && FindConcept(to_, "localtimestamp") != nullptr) {
    SetChild(arena_, node, kArgsSlot, NewNode(arena_, Kind::kList));
    return Rename(node, "localtimestamp");
  }
  if ((meaning == "date_format_mysql" || meaning == "to_char") && to_.Has(Feature::kStructBraces)) {
    const Node* format = Unparen(argument(1));
    const bool mysql = meaning == "date_format_mysql";
    if (!stamp || !format->Is(Kind::kString)) return nullptr;
    const std::string codes =
        Translate(format->text, mysql ? std::span<const Code>(kMysqlFormats) : std::span<const Code>(kPostgresFormats), mysql);
    if (codes.empty()) return nullptr;
    return Made(MakeFunction(arena_, "STRFTIME", {argument(0), Made(MakeString(arena_, codes))}));
  }
  return nullptr;
}

}  // namespace dvt::sql
