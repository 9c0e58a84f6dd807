// Expressions whose exact translation is written down as a pair of texts (dialects/exact_forms.h).
#include <map>
#include <memory>
#include <mutex>

#include "dvt/base/text/text.h"
#include "dvt/sql/dialects/exact_forms.h"
#include "dvt/sql/rewrite/function_template.h"
#include "dvt/sql/rewrite/rewriter_internal.h"

namespace dvt::sql {

namespace {

struct Form {
  std::unique_ptr<Ast> ast;  ///< owns `shape`
  const Node* shape;
  const ExactForm* text;
};

using Forms = std::multimap<std::string, Form>;

size_t ArgumentNumber(const Node* node) {
  if (!node->Is(Kind::kColumn) || node->count != 1) return 0;
  const std::string_view text = node->Child(0)->text;
  return text.size() == 4 && text.starts_with("ARG") && text[3] >= '1' && text[3] <= '9' ? static_cast<size_t>(text[3] - '0') : 0;
}

// What a form is looked up by: the kind of its outermost node, and its name or operator.
std::string KeyOf(const Node* node) {
  std::string key(1, static_cast<char>(node->kind));
  if (node->Is(Kind::kFunction)) return key + ToUpper(node->text);
  if (node->Is(Kind::kExtract)) return key + std::string(node->text);
  return key + static_cast<char>(node->op);
}

const Forms& FormsOf(const Dialect& from, const Dialect& to) {
  static std::mutex mutex;
  static std::map<std::pair<const Dialect*, const Dialect*>, Forms> all;
  std::lock_guard lock(mutex);
  const auto [place, fresh] = all.try_emplace({&from, &to});
  if (!fresh) return place->second;
  for (const ExactForm& form : ExactForms(from, to)) {
    auto parsed = ParseExpression(form.from, from, {.file = "an exact form", .comments = false, .placeholders = true});
    if (!parsed) continue;  // a unit test excludes it
    auto ast = std::make_unique<Ast>(std::move(*parsed));
    const Node* shape = Unparen(ast->root());
    place->second.emplace(KeyOf(shape), Form{std::move(ast), shape, &form});
  }
  return place->second;
}

// Whether a node has the form's shape; what stands for ARG1 … goes into `args`.
bool Matches(const Node* shape, Node* node, std::vector<Node*>& args) {
  if (shape == nullptr || node == nullptr) return shape == nullptr && node == nullptr;
  if (const size_t n = ArgumentNumber(shape)) {
    args.resize(std::max(args.size(), n));
    if (args[n - 1] != nullptr) return Equal(args[n - 1], node);
    args[n - 1] = node;
    return true;
  }
  if (shape->Is(Kind::kParen)) return Matches(shape->Child(0), node, args);
  if (node->Is(Kind::kParen)) return Matches(shape, node->Child(0), args);
  if (shape->kind != node->kind || shape->op != node->op) return false;
  const bool exact = shape->Is(Kind::kString) || shape->Is(Kind::kNumber);
  if (exact ? shape->text != node->text : !EqualsIgnoreCase(shape->text, node->text)) return false;
  const auto flags = [](const Node* n) {
    const int ignored = n->Is(Kind::kInterval)     ? kPluralUnit
                        : n->Is(Kind::kFunction)   ? kNoParens
                        : n->Is(Kind::kIdentifier) ? 1
                                                   : 0;
    return n->flags & ~(kChained | ignored);
  };
  if (flags(shape) != flags(node)) return false;
  for (uint32_t i = 0; i < std::max(shape->count, node->count); ++i) {
    if (!Matches(shape->Child(i), node->Child(i), args)) return false;
  }
  return true;
}

}  // namespace

// Everything below is of the target already: nothing of it is visited again.
Node* Rewriter::Compose(const Node* shape, std::span<Node* const> args, const Node* source) {
  std::vector<Node*> ready(args.begin(), args.end()), fresh;
  for (Node*& arg : ready) {
    if (arg == nullptr) continue;
    arg = Unparen(arg);
    Walk(arg);
    const bool atom = arg->Is(Kind::kColumn) || arg->Is(Kind::kFunction) || arg->Is(Kind::kNumber) || arg->Is(Kind::kString) ||
                      arg->Is(Kind::kCast) || arg->Is(Kind::kNull) || arg->Is(Kind::kInterval) || arg->Is(Kind::kParen) ||
                      arg->Is(Kind::kList) || arg->IsQuery();
    if (!atom) arg = MakeParen(arena_, arg);
  }
  Node* made = Instantiate(arena_, shape, ready, fresh, {.dialect = &to_, .reading = false, .same = false});
  made->begin = source->begin;
  made->comments = source->comments;
  const bool open = made->Is(Kind::kBinary) || made->Is(Kind::kUnary) || made->Is(Kind::kIs) || made->Is(Kind::kIn) ||
                    made->Is(Kind::kBetween) || made->Is(Kind::kLike) || made->Is(Kind::kAtTimeZone);
  return Settled(open ? MakeParen(arena_, made) : made);
}

const Node* Rewriter::ComposeShape(const std::string& text) {
  auto parsed = ParseExpression(text, to_, {.file = "an exact form", .comments = false, .placeholders = true});
  return parsed ? Clone(arena_, parsed->root()) : nullptr;
}

bool Rewriter::HasExactForms() const { return to_.Has(Feature::kStructBraces) && !ExactForms(from_, to_).empty(); }

Node* Rewriter::Compose(const std::string& text, std::initializer_list<Node*> args, const Node* source) {
  auto parsed = ParseExpression(text, to_, {.file = "an exact form", .comments = false, .placeholders = true});
  if (!parsed) return nullptr;
  return Compose(parsed->root(), std::span<Node* const>(args.begin(), args.size()), source);
}

Node* Rewriter::Settled(Node* node) {
  settled_.insert(node);
  return node;
}

Node* Rewriter::ByExactForm(Node* node) {
  const Forms& forms = FormsOf(from_, to_);
  if (forms.empty()) return nullptr;
  const auto [begin, end] = forms.equal_range(KeyOf(node));
  for (auto each = begin; each != end; ++each) {
    const Form& form = each->second;
    std::vector<Node*> args;
    if (!Matches(form.shape, node, args)) continue;
    std::string_view when = form.text->when;
    if (when.starts_with("default;")) {
      if (!default_settings()) continue;
      when.remove_prefix(8);
    }
    if (!when.empty() && !Fulfils(when, args, [&](const Node* arg) { return TypeOf(arg); })) continue;
    const Node* shape = FunctionTemplate(to_, form.text->to);
    return shape == nullptr ? nullptr : Compose(shape, args, node);
  }
  return nullptr;
}

// The exact translation where one is known that the customary text does not have; nullptr: by the general rules.
Node* Rewriter::Exactly(Node* node) {
  if (customary_ || &from_ == &to_) return nullptr;
  if (Node* out = ByExactForm(node)) return out;
  if (!HasExactForms()) return nullptr;
  using Topic = Node* (Rewriter::*)(Node*);
  for (const Topic topic :
       {&Rewriter::ExactTexts, &Rewriter::ExactPatterns, &Rewriter::ExactNumbers, &Rewriter::ExactJson, &Rewriter::ExactDates}) {
    if (Node* out = (this->*topic)(node)) return out;
  }
  return nullptr;
}

}  // namespace dvt::sql
