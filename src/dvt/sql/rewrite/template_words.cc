// Words of templates that compute from their arguments.
#include <algorithm>
#include <charconv>

#include "dvt/base/text/text.h"
#include "dvt/sql/rewrite/function_template.h"
#include "dvt/sql/rewrite/json_path.h"
#include "dvt/sql/rewrite/rewriter_internal.h"

namespace dvt::sql {

namespace {

class Words {
 public:
  Words(Arena& arena, std::span<Node* const> args, std::vector<Node*>& made) : arena_(arena), args_(args), made_(made) {}

  // a IS NULL OR b IS NULL …
  Node* AnyNull() {
    Node* all = nullptr;
    for (Node* arg : args_) {
      Node* is = Made(NewNode(arena_, Kind::kIs, {arg, Made(NewNode(arena_, Kind::kNull))}));
      all = all == nullptr ? is : Made(MakeBinary(arena_, Op::kOr, all, is));
    }
    return all;
  }

  // a || b || c
  Node* Concatenated() {
    Node* all = nullptr;
    for (Node* arg : args_) all = all == nullptr ? arg : Made(MakeBinary(arena_, Op::kConcat, all, arg));
    return all;
  }

  // 2, 5 → 4, how many numbers these are; 0 if there are none.
  Node* Span() {
    int64_t first = 0, last = 0;
    if (!Whole(args_[0], first) || !Whole(args_[1], last)) return args_[1];
    return Made(MakeNumber(arena_, std::max<int64_t>(last - first + 1, 0)));
  }

  // 1, 5 → SEQUENCE(1, 4); ARRAY() if there are no numbers between.
  Node* NumbersBefore() {
    int64_t first = 0, end = 0;
    const bool some = Whole(args_[0], first) && Whole(args_[1], end) && first < end;
    if (!some) return Made(MakeFunction(arena_, "ARRAY", {}));
    return Made(MakeFunction(arena_, "SEQUENCE", {args_[0], Made(MakeNumber(arena_, end - 1))}));
  }

  // '2' → 2
  Node* PlainNumber() {
    int64_t value = 0;
    const Node* text = args_[0];
    if (!text->Is(Kind::kString, Op::kPlain) || text->text.empty() || text->text.size() > 9) return args_[0];
    for (const char c : text->text) {
      if (c < '0' || c > '9') return args_[0];
      value = value * 10 + (c - '0');
    }
    return Made(MakeNumber(arena_, value));
  }

  // A number plus a number, else a sum.
  Node* Add() {
    int64_t left = 0, right = 0;
    if (Whole(args_[0], left) && Whole(args_[1], right)) {
      Node* sum = Made(MakeNumber(arena_, left + right));
      if (sum->count > 0) Made(sum->Child(0));
      return sum;
    }
    if (Whole(args_[1], right) && right < 0) {
      return Made(MakeBinary(arena_, Op::kSub, args_[0], Made(MakeNumber(arena_, -right))));
    }
    return Made(MakeBinary(arena_, Op::kAdd, args_[0], args_[1]));
  }

  // Literals become one, everything else is concatenated.
  Node* Joined() {
    std::string text;
    for (const Node* arg : args_) {
      if (!arg->Is(Kind::kString, Op::kPlain) && !arg->Is(Kind::kNumber)) return Concatenated();
      text += arg->text;
    }
    return Made(MakeString(arena_, text));
  }

  // RANDOM(5) → 5; anything else is the seed itself.
  Node* Seed() {
    Node* arg = args_[0];
    const Node* inner = arg->Is(Kind::kFunction) ? arg->Child(kArgsSlot) : nullptr;
    return inner != nullptr && inner->count > 0 ? inner->Child(0) : arg;
  }

  Node* WholeNumber() {
    int64_t value = 0;
    if (Whole(args_[0], value)) return args_[0];
    return Made(MakeCast(arena_, args_[0], Made(MakeTypeName(arena_, "INT"))));
  }

