// CONVERT(type, value, style), and texts cut at dots.
#include <algorithm>

#include "dvt/base/text/text.h"
#include "dvt/sql/rewrite/function_template.h"
#include "dvt/sql/rewrite/rewriter_internal.h"

namespace dvt::sql {

namespace {

struct Style {
  std::string_view number;
  std::string_view format;  ///< strftime's
};

constexpr Style kStyles[] = {{"0", "%b %-d %Y %-I:%M%p"},
                             {"100", "%b %-d %Y %-I:%M%p"},
                             {"1", "%m/%d/%y"},
                             {"101", "%m/%d/%Y"},
                             {"2", "%y.%m.%d"},
                             {"102", "%Y.%m.%d"},
                             {"3", "%d/%m/%y"},
                             {"103", "%d/%m/%Y"},
                             {"4", "%d.%m.%y"},
                             {"104", "%d.%m.%Y"},
                             {"5", "%d-%m-%y"},
                             {"105", "%d-%m-%Y"},
                             {"6", "%d %b %y"},
                             {"106", "%d %b %Y"},
                             {"7", "%b %d, %y"},
                             {"107", "%b %d, %Y"},
                             {"8", "%H:%M:%S"},
                             {"108", "%H:%M:%S"},
                             {"9", "%b %-d %Y %-I:%M:%S:%f%p"},
                             {"109", "%b %-d %Y %-I:%M:%S:%f%p"},
                             {"10", "%m-%d-%y"},
                             {"110", "%m-%d-%Y"},
                             {"11", "%y/%m/%d"},
                             {"111", "%Y/%m/%d"},
                             {"12", "%y%m%d"},
                             {"112", "%Y%m%d"},
                             {"13", "%d %b %Y %H:%M:%S:%f"},
                             {"113", "%d %b %Y %H:%M:%S:%f"},
                             {"14", "%H:%M:%S:%f"},
                             {"114", "%H:%M:%S:%f"},
                             {"20", "%Y-%m-%d %H:%M:%S"},
                             {"120", "%Y-%m-%d %H:%M:%S"},
                             {"21", "%Y-%m-%d %H:%M:%S.%f"},
                             {"25", "%Y-%m-%d %H:%M:%S.%f"},
                             {"121", "%Y-%m-%d %H:%M:%S.%f"},
                             {"126", "%Y-%m-%dT%H:%M:%S.%f"},
                             {"127", "%Y-%m-%dT%H:%M:%S.%fZ"}};

std::string_view FormatOf(const Node* style) {
  if (style == nullptr || !style->Is(Kind::kNumber)) return {};
  for (const Style& each : kStyles) {
    if (each.number == style->text) return each.format;
  }
  return {};
}

}  // namespace

// A cast where the target has no CONVERT of a type; a style becomes a format.
Node* Rewriter::Conversion(Node* node) {
  const Node* args = node->Child(kArgsSlot);
  Node* type = args->Child(0);
  Node* value = args->Child(1);
  const TypeSpec* spec = FindType(from_, type->text);
  const bool text = spec != nullptr && spec->kind == columnar::TypeKind::kString;
  if (text && type->count == 0 && spec->parameters > 0) Append(arena_, type, MakeNumber(arena_, 30));
  const std::string_view format = FormatOf(args->Child(2));
  const bool moment =
      spec != nullptr && (spec->kind == columnar::TypeKind::kTimestamp || spec->kind == columnar::TypeKind::kDate);
  if (args->Child(2) != nullptr && format.empty() && (text || moment))
    Note(Verdict::kDifferent, node, "CONVERT", "the style has no format in " + std::string(to_.name));
  if (!format.empty() && moment) {
    const bool date = spec->kind == columnar::TypeKind::kDate;
    return Visit(MakeFunction(arena_, date ? "STR_TO_DATE" : "STR_TO_TIME", {value, MakeString(arena_, format)}));
  }
  if (!format.empty() && text) {
    Note(Verdict::kDifferent, node, "CONVERT", "values other than dates and times are not formatted by the style");
    value = Visit(MakeFunction(arena_, "TIME_TO_STR", {value, MakeString(arena_, format)}));
  }
  Node* cast = NewNode(arena_, Kind::kCast, {value, type});
  cast->begin = node->begin;
  cast->Set(kTry, node->text.substr(0, 3) == "TRY");
  return Visit(cast);
}

// The n-th part from the left of a text between dots is the (count + 1 - n)-th from the right: known for literals.
Node* Rewriter::DottedPart(Node* node, bool from_right) {
  const Node* args = node->Child(kArgsSlot);
  const Node* value = Unparen(args->Child(0));
  const Node* place = Unparen(args->Child(args->count - 1));
  int64_t n = 0;
  const bool dots = from_right || Unparen(args->Child(1))->text == ".";
  if (!value->Is(Kind::kString) || !IsNumber(place, &n) || !dots) {
    Note(Verdict::kUnsupported, node, "function " + ToUpper(node->text), "parts are counted from the other end");
    return node;
  }
  const int64_t parts = 1 + std::count(value->text.begin(), value->text.end(), '.');
  Node* other = MakeNumber(arena_, parts + 1 - n);
  Node* first = args->children[0];
  if (from_right) return Visit(MakeFunction(arena_, "SPLIT_PART", {first, MakeString(arena_, "."), other}));
  return Made(MakeFunction(arena_, "PARSENAME", {first, other}));
}

}  // namespace dvt::sql
