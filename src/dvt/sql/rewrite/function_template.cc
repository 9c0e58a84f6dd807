#include "dvt/sql/rewrite/function_template.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <map>
#include <memory>
#include <mutex>

#include "dvt/base/text/text.h"
#include "dvt/sql/dialects/time_formats.h"
#include "dvt/sql/parse/parser.h"
#include "dvt/sql/rewrite/rewriter_internal.h"

namespace dvt::sql {

namespace {

// "ARG3" → 3; 0 for anything else.
size_t Placeholder(std::string_view text) {
  if (text.size() != 4 || text.substr(0, 3) != "ARG" || text[3] < '1' || text[3] > '9') return 0;
  return static_cast<size_t>(text[3] - '0');
}

size_t Placeholder(const Node* node) {
  return node->Is(Kind::kColumn) && node->count == 1 ? Placeholder(node->Child(0)->text) : 0;
}

bool IsRest(const Node* node) { return node->Is(Kind::kColumn) && node->count == 1 && node->Child(0)->text == "ARGS"; }

// The words that a template calls like functions.
enum class Word {
  kNone,
  kUnit,
  kFormat,
  kParseFormat,
  kIntervalValue,
  kIntervalUnit,
  kMoment,
  kStamp,
  kTimed,
  kRaw,
  kTimes,
  kInteger,
  kDayNumber,
  kDateText,
  kKeyPath,
  kPointer,
  kCasted
};

Word WordOf(const Node* node) {
  static constexpr std::pair<std::string_view, Word> kWords[] = {{"UNIT", Word::kUnit},
                                                                 {"FORMAT", Word::kFormat},
                                                                 {"PARSE_FORMAT", Word::kParseFormat},
                                                                 {"INTERVAL_VALUE", Word::kIntervalValue},
                                                                 {"INTERVAL_UNIT", Word::kIntervalUnit},
                                                                 {"MOMENT", Word::kMoment},
                                                                 {"STAMP", Word::kStamp},
                                                                 {"TIMED", Word::kTimed},
                                                                 {"RAW", Word::kRaw},
                                                                 {"TIMES", Word::kTimes},
                                                                 {"INTEGER", Word::kInteger},
                                                                 {"DAY_NUMBER", Word::kDayNumber},
                                                                 {"DATE_TEXT", Word::kDateText},
                                                                 {"KEY_PATH", Word::kKeyPath},
                                                                 {"POINTER", Word::kPointer},
                                                                 {"CASTED", Word::kCasted}};
  if (!node->Is(Kind::kFunction)) return Word::kNone;
  const Node* args = node->Child(kArgsSlot);
  if (args == nullptr || args->count == 0 || (Placeholder(args->Child(0)) == 0 && !args->Child(0)->Is(Kind::kString)))
    return Word::kNone;
  const bool call = args->count > 1 && args->Child(1)->Is(Kind::kFunction);  // FORMAT(ARG1, FORMAT(ARG2)): a call of that name
  for (const auto& [name, word] : kWords) {
    if (node->text == name && !call) return word;
  }
  return Word::kNone;
}

bool IsDate(std::string_view text) {
  if (text.size() < 8 || text.size() > 10) return false;
  return std::all_of(text.begin(), text.end(), [](char c) { return (c >= '0' && c <= '9') || c == '-' || c == '/'; });
}

// One filling of one template.
class Filling {
 public:
  Filling(Arena& arena, const Node* shape, std::span<Node* const> args, std::vector<Node*>& made, const FormatSide& formats)
      : arena_(arena), args_(args), made_(made), formats_(formats), used_(args.size()) {
    Visit(shape, [&](const Node* node) {
      named_ = std::max({named_, Placeholder(node), Placeholder(node->text)});
      return true;
    });
  }