  // 'a.b[0]:c' → '$.a.b[0].c'
  Node* JsonPath() {
    if (!args_[0]->Is(Kind::kString, Op::kPlain)) return args_[0];
    std::string path = ReplaceAll(std::string(args_[0]->text), ":", ".");
    if (!path.starts_with('$')) path = (path.starts_with('[') ? "$" : "$.") + path;
    return Made(MakeString(arena_, path));
  }

  // a -> '$.b'
  Node* JsonArrow() { return Made(MakeBinary(arena_, Op::kJsonGet, args_[0], args_[1])); }

  // '$.a.b[0]' → 'a.b[0]'; every element, [*], is what the path before it gives.
  Node* PlainPath() {
    if (!args_[0]->Is(Kind::kString, Op::kPlain)) return args_[0];
    std::string path = ReplaceAll(ReplaceAll(std::string(args_[0]->text), ":", "."), "[*]", "");
    if (path.starts_with("$.")) path = path.substr(2);
    if (path.starts_with('$')) path = path.substr(1);
    return Made(MakeString(arena_, path));
  }

  // 'CC' → 204
  Node* HexValue() { return Digits(16); }

  // CONCAT whose parts count as empty where they are NULL.
  Node* ConcatEmpty() {
    std::vector<Node*> parts;
    for (Node* part : args_) {
      const bool text = part->Is(Kind::kString) || (part->Is(Kind::kFunction) && EqualsIgnoreCase(part->text, "COALESCE"));
      parts.push_back(text ? part : Made(MakeFunction(arena_, "COALESCE", {part, Made(MakeString(arena_, ""))})));
    }
    return Made(MakeFunction(arena_, "CONCAT", parts));
  }

  // a + b + c
  Node* Plus() {
    Node* sum = args_[0];
    for (size_t i = 1; i < args_.size(); ++i) sum = Made(MakeBinary(arena_, Op::kAdd, sum, args_[i]));
    return sum;
  }

  // A column's name as a string.
  Node* Field() {
    if (!args_[0]->Is(Kind::kColumn)) return args_[0];
    return Made(MakeString(arena_, ToUpper(args_[0]->Child(args_[0]->count - 1)->text)));
  }

  // '$["a b"].c' → '$."a b".c' or '$[\'a b\'].c'
  Node* DottedPath() { return SpelledPath(JsonKeys::kDotted); }
  Node* BracketPath() { return SpelledPath(JsonKeys::kApostrophes); }

  // A pattern with the flags of another dialect in front: the last of c and i counts.
  Node* FlaggedPattern() {
    std::string flags;
    for (const char c : args_[1]->text) {
      if (c == 'c' || c == 'i') std::erase(flags, 'i');
      if (c == 'i' || ((c == 'm' || c == 's') && flags.find(c) == std::string::npos)) flags += c;
    }
    if (flags.empty()) return args_[0];
    return Made(MakeFunction(arena_, "CONCAT", {Made(MakeString(arena_, "(?" + flags + ")")), args_[0]}));
  }

  // 0.25 → 4, and 1 of them
  Node* PartsOf() { return Made(MakeNumber(arena_, PortionOf(args_[0])->second)); }
  Node* PlaceOf() { return Made(MakeNumber(arena_, PortionOf(args_[0])->first)); }

  // CAST(x AS t) → x
  Node* Uncast() { return args_[0]->Is(Kind::kCast) ? args_[0]->children[0] : args_[0]; }

  // f(x) → x
  Node* Inner() {
    const Node* inner = args_[0]->Is(Kind::kFunction) ? args_[0]->Child(kArgsSlot) : nullptr;
    return inner != nullptr && inner->count > 0 ? inner->Child(0) : args_[0];
  }

  // 4 → [0, 0.25, 0.5, 0.75, 1]
  Node* Fractions() {
    int64_t parts = 0;
    if (!Whole(args_[0], parts) || parts < 1 || parts > 1000) return args_[0];
    Node* list = Made(NewNode(arena_, Kind::kArray));
    for (int64_t i = 0; i <= parts; ++i) {
      char text[32];
      const auto end = std::to_chars(text, text + sizeof(text), static_cast<double>(i) / static_cast<double>(parts));
      Append(arena_, list, Made(NewNode(arena_, Kind::kNumber, {}, arena_.Copy(std::string_view(text, end.ptr)))));
    }
    return list;
  }

