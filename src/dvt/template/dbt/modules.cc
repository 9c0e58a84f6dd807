#include <fmt/format.h>

#include <algorithm>

#include "dvt/template/dbt/context_internal.h"
#include "dvt/template/lang/builtins.h"
#include "dvt/template/lang/iterators.h"

namespace dvt::tmpl {
namespace {

void Combine(const ObjectList& items, size_t length, size_t from, bool repeat, ObjectList& current, ObjectList& out) {
  if (out.size() > 1'000'000) Raise(ErrorCode::kMemory, "too many combinations");
  if (current.size() == length) {
    out.push_back(Object::Tuple(current));
    return;
  }
  for (size_t i = from; i < items.size(); ++i) {
    current.push_back(items[i]);
    Combine(items, length, repeat ? i : i + 1, repeat, current, out);
    current.pop_back();
  }
}

void Permute(const ObjectList& items, size_t length, std::vector<bool>& used, ObjectList& current, ObjectList& out) {
  if (out.size() > 1'000'000) Raise(ErrorCode::kMemory, "too many permutations");
  if (current.size() == length) {
    out.push_back(Object::Tuple(current));
    return;
  }
  for (size_t i = 0; i < items.size(); ++i) {
    if (used[i]) continue;
    used[i] = true;
    current.push_back(items[i]);
    Permute(items, length, used, current, out);
    current.pop_back();
    used[i] = false;
  }
}

Object Product(Context& c, const Arguments& a) {
  std::vector<ObjectList> lists;
  for (const auto& each : a.positional) lists.push_back(IterateObject(c, each));
  if (const Object* repeat = a.FindNamed("repeat")) {
    auto once = lists;
    for (int64_t i = 1; i < std::min<int64_t>(RequireInt(*repeat, "repeat"), 100); ++i)
      lists.insert(lists.end(), once.begin(), once.end());
  }
  ObjectList rows{Object::Tuple({})};
  for (const auto& list : lists) {
    ObjectList next;
    if (rows.size() * list.size() > 1'000'000) Raise(ErrorCode::kMemory, "the product is too large");
    for (const auto& row : rows) {
      for (const auto& item : list) {
        ObjectList longer = row.items();
        longer.push_back(item);
        next.push_back(Object::Tuple(std::move(longer)));
      }
    }
    rows = std::move(next);
  }
  return MakeGenerator(std::move(rows), "itertools.product");
}

template <bool kRepeat>
Object Combinations(Context& c, const Arguments& a) {
  auto args = BindArgs(a, "combinations", {{"iterable", std::nullopt}, {"r", std::nullopt}});
  ObjectList current;
  ObjectList out;
  Combine(IterateObject(c, args[0]), static_cast<size_t>(std::max<int64_t>(0, RequireInt(args[1], "r"))), 0, kRepeat, current,
          out);
  return MakeGenerator(std::move(out), "itertools.combinations");
}

Object Permutations(Context& c, const Arguments& a) {
  auto args = BindArgs(a, "permutations", {{"iterable", std::nullopt}, {"r", Object()}});
  ObjectList items = IterateObject(c, args[0]);
  size_t length = args[1].is_none() ? items.size() : static_cast<size_t>(std::max<int64_t>(0, RequireInt(args[1], "r")));
  std::vector<bool> used(items.size(), false);
  ObjectList current;
  ObjectList out;
  Permute(items, length, used, current, out);
  return MakeGenerator(std::move(out), "itertools.permutations");
}

Object Chain(Context& c, const Arguments& a) {
  ObjectList out;
  for (const auto& each : a.positional) {
    for (auto& item : IterateObject(c, each)) out.push_back(std::move(item));
  }
  return MakeGenerator(std::move(out), "itertools.chain");
}

Object SliceItems(Context& c, const Arguments& a) {
  if (a.positional.size() < 2) RaiseType("islice expected at least 2 arguments");
  Object list = Object::List(IterateObject(c, a.positional[0]));
  Object start = a.positional.size() > 2 ? a.positional[1] : Object();
  Object stop = a.positional.size() > 2 ? a.positional[2] : a.positional[1];
  Object step = a.positional.size() > 3 ? a.positional[3] : Object();
  return MakeGenerator(SliceOf(list, start, stop, step).items(), "itertools.islice");
}

Object Repeat(Context&, const Arguments& a) {
  auto args = BindArgs(a, "repeat", {{"object", std::nullopt}, {"times", std::nullopt}});
  int64_t times = std::clamp<int64_t>(RequireInt(args[1], "times"), 0, 1'000'000);
  return MakeGenerator(ObjectList(static_cast<size_t>(times), args[0]), "itertools.repeat");
}

Object ZipLongest(Context& c, const Arguments& a) {
  const Object* fill = a.FindNamed("fillvalue");
  std::vector<ObjectList> columns;
  size_t longest = 0;
  for (const auto& each : a.positional) {
    columns.push_back(IterateObject(c, each));
    longest = std::max(longest, columns.back().size());
  }
  ObjectList out;
  for (size_t i = 0; i < longest; ++i) {
    ObjectList row;
    for (const auto& column : columns) row.push_back(i < column.size() ? column[i] : fill != nullptr ? *fill : Object());
    out.push_back(Object::Tuple(std::move(row)));
  }
  return MakeGenerator(std::move(out), "itertools.zip_longest");
}

}  // namespace

Object MakeItertoolsModule() {
  auto function = [](const char* name, RawFunction raw) {
    return std::pair<std::string, Object>(name, MakeFunction(name, Builtin(raw)));
  };
  return MakeRecord("module 'itertools'",
                    {function("chain", Chain), function("product", Product), function("combinations", Combinations<false>),
                     function("combinations_with_replacement", Combinations<true>), function("permutations", Permutations),
                     function("islice", SliceItems), function("repeat", Repeat), function("zip_longest", ZipLongest)});
}

Object Modules() {
  // Immutable, so all contexts share it.
  static const Object modules = MakeRecord("modules", {{"datetime", MakeDateTimeModule()},
                                                       {"re", MakeRegexModule()},
                                                       {"itertools", MakeItertoolsModule()},
                                                       {"pytz", MakePytzModule()}});
  return modules;
}

}  // namespace dvt::tmpl