  Node* Fill(const Node* shape) {
    if (const size_t n = Placeholder(shape)) return Argument(n);
    if (const Word word = WordOf(shape); word != Word::kNone) return Called(word, shape->Child(kArgsSlot));
    if (shape->Is(Kind::kFunction) && IsTemplateWord(shape->text)) return Applied(shape);
    if (shape->Is(Kind::kParen) && Placeholder(shape->Child(0)) > 0) {  // kept around operators only
      Node* arg = Argument(Placeholder(shape->Child(0)));
      if (arg == nullptr || !(arg->Is(Kind::kBinary) || arg->Is(Kind::kLike) || arg->Is(Kind::kIn) || arg->Is(Kind::kBetween) ||
                              arg->Is(Kind::kIs) || arg->Is(Kind::kUnary, Op::kNot)))
        return arg;
      Node* paren = NewNode(arena_, Kind::kParen, {arg});
      made_.push_back(paren);
      return paren;
    }
    if (shape->Is(Kind::kString)) {
      if (const size_t n = Placeholder(shape->text)) return UnitString(shape, n);
    }
    Node* node = NewNode(arena_, shape->kind, {}, arena_.Copy(shape->text), shape->op);
    node->flags = shape->flags;
    made_.push_back(node);
    if (shape->Is(Kind::kInterval) || shape->Is(Kind::kExtract)) {
      const size_t n = Placeholder(shape->text);
      if (n > 0 && n <= args_.size() && shape->Is(Kind::kExtract) && args_[n - 1]->Is(Kind::kString))
        node->text = arena_.Copy(ToUpper(args_[n - 1]->text));
      else if (n > 0)
        node->text = n <= args_.size() ? arena_.Copy(UnitWord(args_[n - 1])) : std::string_view("DAY");
    }
    for (const Node* child : shape->Children()) {
      if (child != nullptr && IsRest(child)) {
        for (size_t i = named_; i < args_.size(); ++i) Append(arena_, node, Argument(i + 1));
      } else if (!Spread(child, node)) {
        Node* part = child == nullptr ? nullptr : Fill(child);
        if (part != nullptr || !shape->Is(Kind::kList)) Append(arena_, node, part);  // arguments that are missing leave no gap
      }
    }
    return node;
  }

 private:
  Node* Argument(size_t n) {
    if (n > args_.size()) return nullptr;
    Node* arg = args_[n - 1];
    if (used_[n - 1]) return Clone(arena_, arg);
    used_[n - 1] = true;
    return arg;
  }

  // COALESCE(x, '') of what is no text literal.
  Node* OrEmptyText(Node* arg) {
    if (arg->Is(Kind::kString)) return arg;
    Node* empty = MakeString(arena_, "");
    Node* call = MakeFunction(arena_, "COALESCE", {arg, empty});
    made_.push_back(empty);
    made_.push_back(call);
    return call;
  }

  // Words that stand for several arguments: REST2(…) all but the first, TEXTS(ARGS) each as a text, PAIRS(a, b) the elements of two lists in turn.
  bool Spread(const Node* child, Node* node) {
    if (child == nullptr || !child->Is(Kind::kFunction)) return false;
    const bool or_empty = child->text == "TEXTS_OR_EMPTY";
    if (child->text == "REST2") {
      for (size_t i = 1; i < args_.size(); ++i) Append(arena_, node, Argument(i + 1));
    } else if (child->text == "OR_EMPTY_TEXT") {
      for (size_t i = 0; i < args_.size(); ++i) Append(arena_, node, OrEmptyText(Argument(i + 1)));
    } else if (child->text == "TEXTS" || or_empty) {
      for (size_t i = named_; i < args_.size(); ++i) {
        Node* text = CastTo(Argument(i + 1), "VARCHAR");
        if (or_empty) {
          made_.push_back(text = MakeFunction(arena_, "COALESCE", {text, Text("")}));
          made_.push_back(text->Child(kArgsSlot));
        }
        Append(arena_, node, text);
      }
    } else if (child->text == "ITEMS_OF") {
      for (Node* item : Argument(Placeholder(child->Child(kArgsSlot)->Child(0)))->Children()) Append(arena_, node, item);
    } else if (child->text == "PAIRS" && args_.size() == 2) {
      const auto list = [](Node* arg) { return arg->Is(Kind::kFunction) ? arg->Child(kArgsSlot) : arg; };
      for (uint32_t i = 0; i < list(args_[0])->count; ++i) {
        Append(arena_, node, list(args_[0])->Child(i));
        Append(arena_, node, list(args_[1])->Child(i));
      }
    } else {
      return false;
    }
    return true;
  }