  // WEEK(SUNDAY) → '1', the days between its start and the next Monday; WEEK_BACK the same days back.
  Node* WeekStart() { return DayCount(WeekShift()); }
  Node* WeekBack() { return DayCount(-WeekShift()); }
  // The last day of such a week, counted from Sunday, plus seven.
  Node* WeekEnd() { return Made(MakeNumber(arena_, 7 + (WeekShift() == 1 ? 6 : -WeekShift()))); }

  // 'text' AS TIMESTAMPTZ; everything else stays.
  Node* MomentWithZone() {
    if (!args_[0]->Is(Kind::kString, Op::kPlain)) return args_[0];
    return Made(MakeCast(arena_, args_[0], Made(MakeTypeName(arena_, "TIMESTAMPTZ"))));
  }

  // x, a, b, …, else as CASE WHEN x = a THEN b … ELSE … END, where NULL equals NULL.
  Node* Decoded() {
    Node* choice = Made(NewNode(arena_, Kind::kCase, {nullptr, nullptr}));
    const size_t pairs = (args_.size() - 1) / 2;
    if (args_.size() % 2 == 0) choice->children[1] = args_.back();
    for (size_t i = 0; i < pairs; ++i) {
      Node* key = args_[1 + 2 * i];
      const auto value = [&] { return Clone(arena_, args_[0]); };
      const auto null = [&](Node* of) { return Made(NewNode(arena_, Kind::kIs, {of, Made(NewNode(arena_, Kind::kNull))})); };
      Node* test = nullptr;
      if (key->Is(Kind::kNull)) {
        test = null(value());
      } else {
        test = Made(MakeBinary(arena_, Op::kEq, value(), key));
        if (!key->Is(Kind::kString) && !key->Is(Kind::kNumber)) {
          Node* both = Made(MakeBinary(arena_, Op::kAnd, null(value()), null(Clone(arena_, key))));
          test = Made(MakeBinary(arena_, Op::kOr, test, Made(MakeParen(arena_, both))));
        }
      }
      Append(arena_, choice, Made(NewNode(arena_, Kind::kWhen, {test, args_[2 + 2 * i]})));
    }
    return choice;
  }

  // Arrays and single values as one list of texts.
  Node* TextList() {
    std::vector<Node*> parts;
    for (Node* arg : args_) {
      if (IsArray(arg)) {
        parts.push_back(arg->Is(Kind::kCast) ? arg : TextCast(arg, true));
      } else {
        parts.push_back(Made(NewNode(arena_, Kind::kArray, {TextCast(arg, false)})));
      }
    }
    if (parts.size() == 1) return parts[0];
    return Made(MakeFunction(arena_, "LIST_CONCAT", parts));
  }

  // … where NULL is no list, but an empty one.
  Node* TextArrays() {
    std::vector<Node*> parts;
    for (Node* arg : args_) {
      if (IsArray(arg)) {
        Node* list = arg->Is(Kind::kCast) ? arg : TextCast(arg, true, "VARCHAR");
        parts.push_back(Made(MakeFunction(arena_, "COALESCE", {list, Made(NewNode(arena_, Kind::kArray))})));
      } else {
        parts.push_back(Made(NewNode(arena_, Kind::kArray, {TextCast(arg, false, "VARCHAR")})));
      }
    }
    return parts.size() == 1 ? parts[0] : Made(MakeFunction(arena_, "CONCAT", parts));
  }

  // a, 1, b, 2 → [a, b] and [1, 2]
  Node* Keys() { return EverySecond(0); }
  Node* Values() { return EverySecond(1); }

