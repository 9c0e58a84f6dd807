#include "dvt/sql/rewrite/function_template.h"

#include <algorithm>
#include <map>
#include <memory>
#include <mutex>

#include "dvt/base/text/text.h"
#include "dvt/sql/parse/parser.h"

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

bool IsUnitCall(const Node* node) {
  return node->Is(Kind::kFunction) && node->text == "UNIT" && node->Child(kArgsSlot)->count == 1;
}

// One filling of one template.
class Filling {
 public:
  Filling(Arena& arena, const Node* shape, std::span<Node* const> args, std::vector<Node*>& made)
      : arena_(arena), args_(args), made_(made), used_(args.size()) {
    Visit(shape, [&](const Node* node) {
      named_ = std::max({named_, Placeholder(node), Placeholder(node->text)});
      return true;
    });
  }

  Node* Fill(const Node* shape) {
    if (const size_t n = Placeholder(shape)) return Argument(n);
    if (IsUnitCall(shape)) return Unit(shape);
    if (shape->Is(Kind::kString)) {
      if (const size_t n = Placeholder(shape->text)) return Word(shape, n);
    }
    Node* node = NewNode(arena_, shape->kind, {}, arena_.Copy(shape->text), shape->op);
    node->flags = shape->flags;
    made_.push_back(node);
    if (shape->Is(Kind::kInterval) || shape->Is(Kind::kExtract)) {
      if (const size_t n = Placeholder(shape->text); n > 0 && n <= args_.size()) node->text = arena_.Copy(UnitWord(args_[n - 1]));
    }
    for (const Node* child : shape->Children()) {
      if (child != nullptr && IsRest(child)) {
        for (size_t i = named_; i < args_.size(); ++i) Append(arena_, node, Argument(i + 1));
      } else {
        Append(arena_, node, child == nullptr ? nullptr : Fill(child));
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

  // 'ARG3': the unit's word as a string; an argument that is no word stays an expression.
  Node* Word(const Node* shape, size_t n) {
    if (n > args_.size()) return nullptr;
    const std::string word = UnitWord(args_[n - 1]);
    if (word.empty()) return Argument(n);
    Node* node = NewNode(arena_, Kind::kString, {}, arena_.Copy(word), shape->op);
    made_.push_back(node);
    return node;
  }

  // UNIT(ARG1): the unit as a bare upper-case word.
  Node* Unit(const Node* shape) {
    Node* arg = Fill(shape->Child(kArgsSlot)->Child(0));
    const std::string word = arg == nullptr ? std::string() : UnitWord(arg);
    if (word.empty()) return arg;
    Node* node = NewNode(arena_, Kind::kColumn, {MakeIdentifier(arena_, word, false)});
    made_.push_back(node);
    return node;
  }

  Arena& arena_;
  std::span<Node* const> args_;
  std::vector<Node*>& made_;
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

Node* Instantiate(Arena& arena, const Node* shape, std::span<Node* const> args, std::vector<Node*>& made) {
  return Filling(arena, shape, args, made).Fill(shape);
}

std::string UnitWord(const Node* node) {
  static constexpr std::pair<std::string_view, std::string_view> kUnits[] = {{"D", "DAY"},
                                                                             {"DD", "DAY"},
                                                                             {"DAYS", "DAY"},
                                                                             {"Y", "YEAR"},
                                                                             {"YY", "YEAR"},
                                                                             {"YYY", "YEAR"},
                                                                             {"YYYY", "YEAR"},
                                                                             {"YR", "YEAR"},
                                                                             {"YRS", "YEAR"},
                                                                             {"YEARS", "YEAR"},
                                                                             {"Q", "QUARTER"},
                                                                             {"QQ", "QUARTER"},
                                                                             {"QTR", "QUARTER"},
                                                                             {"QTRS", "QUARTER"},
                                                                             {"QUARTERS", "QUARTER"},
                                                                             {"M", "MONTH"},
                                                                             {"MM", "MONTH"},
                                                                             {"MON", "MONTH"},
                                                                             {"MONS", "MONTH"},
                                                                             {"MONTHS", "MONTH"},
                                                                             {"W", "WEEK"},
                                                                             {"WK", "WEEK"},
                                                                             {"WW", "WEEK"},
                                                                             {"WEEKS", "WEEK"},
                                                                             {"WEEKOFYEAR", "WEEK"},
                                                                             {"H", "HOUR"},
                                                                             {"HH", "HOUR"},
                                                                             {"HR", "HOUR"},
                                                                             {"HRS", "HOUR"},
                                                                             {"HOURS", "HOUR"},
                                                                             {"N", "MINUTE"},
                                                                             {"MI", "MINUTE"},
                                                                             {"MIN", "MINUTE"},
                                                                             {"MINS", "MINUTE"},
                                                                             {"MINUTES", "MINUTE"},
                                                                             {"S", "SECOND"},
                                                                             {"SS", "SECOND"},
                                                                             {"SEC", "SECOND"},
                                                                             {"SECS", "SECOND"},
                                                                             {"SECONDS", "SECOND"},
                                                                             {"MS", "MILLISECOND"},
                                                                             {"MSEC", "MILLISECOND"},
                                                                             {"MSECS", "MILLISECOND"},
                                                                             {"MILLISECONDS", "MILLISECOND"},
                                                                             {"US", "MICROSECOND"},
                                                                             {"USEC", "MICROSECOND"},
                                                                             {"USECS", "MICROSECOND"},
                                                                             {"MCS", "MICROSECOND"},
                                                                             {"MICROSECONDS", "MICROSECOND"},
                                                                             {"NS", "NANOSECOND"},
                                                                             {"NSEC", "NANOSECOND"},
                                                                             {"NANOSECONDS", "NANOSECOND"},
                                                                             {"DW", "DAYOFWEEK"},
                                                                             {"DOW", "DAYOFWEEK"},
                                                                             {"WEEKDAY", "DAYOFWEEK"},
                                                                             {"DAYOFWEEK_ISO", "DAYOFWEEKISO"},
                                                                             {"ISODOW", "DAYOFWEEKISO"},
                                                                             {"DY", "DAYOFYEAR"},
                                                                             {"DOY", "DAYOFYEAR"},
                                                                             {"YEARDAY", "DAYOFYEAR"},
                                                                             {"WEEK_ISO", "WEEKISO"},
                                                                             {"ISOWEEK", "WEEKISO"},
                                                                             {"ISO_WEEK", "WEEKISO"}};
  std::string word;
  if (node->Is(Kind::kColumn) && node->count == 1) word = ToUpper(node->Child(0)->text);
  if (node->Is(Kind::kString)) word = ToUpper(node->text);
  for (const auto& [alias, unit] : kUnits) {
    if (word == alias) return std::string(unit);
  }
  return word;
}

}  // namespace dvt::sql