  // A word that computes from its arguments.
  Node* Applied(const Node* shape) {
    std::vector<Node*> filled;
    for (const Node* child : shape->Child(kArgsSlot)->Children()) {
      if (IsRest(child)) {
        for (size_t i = shape->text == "ANY_NULL" ? 0 : named_; i < args_.size(); ++i) filled.push_back(Argument(i + 1));
      } else if (Node* arg = Fill(child)) {
        filled.push_back(arg);
      }
    }
    return ApplyWord(arena_, shape->text, filled, made_);
  }

  // 'ARG3': the unit's word as a string; an argument that is no word stays an expression.
  Node* UnitString(const Node* shape, size_t n) {
    std::string word = n > args_.size() ? std::string("DAY") : UnitWord(args_[n - 1]);
    if (n <= args_.size() && args_[n - 1]->Is(Kind::kUnary, Op::kNeg) && args_[n - 1]->Child(0)->Is(Kind::kNumber))
      word = "-" + std::string(args_[n - 1]->Child(0)->text);
    if (word.empty()) return Argument(n);
    Node* node = NewNode(arena_, Kind::kString, {}, arena_.Copy(word), shape->op);
    made_.push_back(node);
    return node;
  }

  Node* Called(Word word, const Node* args) {
    Node* arg = Fill(args->Child(0));
    if (arg == nullptr) return nullptr;
    switch (word) {
      case Word::kUnit: return Unit(arg);
      case Word::kFormat:
      case Word::kParseFormat:
        return Format(arg, word == Word::kParseFormat, args->count > 1 ? args->Child(1)->text : std::string_view());
      case Word::kIntervalValue: return arg->Is(Kind::kInterval) ? Quoted(arg->Child(0)) : arg;
      case Word::kIntervalUnit: return arg->Is(Kind::kInterval) && !arg->text.empty() ? Bare(arg->text) : Bare("DAY");
      case Word::kStamp: return arg->Is(Kind::kString, Op::kPlain) ? CastTo(arg, "TIMESTAMP") : arg;
      case Word::kTimed: return formats_.same || arg->Is(Kind::kCast) ? arg : Timestamp(arg);  // a moment, in other systems
      case Word::kRaw: return Raw(arg);
      case Word::kCasted: return Casted(arg, args->Child(1)->text);
      case Word::kTimes: return Times(arg, args->Child(1)->text, args->Child(1)->Is(Kind::kUnary));
      case Word::kDayNumber: return DayNumber(arg);
      case Word::kDateText: return arg->Is(Kind::kString, Op::kPlain) ? Timestamp(arg) : arg;
      case Word::kKeyPath: return Text("$.\"" + std::string(arg->text) + "\"");
      case Word::kPointer: return Text("/" + ReplaceAll(std::string(arg->text.substr(1, arg->text.size() - 2)), ",", "/"));
      case Word::kInteger: return IsInteger(arg) ? arg : CastTo(arg, "BIGINT");
      default: return Moment(arg);
    }
  }

  // DAY_NUMBER(ARG1): a moment in the dialect's own type; a number counts days from 1900-01-01.
  Node* DayNumber(Node* arg) {
    if (arg->Is(Kind::kCast) && Timestamp(arg)->Child(1)->text == arg->Child(1)->text) return arg;
    const bool negative = arg->Is(Kind::kUnary, Op::kNeg);
    const Node* number = negative ? arg->Child(0) : arg;
    int64_t days = 0;
    if (!number->Is(Kind::kNumber) || !IsNumber(number, &days)) return Timestamp(arg);
    const std::chrono::year_month_day date =
        std::chrono::sys_days(std::chrono::January / 1 / 1900) + std::chrono::days(negative ? -days : days);
    const auto part = [](unsigned value) { return (value < 10 ? "0" : "") + std::to_string(value); };
    return Timestamp(MakeString(arena_, std::to_string(static_cast<int>(date.year())) + "-" +
                                            part(static_cast<unsigned>(date.month())) + "-" +
                                            part(static_cast<unsigned>(date.day()))));
  }