  // f, a, b, c as f(a, f(b, c)), where an array that is missing counts as an empty one; one alone is joined to an empty one.
  Node* ChainedArrays() {
    const std::string_view name = args_[0]->text;
    bool literal = true;
    for (size_t i = 1; i < args_.size(); ++i) literal = literal && args_[i]->Is(Kind::kArray);
    if (args_.size() == 2) return Made(MakeFunction(arena_, name, {args_[1], Made(NewNode(arena_, Kind::kArray))}));
    Node* all = nullptr;
    for (size_t i = args_.size() - 1; i > 0; --i) {
      Node* each = args_[i];
      if (!literal) each = Made(MakeFunction(arena_, "COALESCE", {each, Made(NewNode(arena_, Kind::kArray))}));
      all = all == nullptr ? each : Made(MakeFunction(arena_, name, {each, all}));
    }
    return all;
  }

  // f, 'a': 1, 'b': 2 as f('a', 1, 'b', 2); and so f, ['a', 'b'], [1, 2].
  Node* CallOfPairs() {
    std::vector<Node*> flat;
    const Node *keys = args_.size() == 3 ? ListOf(args_[1]) : nullptr, *values = keys == nullptr ? nullptr : ListOf(args_[2]);
    if (values != nullptr && keys->count == values->count) {
      for (uint32_t i = 0; i < keys->count; ++i) flat.insert(flat.end(), {keys->children[i], values->children[i]});
    } else {
      for (size_t i = 1; i < args_.size(); ++i) {
        if (args_[i]->Is(Kind::kNamedArg))
          flat.insert(flat.end(), {args_[i]->children[0], args_[i]->children[1]});
        else
          flat.push_back(args_[i]);
      }
    }
    return Made(MakeFunction(arena_, args_[0]->text, flat));
  }

  // 'WEEK', 1, 2, hours => 3 as INTERVAL '1 year, 2 month, 3 hour': what follows months are weeks or, with 'DAY', days. Of literals only.
  Node* IntervalOf() { return WrittenInterval(args_.subspan(1), args_[0]->text != "DAY", ", "); }

  // PARSE_JSON(x), unless x is a JSON value by its looks.
  Node* Parsed() {
    const Node* value = Unparen(args_[0]);
    const bool json = value->Is(Kind::kFunction) &&
                      (ToUpper(value->text).find("JSON") != std::string::npos || EqualsIgnoreCase(value->text, "GET_PATH"));
    if (json || value->Is(Kind::kBinary, Op::kJsonGet)) return args_[0];
    if (value->Is(Kind::kCast) && value->Child(0)->Is(Kind::kString) && EqualsIgnoreCase(value->Child(1)->text, "JSON"))
      return Made(MakeFunction(arena_, "PARSE_JSON", {value->Child(0)}));
    return Made(MakeFunction(arena_, "PARSE_JSON", {args_[0]}));
  }

  // 'ie' → 'i': options without the one that asks for a group; nullptr where none is left.
  Node* RestOfOptions() {
    if (!args_[0]->Is(Kind::kString, Op::kPlain)) return args_[0];
    const std::string rest = ReplaceAll(std::string(args_[0]->text), "e", "");
    return rest.empty() ? nullptr : Made(MakeString(arena_, rest));
  }

  // v, CAST(m AS MAP(k, t)) → CAST(v AS t); v where the map's type is not written.
  Node* MapValue() {
    const Node* map = args_[1]->Is(Kind::kCast) ? args_[1]->Child(1) : nullptr;
    if (map == nullptr || map->op != Op::kMapType || map->count != 2) return args_[0];
    const bool typed = args_[0]->Is(Kind::kCast) && Equal(args_[0]->Child(1), map->Child(1));
    return typed ? args_[0] : Made(MakeCast(arena_, args_[0], Clone(arena_, map->Child(1))));
  }

  // 'a', 1, 'b', 2 → {'a': 1, 'b': 2}; the call of the source where a name is no text.
  Node* Fields() {
    Node* fields = Made(NewNode(arena_, Kind::kStruct));
    for (size_t i = 0; i + 1 < args_.size(); i += 2) {
      if (!args_[i]->Is(Kind::kString)) return Made(MakeFunction(arena_, "OBJECT_CONSTRUCT", args_));
      Append(arena_, fields, Made(NewNode(arena_, Kind::kAlias, {args_[i + 1], MakeIdentifier(arena_, args_[i]->text)})));
    }
    return fields;
  }

