#include "dvt/run/transfer/key_condition.h"

#include <fmt/format.h>
#include <unistd.h>

#include <atomic>

#include "dvt/base/text/text.h"
#include "dvt/connectors/api/key_table.h"
#include "dvt/plan/pushdown/key_predicate.h"

namespace dvt::run {

namespace {

constexpr size_t kLongestKey = 255;  // bytes
// A key costs each session that gets the table about as much as a row that is read.
constexpr double kWorthwhilePart = 0.25;  // of the rows without the filter

std::string NewName() {
  static std::atomic<int> count{0};
  return fmt::format("dvt_keys_{}_{}", getpid(), ++count);
}

class ConditionMaker {
 public:
  ConditionMaker(const plan::ExtractFragment& fragment, const std::vector<engine::KeySet>& sets, size_t most_bytes,
                 const KeyTableRule& rule)
      : fragment_(fragment), sets_(sets), most_bytes_(most_bytes), rule_(rule) {}

  KeyCondition Make() {
    std::vector<std::string> any;
    bool everywhere = true;
    for (const auto& all : fragment_.key_filters) {
      std::vector<std::string> terms;
      for (const plan::KeyFilter& filter : all) {
        if (auto text = Term(filter)) terms.push_back(std::move(*text));
      }
      everywhere = everywhere && !terms.empty();
      any.push_back(Join(terms, " AND "));
    }
    if (!everywhere || any.empty()) return {};
    out_.sql = any.size() == 1 ? any.front() : "((" + Join(any, ") OR (") + "))";
    out_.said = Join(notes_, ", ");
    return std::move(out_);
  }

 private:
  std::optional<std::string> Term(const plan::KeyFilter& filter) {
    bool complete = true;
    std::vector<std::string> values;
    for (size_t i = 0; i < filter.from.size(); ++i) {
      const engine::KeySet& set = sets_[next_++];
      complete = complete && set.complete;
      values.insert(values.end(), set.values.begin(), set.values.end());
    }
    if (!complete) return std::nullopt;
    const size_t count = values.size();
    auto text = Table(filter, values);
    const char* how = text ? " in a temporary table" : "";
    if (!text) {
      bool ranges = false;
      text = plan::KeyPredicate(filter, fragment_.profile, std::move(values), most_bytes_, &ranges);
      if (ranges) how = " as ranges";
    }
    if (text) notes_.push_back(fmt::format("{} keys of {}{}", count, filter.column.name, how));
    return text;
  }

  bool Pays(size_t keys) const {
    if (!fragment_.rows_without_keys) return false;
    return static_cast<double>(keys) * rule_.readers <= kWorthwhilePart * static_cast<double>(*fragment_.rows_without_keys);
  }

  bool Many(const std::vector<std::string>& values) const {
    if (static_cast<int64_t>(values.size()) >= *fragment_.key_table_from) return true;
    size_t bytes = 0;
    for (const std::string& value : values) bytes += value.size();
    return bytes > most_bytes_;
  }

  std::optional<std::string> Table(const plan::KeyFilter& filter, const std::vector<std::string>& values) {
    if (rule_.connector == nullptr || !fragment_.key_table_from || values.empty() || !Many(values) || !Pays(values.size()))
      return std::nullopt;
    const auto keys = plan::KeysOfTable(filter, fragment_.profile, values);
    if (!keys) return std::nullopt;
    auto table = std::make_shared<connectors::KeyTable>();
    table->name = NewName();
    table->type = keys->type;
    for (const std::string& key : keys->values) table->keys.Add(key);
    if (table->keys.longest() > kLongestKey) return std::nullopt;
    out_.tables.push_back(table);
    return fmt::format("{} IN (SELECT {} FROM {})", plan::KeyColumnName(filter, fragment_.profile), connectors::kKeyColumn,
                       rule_.connector->KeyTableName(*table));
  }

  const plan::ExtractFragment& fragment_;
  const std::vector<engine::KeySet>& sets_;
  const size_t most_bytes_;
  const KeyTableRule& rule_;
  size_t next_ = 0;
  std::vector<std::string> notes_;
  KeyCondition out_;
};

}  // namespace

KeyCondition MakeKeyCondition(const plan::ExtractFragment& fragment, const std::vector<engine::KeySet>& sets, size_t most_bytes,
                              const KeyTableRule& rule) {
  return ConditionMaker(fragment, sets, most_bytes, rule).Make();
}

}  // namespace dvt::run