  // The number of an interval as it stands in INTERVAL '5' DAY.
  Node* Quoted(Node* value) {
    const bool negative = value->Is(Kind::kUnary, Op::kNeg) && value->Child(0)->Is(Kind::kNumber);
    if (!value->Is(Kind::kNumber) && !negative) return value;
    Node* text = MakeString(arena_, negative ? "-" + std::string(value->Child(0)->text) : std::string(value->text));
    made_.push_back(text);
    return text;
  }

  // A cast in the source's words, still to be rewritten.
  Node* Timestamp(Node* arg) {
    const TypeSpec* type = formats_.dialect == nullptr ? nullptr : FindNeutralType(*formats_.dialect, "TIMESTAMP");
    return MakeCast(arena_, arg, MakeTypeName(arena_, type == nullptr ? "TIMESTAMP" : type->name));
  }

  // Whether a value is a whole number by its looks.
  bool IsInteger(const Node* arg) const {
    arg = Unparen(arg);
    if (arg->Is(Kind::kUnary, Op::kNeg)) arg = Unparen(arg->Child(0));
    if (arg->Is(Kind::kNumber)) return arg->text.find_first_of(".eE") == std::string_view::npos;
    if (arg->Is(Kind::kBinary) && (arg->op == Op::kAdd || arg->op == Op::kSub || arg->op == Op::kMul))
      return IsInteger(arg->Child(0)) && IsInteger(arg->Child(1));
    if (arg->Is(Kind::kCast)) {
      const TypeSpec* type = formats_.dialect == nullptr ? nullptr : FindType(*formats_.dialect, ToUpper(arg->Child(1)->text));
      return type != nullptr && columnar::DataType(type->kind).is_integer();
    }
    const Node* args = arg->Is(Kind::kFunction) ? arg->Child(kArgsSlot) : nullptr;
    if (args == nullptr || formats_.dialect == nullptr) return false;
    if (EqualsIgnoreCase(arg->text, "FLOOR") || EqualsIgnoreCase(arg->text, "CEIL"))
      return args->count == 1 && IsInteger(args->Child(0));
    const FunctionSpec* spec = FindFunction(*formats_.dialect, arg->text, static_cast<int>(args->count));
    return spec != nullptr && spec->type == TypeRule::kInt64;
  }

  Node* CastTo(Node* arg, std::string_view type_name) {
    Node* type = MakeTypeName(arena_, type_name);
    Node* node = NewNode(arena_, Kind::kCast, {arg, type});
    made_.push_back(node);
    made_.push_back(type);
    return node;
  }

  // CASTED(ARG1, 'TIMESTAMP'): a cast unless it is one already.
  Node* Casted(Node* arg, std::string_view type_name) {
    if (arg->Is(Kind::kCast) && EqualsIgnoreCase(arg->Child(1)->text, type_name)) return arg;
    return CastTo(arg, type_name);
  }

  // RAW(ARG1): without the conversion to a date that reading put around it.
  static Node* Raw(Node* arg) {
    const bool wrapped = arg->Is(Kind::kFunction) && arg->text == "TS_OR_DS_TO_DATE" && arg->Child(kArgsSlot)->count == 1;
    return wrapped ? arg->Child(kArgsSlot)->Child(0) : arg;
  }

  // TIMES(ARG1, 7): computed where the argument is a number.
  Node* Times(Node* arg, std::string_view digits, bool negative) {
    int64_t factor = 1, value = 0;
    if (negative) digits = "1";
    std::from_chars(digits.data(), digits.data() + digits.size(), factor);
    if (negative) factor = -1;
    const Node* number = arg->Is(Kind::kUnary, Op::kNeg) ? arg->Child(0) : arg;
    const bool literal = number->Is(Kind::kNumber) || number->Is(Kind::kString, Op::kPlain);
    const auto read = std::from_chars(number->text.data(), number->text.data() + number->text.size(), value);
    if (literal && read.ec == std::errc() && read.ptr == number->text.data() + number->text.size()) {
      value *= factor * (arg->Is(Kind::kUnary, Op::kNeg) ? -1 : 1);
      Node* product = MakeNumber(arena_, value < 0 ? -value : value);
      made_.push_back(product);
      if (value < 0) made_.push_back(product = NewNode(arena_, Kind::kUnary, {product}, {}, Op::kNeg));
      return product;
    }
    Node* by = MakeNumber(arena_, factor < 0 ? -factor : factor);
    made_.push_back(by);
    if (factor < 0) made_.push_back(by = NewNode(arena_, Kind::kUnary, {by}, {}, Op::kNeg));
    Node* product = MakeBinary(arena_, Op::kMul, arg, by);
    made_.push_back(product);
    return product;
  }