  // 1, hours => 2 → INTERVAL '1 year 2 hour'; the call itself where a number is not written.
  Node* IntervalText() { return WrittenInterval(args_, true, " "); }

  // 'a', 1 → a := 1
  Node* Named() {
    Node* name = MakeIdentifier(arena_, args_[0]->text, false);
    name->Set(kQuoted, QuoteIdentifierIfNeeded(Duckdb(), name->text) != name->text);
    return Made(NewNode(arena_, Kind::kNamedArg, {name, args_[1]}, {}, Op::kAssignArg));
  }

  // The characters of the first text where it differs from the second.
  Node* Changed() {
    const std::string_view ours = args_[0]->text, other = args_[1]->text;
    std::string text;
    for (size_t i = 0; i < ours.size() && i < other.size(); ++i) {
      if (ours[i] != other[i]) text += ours[i];
    }
    return Made(MakeString(arena_, text));
  }

 private:
  Node* Made(Node* node) {
    made_.push_back(node);
    return node;
  }

  // Literals with the names of their parts, or with the parts of their places; else the call.
  Node* WrittenInterval(std::span<Node* const> parts, bool weeks, std::string_view separator) {
    static constexpr std::string_view kUnits[] = {"year", "month", "week", "day", "hour", "minute", "second"};
    std::string text;
    for (size_t i = 0; i < parts.size(); ++i) {
      const bool named = parts[i]->Is(Kind::kNamedArg);
      const Node* value = Unparen(named ? parts[i]->Child(1) : parts[i]);
      const bool negative = value->Is(Kind::kUnary, Op::kNeg);
      if (negative) value = value->Child(0);
      const size_t place = i + (i > 1 && !weeks ? 1 : 0);
      std::string_view unit = named || place > 6 ? std::string_view() : kUnits[place];
      for (const std::string_view each : kUnits) {
        if (named && EqualsIgnoreCase(parts[i]->Child(0)->text.substr(0, 3), each.substr(0, 3))) unit = each;
      }
      if (unit.empty() || !(value->Is(Kind::kNumber) || value->Is(Kind::kString, Op::kPlain)))
        return Made(MakeFunction(arena_, "MAKE_INTERVAL", parts));
      text += text.empty() ? "" : separator;
      text += (negative ? "-" : "") + std::string(value->text) + " " + std::string(unit);
    }
    return Made(NewNode(arena_, Kind::kInterval, {Made(MakeString(arena_, text))}));
  }

  Node* SpelledPath(JsonKeys keys) {
    std::vector<JsonStep> steps;
    bool several = false;
    if (!args_[0]->Is(Kind::kString) || !ReadJsonPath(args_[0]->text, steps, several) || several) return args_[0];
    return Made(MakeString(arena_, WriteJsonPath(steps, keys, true)));
  }

  static bool Whole(const Node* node, int64_t& value) {
    const bool negative = node->Is(Kind::kUnary, Op::kNeg);
    if (!IsNumber(negative ? node->Child(0) : node, &value)) return false;
    if (negative) value = -value;
    return true;
  }

  // The elements of [a, b], ARRAY[a, b] and ARRAY(a, b).
  static const Node* ListOf(const Node* value) {
    if (value->Is(Kind::kArray)) return value;
    return value->Is(Kind::kFunction) && EqualsIgnoreCase(value->text, "ARRAY") ? value->Child(kArgsSlot) : nullptr;
  }

  // How many days after Monday's week such a week begins: Sunday's a day before the next.
  int64_t WeekShift() const {
    static constexpr std::string_view kDays[] = {"MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY"};
    const std::string day = WeekDay(args_[0]);
    for (int64_t i = 0; i < 6; ++i) {
      if (day == kDays[i]) return -i;
    }
    return 1;
  }
  Node* DayCount(int64_t days) { return Made(MakeString(arena_, std::to_string(days))); }

  Node* Digits(int base) {
    uint64_t value = 0;
    const std::string_view text = args_[0]->text;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), value, base);
    if (read.ec != std::errc() || read.ptr != text.data() + text.size()) return args_[0];
    return Made(NewNode(arena_, Kind::kNumber, {}, arena_.Copy(std::to_string(value))));
  }