  Node* Text(const std::string& value) {
    Node* node = MakeString(arena_, value);
    made_.push_back(node);
    return node;
  }

  Node* Bare(std::string_view word) {
    Node* node = NewNode(arena_, Kind::kColumn, {MakeIdentifier(arena_, word, false)});
    made_.push_back(node);
    return node;
  }

  // UNIT(ARG1): the unit as a bare upper-case word.
  Node* Unit(Node* arg) {
    const std::string word = UnitWord(arg);
    return word.empty() ? arg : Bare(word);
  }

  // FORMAT(ARG1): a literal format, into strftime's letters or out of them; PARSE_FORMAT where texts are read by it.
  Node* Format(Node* arg, bool parsing, std::string_view alphabet_name) {
    if (arg->Is(Kind::kFunction) && arg->Child(kArgsSlot) != nullptr && EqualsIgnoreCase(arg->text, "CONCAT")) {
      for (Node*& part : arg->Child(kArgsSlot)->Children()) part = Format(part, parsing, alphabet_name);
      return arg;
    }
    if (formats_.dialect == nullptr || !arg->Is(Kind::kString, Op::kPlain)) return arg;
    const TimeFormat* alphabet = FindTimeFormat(alphabet_name.empty() ? formats_.dialect->time_format : alphabet_name);
    if (formats_.same && alphabet != nullptr && alphabet->keeps_spelling) return arg;
    std::string text(arg->text);
    if (formats_.same && alphabet_name.empty() && alphabet != nullptr && alphabet->ignore_case) {
      if (!formats_.reading) return arg;
      text = Respell(*alphabet, text);
    } else if (!formats_.reading)
      text = FromStrftime(alphabet, text, parsing);
    else if (alphabet != nullptr)
      text = ToStrftime(*alphabet, text);
    Node* node = NewNode(arena_, Kind::kString, {}, arena_.Copy(text), Op::kPlain);
    made_.push_back(node);
    return node;
  }

  // MOMENT(ARG1): a text that is written out becomes a DATE or a TIMESTAMP, as it looks; everything else stays.
  Node* Moment(Node* arg) {
    if (!arg->Is(Kind::kString, Op::kPlain)) return arg;
    return CastTo(arg, IsDate(arg->text) ? "DATE" : "TIMESTAMP");
  }

  Arena& arena_;
  std::span<Node* const> args_;
  std::vector<Node*>& made_;
  const FormatSide& formats_;
  std::vector<bool> used_;
  size_t named_ = 0;
};

}  // namespace

const Node* FunctionTemplate(const Dialect& dialect, std::string_view text) {
  using Key = std::pair<const Dialect*, std::string_view>;
  static std::mutex mutex;
  static std::map<Key, std::unique_ptr<Ast>> parsed;
  std::lock_guard lock(mutex);
  auto& ast = parsed[Key(&dialect, text)];
  if (ast == nullptr) {
    auto result = ParseExpression(text, dialect, {.file = "a function table", .comments = false, .placeholders = true});
    ast = std::make_unique<Ast>(result ? std::move(*result) : Ast());
  }
  return ast->root();
}

const Node* ArgumentTemplate(const Dialect& dialect, std::string_view text) {
  static std::mutex mutex;
  static std::map<std::string_view, std::unique_ptr<const std::string>> calls;
  std::string_view call;
  {
    std::lock_guard lock(mutex);
    auto& kept = calls[text];
    if (kept == nullptr) kept = std::make_unique<const std::string>("F(" + std::string(text) + ")");
    call = *kept;
  }
  const Node* shape = FunctionTemplate(dialect, call);
  return shape == nullptr ? nullptr : shape->Child(kArgsSlot);
}

Node* Instantiate(Arena& arena, const Node* shape, std::span<Node* const> args, std::vector<Node*>& made,
                  const FormatSide& formats) {
  return Filling(arena, shape, args, made, formats).Fill(shape);
}

// Other words for the parts of dates, a line for each part.
// clang-format off
static constexpr std::pair<std::string_view, std::string_view> kUnits[] = {
    {"D", "DAY"}, {"DD", "DAY"}, {"DAYS", "DAY"}, {"DAYOFMONTH", "DAY"},
    {"Y", "YEAR"}, {"YY", "YEAR"}, {"YYY", "YEAR"}, {"YYYY", "YEAR"}, {"YR", "YEAR"}, {"YRS", "YEAR"}, {"YEARS", "YEAR"},
    {"Q", "QUARTER"}, {"QQ", "QUARTER"}, {"QTR", "QUARTER"}, {"QTRS", "QUARTER"}, {"QUARTERS", "QUARTER"},
    {"M", "MONTH"}, {"MM", "MONTH"}, {"MON", "MONTH"}, {"MONS", "MONTH"}, {"MONTHS", "MONTH"},
    {"W", "WEEK"}, {"WK", "WEEK"}, {"WW", "WEEK"}, {"WEEKS", "WEEK"}, {"WEEKOFYEAR", "WEEK"},
    {"H", "HOUR"}, {"HH", "HOUR"}, {"HR", "HOUR"}, {"HRS", "HOUR"}, {"HOURS", "HOUR"},
    {"N", "MINUTE"}, {"MI", "MINUTE"}, {"MIN", "MINUTE"}, {"MINS", "MINUTE"}, {"MINUTES", "MINUTE"},
    {"S", "SECOND"}, {"SS", "SECOND"}, {"SEC", "SECOND"}, {"SECS", "SECOND"}, {"SECONDS", "SECOND"},
    {"MS", "MILLISECOND"}, {"MSEC", "MILLISECOND"}, {"MSECS", "MILLISECOND"}, {"MILLISECONDS", "MILLISECOND"},
    {"US", "MICROSECOND"}, {"USEC", "MICROSECOND"}, {"USECS", "MICROSECOND"}, {"MCS", "MICROSECOND"},
    {"MICROSECONDS", "MICROSECOND"},
    {"NS", "NANOSECOND"}, {"NSEC", "NANOSECOND"}, {"NANOSECONDS", "NANOSECOND"},
    {"DW", "DAYOFWEEK"}, {"DOW", "DAYOFWEEK"}, {"WEEKDAY", "DAYOFWEEK"},
    {"DAYOFWEEK_ISO", "DAYOFWEEKISO"}, {"ISODOW", "DAYOFWEEKISO"},
    {"DY", "DAYOFYEAR"}, {"DOY", "DAYOFYEAR"}, {"YEARDAY", "DAYOFYEAR"},
    {"EPOCH_SECONDS", "EPOCH_SECOND"},
    {"EPOCH_MILLISECONDS", "EPOCH_MILLISECOND"},
    {"EPOCH_MICROSECONDS", "EPOCH_MICROSECOND"},
    {"EPOCH_NANOSECONDS", "EPOCH_NANOSECOND"},
    {"WEEK_ISO", "WEEKISO"}, {"ISOWEEK", "WEEKISO"}, {"ISO_WEEK", "WEEKISO"},
    {"TZ", "TZOFFSET"},
};
// clang-format on

std::string UnitWord(const Node* node) {
  std::string word;
  if (node->Is(Kind::kColumn) && node->count == 1) word = ToUpper(node->Child(0)->text);
  if (node->Is(Kind::kString)) word = ToUpper(node->text);
  if (word.starts_with("SQL_TSI_")) word = word.substr(8);
  for (const auto& [alias, unit] : kUnits) {
    if (word == alias) return std::string(unit);
  }
  return word;
}

}  // namespace dvt::sql