  Node* EverySecond(size_t from) {
    Node* list = Made(NewNode(arena_, Kind::kArray));
    for (size_t i = from; i < args_.size(); i += 2) Append(arena_, list, args_[i]);
    return list;
  }

  Node* TextCast(Node* value, bool list, std::string_view name = "TEXT") {
    Node* type = Made(MakeTypeName(arena_, name));
    if (list) type = Made(NewNode(arena_, Kind::kTypeName, {type}, {}, Op::kArrayType));
    return Made(MakeCast(arena_, value, type));
  }

  Arena& arena_;
  std::span<Node* const> args_;
  std::vector<Node*>& made_;
};

constexpr struct {
  std::string_view name;
  size_t least;
  Node* (Words::*apply)();
} kWords[] = {{"ANY_NULL", 1, &Words::AnyNull},
              {"ADD", 2, &Words::Add},
              {"SPAN", 2, &Words::Span},
              {"NUMBERS_BEFORE", 2, &Words::NumbersBefore},
              {"PLAIN_NUMBER", 1, &Words::PlainNumber},
              {"JOINED", 1, &Words::Joined},
              {"FIELD", 1, &Words::Field},
              {"SEED", 1, &Words::Seed},
              {"WHOLE", 1, &Words::WholeNumber},
              {"CHANGED", 2, &Words::Changed},
              {"CONCATENATED", 1, &Words::Concatenated},
              {"REST_OF_OPTIONS", 1, &Words::RestOfOptions},
              {"MAP_VALUE", 2, &Words::MapValue},
              {"FIELDS", 2, &Words::Fields},
              {"NAMED", 2, &Words::Named},
              {"INTERVAL_TEXT", 1, &Words::IntervalText},
              {"HEX_VALUE", 1, &Words::HexValue},
              {"CONCAT_EMPTY", 1, &Words::ConcatEmpty},
              {"PLUS", 1, &Words::Plus},
              {"ARGUMENT_OF", 1, &Words::Inner},
              {"FRACTIONS", 1, &Words::Fractions},
              {"WEEK_START", 1, &Words::WeekStart},
              {"WEEK_BACK", 1, &Words::WeekBack},
              {"WEEK_END", 1, &Words::WeekEnd},
              {"MOMENT_TZ", 1, &Words::MomentWithZone},
              {"DECODED", 3, &Words::Decoded},
              {"TEXT_LIST", 1, &Words::TextList},
              {"TEXT_ARRAYS", 1, &Words::TextArrays},
              {"KEYS_OF", 0, &Words::Keys},
              {"VALUES_OF", 0, &Words::Values},
              {"JSON_PATH_OF", 1, &Words::JsonPath},
              {"JSON_ARROW", 2, &Words::JsonArrow},
              {"PLAIN_PATH_OF", 1, &Words::PlainPath},
              {"CHAINED_ARRAYS", 2, &Words::ChainedArrays},
              {"CALL_OF_PAIRS", 1, &Words::CallOfPairs},
              {"INTERVAL_OF", 1, &Words::IntervalOf},
              {"PARSED", 1, &Words::Parsed},
              {"DOTTED_PATH", 1, &Words::DottedPath},
              {"FLAGGED_PATTERN", 2, &Words::FlaggedPattern},
              {"PARTS_OF", 1, &Words::PartsOf},
              {"PLACE_OF", 1, &Words::PlaceOf},
              {"UNCAST", 1, &Words::Uncast},
              {"BRACKET_PATH", 1, &Words::BracketPath}};

}  // namespace

bool IsTemplateWord(std::string_view word) {
  for (const auto& each : kWords) {
    if (each.name == word) return true;
  }
  return false;
}

Node* ApplyWord(Arena& arena, std::string_view word, std::span<Node* const> args, std::vector<Node*>& made) {
  for (const auto& each : kWords) {
    if (each.name != word || args.size() < each.least) continue;
    Words words(arena, args, made);
    return (words.*each.apply)();
  }
  return nullptr;
}

}  // namespace dvt::sql
